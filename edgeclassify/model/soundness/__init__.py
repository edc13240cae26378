"""What a .tflite file must be beside readable, so that a runtime survives it.

The runtimes trust the file: a wrong tensor index, shape, stride or scale in it makes them crash, take all memory
or compute nothing. What can be known from the file is checked here, before a runtime sees it.
"""
