"""Rules for single values that have no type of their own: paths, text on one line."""

import re
from pathlib import Path
from typing import TypeVar

from edgeclassify.errors import ConfigError, EdgeClassifyError

PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""Text without control characters: no file name, URL or model name has one that was meant."""

_HOME = "a path whose ~ is the home folder of a user of this machine"
_T = TypeVar("_T", str, Path)


def expanded(path: str | Path, error: type[EdgeClassifyError] = ConfigError, key: str = "") -> Path:
    """`path` with a leading ~ or ~user replaced by the home folder. Raises `error` where there is none.

    `key`: what the message names besides the path, a key of a file or a variable.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as fault:
        place = f"{key}: {path}" if key else str(path)
        raise error(f"{place}: expected {_HOME}, found none. Write the path out, from / on.") from fault


def plain(value: _T) -> _T:
    """The value, where it has no control characters. Raises ValueError."""
    if not re.fullmatch(PLAIN.strip("^$"), str(value)):
        raise ValueError("text without control characters")
    return value


def with_home(value: _T) -> _T:
    """The value, where a leading ~ or ~user names a home folder of this machine. Raises ValueError."""
    try:
        Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError(_HOME) from error
    return value
