"""A watched folder: which images are there, wait, are done, or are suspected of crashing a decoder."""
