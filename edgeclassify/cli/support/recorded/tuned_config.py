"""Proposed keys written into a config file: those alone change, comments and layout stay."""

from collections.abc import Mapping
from pathlib import Path

from edgeclassify.config import config_of
from edgeclassify.config.editing.config_file import ConfigFile, why_not_writable
from edgeclassify.config.editing.edited import edited
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import ConfigError, StorageError
from edgeclassify.files import printable

Value = float | str


def check_writable(path: Path) -> None:
    """Before a long search: raises StorageError where the file could not be written after it."""
    if (why_not := why_not_writable(path)) is not None:
        raise StorageError(f"{why_not}; or run this as a user who may (sudo), or copy the proposed lines")


def write_keys(path: Path, view: str, keys: Mapping[str, Value]) -> list[str]:
    """Set them in the view's table; which of them changed. A view that holds by default gets a table for it.

    Raises ConfigError where the file has no such view, or would not be read as it was with these keys;
    StorageError. Then the file is as it was.
    """
    check_writable(path)
    file = ConfigFile.read(path)
    try:
        made = edited(file.text, [KeyChange(("view", view, key), value) for key, value in keys.items()])
    except ConfigError as error:
        raise ConfigError(f"{printable(path)}: {error}") from error
    config_of(made.document, path)
    if made.changed:
        with file.stage(file.encoded(made.text)) as staged:
            file.check_unchanged()
            file.put_in_place(staged)
    return [name.rpartition(".")[2] for name in made.changed if name.count(".") > 1]
