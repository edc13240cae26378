"""A text cut into words, signs and brackets."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from edgeclassify.errors import UsageError
from edgeclassify.files import printable

MOST_CHARACTERS = 2000
_PARTS = re.compile(
    r"""\s*(?:(?P<sign><=|>=|!=|==|=|<|>)|(?P<bracket>[()])|'(?P<one>[^']*)'|"(?P<two>[^"]*)"|"""
    r"""(?P<word>[^\s()=<>!'"&|,]+))"""
)


class WhereError(UsageError):
    """An expression that can't be read: what was expected and found, and at which character."""


class Sort(Enum):
    """Of a part."""

    WORD = auto()
    QUOTED = auto()
    SIGN = auto()
    BRACKET = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the text. `place`: its first character, from 1."""

    sort: Sort
    text: str
    place: int

    @property
    def found(self) -> str:
        """For a message."""
        return "the end" if self.sort is Sort.END else f'"{printable(self.text[:40])}"'


def parts_of(text: str) -> list[Part]:
    """The parts of a text, and its end. Raises WhereError."""
    if len(text) > MOST_CHARACTERS:
        raise WhereError(f"--where: expected at most {MOST_CHARACTERS} characters, found {len(text)}")
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _PARTS.match(text, at)
        if match is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise WhereError(_unknown(text[place], place + 1))
        found.append(_part(match))
        at = match.end()
    return [*found, Part(Sort.END, "", end + 1)]


def _part(match: re.Match[str]) -> Part:
    kind = match.lastgroup
    assert kind is not None, "one of the groups has matched"
    if kind in ("one", "two"):
        return Part(Sort.QUOTED, match[kind], match.start(kind))
    sort = {"sign": Sort.SIGN, "bracket": Sort.BRACKET, "word": Sort.WORD}[kind]
    text = "=" if match[kind] == "==" else match[kind]
    return Part(sort, text, match.start(kind) + 1)


def _unknown(character: str, place: int) -> str:
    where = f"found {printable(character)} at character {place}"
    if character in "'\"":
        return f"--where: expected another {character} behind the text, {where} alone"
    instead = {"&": "and", "|": "or", "!": "not", ",": "and, or, or quotes around the text"}.get(
        character, "a word"
    )
    return f"--where: expected {instead}, {where}"
