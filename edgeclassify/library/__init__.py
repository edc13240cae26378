"""The library: a classifier in a few lines of Python, for programs that want no daemon."""
