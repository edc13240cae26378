"""Where the access file lies, and whether there is one where there must be."""

from pathlib import Path

from edgeclassify.config import WebConfig
from edgeclassify.errors import PageError
from edgeclassify.files import printable
from edgeclassify.web.safety.access_file import NAME, AccessFile


def access_path(config: WebConfig, state: Path | None) -> Path | None:
    """The access file's place; None where the config names none and there is no state folder, `state`."""
    return config.access_file or (None if state is None else state / NAME)


def check_can_be_entered(config: WebConfig, path: Path | None, access: AccessFile) -> None:
    """Raises PageError where others reach the page and nobody was given a password or token."""
    if not config.is_open or access.password or access.tokens:
        return
    found = "no place for one: set web.access_file" if path is None else f"none in {printable(path)}"
    raise PageError(
        f"web.listen: expected a password, since others reach {config.listen}; found {found}. "
        "Run: sudo edgeclassify web password"
    )
