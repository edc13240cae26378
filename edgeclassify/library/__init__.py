"""The library: a classifier in a few lines of Python, for programs that want no daemon.

`edgeclassify` itself shows what of it is public, and loads it when it is asked for.
"""
