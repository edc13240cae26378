"""Man pages and completions as files of the service, for where no package brings them."""

from collections.abc import Iterator
from pathlib import Path

from edgeclassify.service.files import ServiceFile

_SHARE = Path("/usr/local/share")
_COMPLETIONS = {
    "edgeclassify.bash": _SHARE / "bash-completion/completions/edgeclassify",
    "_edgeclassify": _SHARE / "zsh/site-functions/_edgeclassify",
    "edgeclassify.fish": _SHARE / "fish/vendor_completions.d/edgeclassify.fish",
}


def documents() -> list[ServiceFile]:
    """Each with its place below /usr/local/share."""
    return list(_documents())


def _documents() -> Iterator[ServiceFile]:
    from edgeclassify.cli import commands
    from edgeclassify.cli.reference.completions import completion_files
    from edgeclassify.cli.reference.described import described
    from edgeclassify.cli.reference.man import man_pages

    pages = described(commands, "edgeclassify")
    for name, text in man_pages(pages).items():
        yield ServiceFile(_SHARE / "man/man1" / name, text)
    for name, text in completion_files(pages).items():
        yield ServiceFile(_COMPLETIONS[name], text)
