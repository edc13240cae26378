"""Pixels for people: the JPEG coder and the caption."""
