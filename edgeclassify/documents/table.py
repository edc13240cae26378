"""A table of a document read key by key: what each key may hold, and every fault of it at once."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from edgeclassify.documents.faults import ConfigFault, found_text, key_of
from edgeclassify.documents.numbers import WrongValueError, number, whole_number
from edgeclassify.documents.values import plain, with_home
from edgeclassify.suggestions import did_you_mean

_T = TypeVar("_T")
_Text = TypeVar("_Text", bound=str)


class Table:
    """Reads one table, and what lies in it. Each method takes a key, notes the fault of its value, and gives the
    value, None where there is none or a wrong one. TOML has types: "3" is no number, 3 is one with a fraction too.

    `faults`: shared with the tables within; the caller looks at it at the end. `check` of a method: what else is
    asked of a value; raises ValueError, whose text says what is expected.
    """

    def __init__(
        self, values: Mapping[str, Any], faults: list[ConfigFault], place: Sequence[int | str] = ()
    ) -> None:
        self.faults = faults
        self._values, self._place = values, tuple(place)
        self._known: list[str] = []

    def text(
        self,
        key: str,
        *,
        needed: bool = False,
        may_be_empty: bool = True,
        check: Callable[[str], str] | None = None,
    ) -> str | None:
        """A string."""
        value = self._read(key, partial(_text, may_be_empty=may_be_empty), needed=needed)
        return value if value is None or check is None else self._read(key, check)

    def choice(self, key: str, choices: Sequence[_Text]) -> _Text | None:
        """One of these words."""
        return self._read(key, lambda value: _choice(value, choices))

    def path(self, key: str, *, needed: bool = False) -> Path | None:
        """A path, as it stands there."""
        return self._read(key, _path, needed=needed)

    def number(
        self,
        key: str,
        *,
        needed: bool = False,
        least: float | None = None,
        above: float | None = None,
        most: float | None = None,
    ) -> float | None:
        """A finite number within these bounds."""
        return self._read(key, partial(_number_within, least=least, above=above, most=most), needed=needed)

    def count(self, key: str, *, above: int) -> int | None:
        """A whole number above that one."""
        return self._read(key, partial(_count, above=above))

    def numbers(
        self, key: str, check: Callable[[tuple[float, ...]], tuple[float, ...]], *, needed: bool = False
    ) -> tuple[float, ...] | None:
        """A list of numbers."""
        return self._read(key, lambda value: check(_each(value, "a list", number)), needed=needed)

    def text_or_texts(self, key: str) -> str | tuple[str, ...] | None:
        """A string, or a list of strings."""
        return self._read(key, _text_or_texts)

    def table(self, key: str) -> "Table | None":
        """The table within, to be read as this one."""
        values = self._read(key, self._within)
        return None if values is None else Table(values, self.faults, (*self._place, key))

    def end(self) -> None:
        """All keys were asked for: notes each other one."""
        known = list(dict.fromkeys(self._known))
        for key in self._values:
            if key not in known:
                expected, hint = f"one of the keys {', '.join(known)}", did_you_mean(key, known)
                self.faults.append(ConfigFault(self._key(key), expected, "an unknown key", hint))

    def _within(self, value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        is_lone = not self._place and isinstance(value, list)
        raise WrongValueError(
            "a table", f"Write [{self._known[-1]}], in single brackets: there is one." if is_lone else ""
        )

    def _read(self, key: str, read: Callable[[Any], _T], *, needed: bool = False) -> _T | None:
        self._known.append(key)
        if key not in self._values:
            if needed:
                self.faults.append(ConfigFault(self._key(key), "a value", "nothing", "This key has no default."))
            return None
        value = self._values[key]
        try:
            return read(value)
        except WrongValueError as wrong:
            place, found = (*self._place, key, *reversed(wrong.place)), value
            for step in reversed(wrong.place):
                found = found[step]
            self.faults.append(ConfigFault(key_of(place), str(wrong), found_text(place, found), wrong.hint))
        except ValueError as error:
            place = (*self._place, key)
            self.faults.append(ConfigFault(key_of(place), str(error), found_text(place, value)))
        return None

    def _key(self, key: str) -> str:
        return key_of((*self._place, key))


def _text(value: object, *, may_be_empty: bool = True) -> str:
    if not isinstance(value, str):
        raise WrongValueError("a string in quotes")
    if not value and not may_be_empty:
        raise WrongValueError("a non-empty string")
    return value


def _choice(value: object, choices: Sequence[_Text]) -> _Text:
    for one in choices:
        if value == one:
            return one
    raise WrongValueError(f"one of {', '.join(choices)}", did_you_mean(str(value), choices))


def _path(value: object) -> Path:
    if not isinstance(value, str):
        raise WrongValueError("a path in quotes")
    return with_home(plain(Path(value)))


def _number_within(value: object, *, least: float | None, above: float | None, most: float | None) -> float:
    found = number(value)
    # By what holds rather than by what fails: NaN is neither.
    if above is not None and not found > above:
        raise WrongValueError(f"a number above {above:.12g}")
    if least is not None and not found >= least:
        raise WrongValueError(f"a number of at least {least:.12g}")
    if most is not None and not found <= most:
        raise WrongValueError(f"a number of at most {most:.12g}")
    if not math.isfinite(found):
        raise WrongValueError("a finite number")
    return found


def _count(value: object, *, above: int) -> int:
    found = whole_number(value)
    if found <= above:
        raise WrongValueError(f"a number above {above}")
    return found


def _text_or_texts(value: object) -> str | tuple[str, ...]:
    return value if isinstance(value, str) else _each(value, "a string in quotes, or a list", _text)


def _each(value: object, expected: str, read: Callable[[Any], _T]) -> tuple[_T, ...]:
    """The elements of a list, each read so."""
    if not isinstance(value, list):
        raise WrongValueError(expected)
    return tuple(_element(index, one, read) for index, one in enumerate(value))


def _element(index: int, value: object, read: Callable[[Any], _T]) -> _T:
    try:
        return read(value)
    except WrongValueError as wrong:
        wrong.place.append(index)
        raise
