"""A line that somebody types at a terminal, behind a prompt that is seen.

Python writes the prompt of input() to descriptor 2 unless readline is there; what goes there is held back until
its line is whole (`native_stderr.py`).
"""

import contextlib
import importlib
import sys


def with_line_editing() -> bool:
    """Let prompts go to standard output, and lines be edited with the arrow keys; False: this Python can't."""
    with contextlib.suppress(ImportError):
        importlib.import_module("readline")
        return True
    return False


def typed_line(prompt: str) -> str:
    """What was typed, without its end. Raises EOFError at the end of the input, KeyboardInterrupt for Ctrl-C."""
    if with_line_editing():
        return input(prompt)
    print(prompt, end="", flush=True, file=sys.stdout)
    return input()
