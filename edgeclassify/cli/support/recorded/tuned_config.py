"""Proposed keys written into a config file: those alone change, comments and layout stay."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from edgeclassify.config import parse_config
from edgeclassify.errors import ConfigError, StorageError
from edgeclassify.files import printable, rewrite_file

Value = float | str


def check_writable(path: Path) -> None:
    """Before a long search: raises StorageError where the file could not be written after it."""
    if not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK):
        raise _unwritable(path, "Permission denied")


def write_keys(path: Path, view: str, keys: Mapping[str, Value], lines: Sequence[str]) -> list[str]:
    """Set them in the view's table; which of them changed. `lines`: the same as TOML, for a message.

    Raises ConfigError where the file has no such table, or would not be read as it was with these keys;
    StorageError. Then the file is as it was.
    """
    try:
        text = path.read_bytes().decode()
        document: Any = tomlkit.parse(text)
        before = tomllib.loads(text)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error
    except (ValueError, TOMLKitError) as error:
        raise ConfigError(f"{printable(path)}: not valid TOML: {error}") from error
    number = _number_of(before, view)
    if number is None:
        wanted = "\n".join(["[[view]]", f'name = "{view}"', *lines])
        raise ConfigError(
            f"{printable(path)}: expected a [[view]] {view} to write into, found none: it is its camera's "
            f"default. Nothing was written; add\n{wanted}"
        )
    table = before["view"][number]
    changed = [key for key, value in keys.items() if table.get(key) != value]
    for key in changed:
        document["view"][number][key] = keys[key]
        table[key] = keys[key]
    written = tomlkit.dumps(document)
    if not _is_read_as(written, before):
        raise ConfigError(
            f"{printable(path)}: the keys find no place in the way it is written. Nothing was written; set them "
            "by hand."
        )
    parse_config(before, str(path), path.resolve().parent)
    if changed:
        try:
            rewrite_file(path, written.encode())
        except OSError as error:
            raise _unwritable(path, error.strerror or str(error)) from error
    return changed


def _number_of(document: dict[str, Any], view: str) -> int | None:
    return next((i for i, one in enumerate(document.get("view", [])) if one.get("name") == view), None)


def _is_read_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except ValueError:
        return False


def _unwritable(path: Path, reason: str) -> StorageError:
    return StorageError(
        f"{printable(path)}: can't be written: {reason}. Run this as a user who may (sudo), or copy the proposed "
        "lines."
    )
