"""Mutants: small changes to a module, one at a time, each of which the module's own unit tests should notice.

`make mutants`, or `python -m tests.mutants --help`. The changes are made by cosmic-ray. Ours is the rest: which of
them are worth a run (`operators`), a sample that a seed fixes (`drawn`), copies of the tree, so that nothing here
is ever changed (`trial`), and the table (`__main__`).

cosmic-ray's own command runs all mutants there are, in the tree itself, each in a new Python, which takes three
times as long. mutmut leaves out functions with a decorator and what stands outside of functions: properties,
context managers and bounds are what these modules decide by.
"""
