"""The text of a config file with other values: read again, and compared with what was wanted, before it counts."""

import copy
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from edgeclassify.config.editing.default_views import with_default_views
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.editing.layout import LaidOutWriting
from edgeclassify.config.editing.tables import PlainWriting, carry_out
from edgeclassify.config.toml import parse_toml
from edgeclassify.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Edited:
    """`text`: of the file; `document`: what is in it; `changed`: keys with other values, joined by dots."""

    text: str
    document: dict[str, Any]
    changed: tuple[str, ...]


def edited(text: str, keys: Sequence[KeyChange]) -> Edited:
    """The text with these keys changed, and all else as it is.

    Raises ConfigError where it is no TOML, a view or camera is not there, or the keys find no place in the way in
    which the file is written.
    """
    try:
        before = parse_toml(text)
    except ValueError as error:
        raise ConfigError(f"not valid TOML: {error}") from error
    keys = with_default_views(before, keys)
    wanted = copy.deepcopy(before)
    changed = [key for key in keys if _changes(wanted, key)]
    if not changed:
        return Edited(text, before, ())
    written = _written(text, changed)
    if written is None or not _is_read_as(written, wanted):
        raise ConfigError(
            "the keys find no place in the way it is written. Nothing was written; set them by hand: "
            f"{', '.join('.'.join(key.path) for key in changed)}"
        )
    return Edited(written, wanted, tuple(".".join(key.path) for key in changed))


def _changes(document: dict[str, Any], key: KeyChange) -> bool:
    """Carry it out; False where nothing is another by it."""
    before = copy.deepcopy(document)
    carry_out(document, key, PlainWriting())
    return document != before


def _written(text: str, keys: Sequence[KeyChange]) -> str | None:
    """None where tomlkit breaks of it: of what it does in odd layouts not all is known."""
    try:
        document = tomlkit.parse(text)
        for key in keys:
            carry_out(document, key, LaidOutWriting())
        return str(tomlkit.dumps(document))
    except (TOMLKitError, KeyError, IndexError, ValueError, TypeError, AttributeError):
        return None


def _is_read_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except ValueError:
        return False
