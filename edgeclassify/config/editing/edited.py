"""The text of a config file with other values: read again, and compared with what was wanted, before it counts."""

import copy
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from edgeclassify.config.editing.implied_changes import with_implied
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.editing.layout import LaidOutWriting
from edgeclassify.config.editing.tables import PlainWriting, carry_out, parts_of, renew, renewals
from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass


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
    steps = list(_steps(before, with_implied(before, keys)))
    changed = [key for key, _ in steps]
    if not changed:
        return Edited(text, before, ())
    wanted = steps[-1][1]
    written = _written(text, changed, wanted)
    if written is None:
        written = _one_by_one(text, steps)
    return Edited(written, wanted, tuple(".".join(key.path) for key in changed))


def _steps(document: dict[str, Any], keys: Sequence[KeyChange]) -> Iterator[tuple[KeyChange, dict[str, Any]]]:
    """Each change by which something is another, and the document behind it."""
    for key in keys:
        after = copy.deepcopy(document)
        carry_out(after, key, PlainWriting())
        if after != document:
            yield key, after
            document = after


def _one_by_one(text: str, steps: Sequence[tuple[KeyChange, dict[str, Any]]]) -> str:
    """As it is done where not all can be done at once: where a key finds no place its table is written anew."""
    for key, wanted in steps:
        ways = (_written(text, [way], wanted, renew) for way in renewals(key, wanted))
        written = _written(text, [key], wanted) or next((way for way in ways if _keeps(way, text)), None)
        if written is None and (parts := parts_of(key, before := parse_toml(text))):
            written = _one_by_one(text, list(_steps(before, parts)))
        if written is None:
            raise ConfigError(
                f"{'.'.join(key.path)} finds no place in the way the file is written. Nothing was written; set it "
                "by hand."
            )
        text = written
    return text


def _written(
    text: str, keys: Sequence[KeyChange], wanted: dict[str, Any], carry: Callable[..., None] = carry_out
) -> str | None:
    """None where tomlkit breaks of it, or writes something else: in odd layouts nobody knows all that it does."""
    try:
        document = tomlkit.parse(text if text.endswith("\n") else f"{text}\n")
        for key in keys:
            carry(document, key, LaidOutWriting())
        written = str(tomlkit.dumps(document))
        return written if tomllib.loads(written) == wanted else None
    except (TOMLKitError, KeyError, IndexError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def _keeps(written: str | None, text: str) -> bool:
    """True where all comments are still there."""
    return written is not None and _comments(text) <= _comments(written)


def _comments(text: str) -> Counter[str]:
    """The lines' ends that may be comments."""
    return Counter(line.partition("#")[2].strip() for line in text.splitlines() if "#" in line)
