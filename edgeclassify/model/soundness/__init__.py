"""Is a .tflite file that can be read also one that a runtime survives?

The runtimes trust the file: a wrong tensor index, shape, stride or scale in it makes them crash, take all memory
or compute nothing. What can be known from the file is checked here, before a runtime sees it.
"""
