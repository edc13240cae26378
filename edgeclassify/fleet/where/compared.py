"""How a value that a node says is held against one that was written. Pure.

Four kinds: text (by a pattern with * and ?), numbers (with a unit of time, if they have one), versions, and yes or
no. What can't be read is a ValueError with what was expected.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

Value = str | float | bool
"""What a node says; of a version its text."""
_NUMBER = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)(s|min|m|h|d)?")
_UNITS = {None: 1.0, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_VERSION = re.compile(r"v?([0-9]{1,9}(?:\.[0-9]{1,9})*)(?:[._~-]?([a-z]+)[._-]?([0-9]{0,9}))?")
_ANSWERS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_PATTERN = frozenset("*?")
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPERATORS = ("=", "!=", *_ORDERS)


class Kind(StrEnum):
    """What a field has: it says how it can be compared."""

    TEXT = "text"
    NUMBER = "a number"
    SECONDS = "seconds, or 5min, 2h, 3d"
    VERSION = "a version"
    FLAG = "yes or no"

    @property
    def operators(self) -> tuple[str, ...]:
        """Those that make sense."""
        return ("=", "!=") if self in (Kind.TEXT, Kind.FLAG) else OPERATORS


def check(kind: Kind, sign: str, text: str) -> None:
    """Raises ValueError, with what was expected, where `text` can't be compared with a field of this kind."""
    if kind is Kind.FLAG and text.lower() not in _ANSWERS:
        raise ValueError("yes or no")
    if kind in (Kind.NUMBER, Kind.SECONDS) and _number(kind, text) is None:
        raise ValueError(str(kind))
    if kind is Kind.VERSION and not (sign in "!=" and _PATTERN & set(text)) and version_key(text) is None:
        raise ValueError("a version such as 1.5" + (", or a pattern such as 1.*" if sign in "!=" else ""))


def holds(kind: Kind, found: Value, sign: str, text: str) -> bool | None:
    """Is `found` as `text` says? None: nobody can tell, since it is not what it should be.

    `sign`: one of OPERATORS; `text` has been checked.
    """
    if sign == "!=":
        same = holds(kind, found, "=", text)
        return None if same is None else not same
    if kind is Kind.FLAG:
        return bool(found) is _ANSWERS[text.lower()]
    if kind is Kind.TEXT or (kind is Kind.VERSION and sign == "=" and _PATTERN & set(text)):
        return fnmatchcase(str(found), text.replace("[", "[[]"))
    ours: Any = version_key(text) if kind is Kind.VERSION else _number(kind, text)
    theirs: Any = version_key(str(found)) if kind is Kind.VERSION else found
    if theirs is None or isinstance(theirs, str):
        return None
    return bool(theirs == ours) if sign == "=" else _ORDERS[sign](theirs, ours)


@lru_cache(maxsize=1024)
def version_key(text: str) -> tuple[tuple[int, ...], int, str, int] | None:
    """What versions are ordered by; None: it is none. 1.5 is 1.5.0 and 1.5+x; 1.5rc1 comes before it."""
    match = _VERSION.fullmatch(text.partition("+")[0])
    if match is None:
        return None
    numbers = tuple(map(int, match[1].split(".")))
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers = numbers[:-1]
    word = match[2] or ""
    stage = {"": 2, "post": 3, "dev": 0}.get(word, 1)
    return numbers, stage, word, int(match[3] or 0)


def _number(kind: Kind, text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    if match is None or (match[2] is not None and kind is not Kind.SECONDS):
        return None
    number = float(match[1]) * _UNITS[match[2]]
    return number if math.isfinite(number) else None
