"""How often and with how many threads a node works, by its heat, its load and its battery.

Pure: it is given readings, and gives a verdict. Who reads and who follows is the daemon's matter.
"""
