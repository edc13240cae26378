"""Where tables of figures are printed: as wide as the terminal is, and wide enough where there is none."""

from rich.console import Console

WIDTH = 120
"""Of a pipe or a file: nothing of a table is cut there."""


def table_console() -> Console:
    """Numbers are not coloured in it."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)
