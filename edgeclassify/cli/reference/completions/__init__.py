"""Completions of the shells: what may follow is written into them, so that no key press waits for Python."""

from edgeclassify.cli.reference.completions.bash import bash_completions
from edgeclassify.cli.reference.completions.fish import fish_completions
from edgeclassify.cli.reference.completions.zsh import zsh_completions
from edgeclassify.cli.reference.described import Page


def completion_files(pages: tuple[Page, ...]) -> dict[str, str]:
    """File name, as each shell wants it → its text."""
    return {
        "edgeclassify.bash": bash_completions(pages),
        "_edgeclassify": zsh_completions(pages),
        "edgeclassify.fish": fish_completions(pages),
    }
