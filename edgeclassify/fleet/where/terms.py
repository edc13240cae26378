"""An expression as a tree. Each term says of a node yes, no, or that nobody can tell (None).

What a node has not said makes no test true, and no test false: `not temperature<60` is none that a node without a
thermometer is meant by. So says Kleene's logic: of "and" one no decides, of "or" one yes, else one that nobody can
tell makes the whole so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from edgeclassify.fleet.where.compared import holds
from edgeclassify.fleet.where.facts import Facts
from edgeclassify.fleet.where.fields import FIELDS

KEYWORDS = frozenset({"and", "or", "not"})
_BARE = re.compile(r"[A-Za-z0-9_.*?+:/-]+")


class Term(Protocol):
    """A part of an expression. Its text gives the same term again."""

    def of(self, facts: Facts) -> bool | None:
        """Does it hold? None: nobody can tell."""

    def tests(self) -> "Iterator[Test]":
        """The tests that it is made of."""


@dataclass(frozen=True, slots=True)
class Test:
    """A field of the node held against a text; `sign` "": the field alone. `view`: of this view of the node."""

    __test__ = False  # for pytest, which takes it for one of its own

    field: str
    sign: str = ""
    value: str = ""
    view: str | None = None

    def of(self, facts: Facts) -> bool | None:
        """One of several values is enough; for != none may be it."""
        field = FIELDS[self.field]
        values = field.values(facts, self.view)
        if values is None:
            return None
        if not self.sign:
            return any(bool(value) for value in values)
        found = [holds(field.kind, value, self.sign, self.value) for value in values]
        return _all(found) if self.sign == "!=" else _any(found)

    def tests(self) -> "Iterator[Test]":
        """Itself."""
        yield self

    def __str__(self) -> str:
        value = (
            self.value
            if _BARE.fullmatch(self.value) and self.value.lower() not in KEYWORDS
            else _quoted(self.value)
        )
        return f"{'' if self.view is None else f'{self.view}.'}{self.field}{self.sign}{value if self.sign else ''}"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    term: Term

    def of(self, facts: Facts) -> bool | None:
        """Where nobody can tell, nobody can."""
        found = self.term.of(facts)
        return None if found is None else not found

    def tests(self) -> Iterator[Test]:
        """Those of its term."""
        yield from self.term.tests()

    def __str__(self) -> str:
        return f"not {_inner(self.term)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    terms: tuple[Term, ...]

    def of(self, facts: Facts) -> bool | None:
        """One no decides."""
        return _all([term.of(facts) for term in self.terms])

    def tests(self) -> Iterator[Test]:
        """Those of its terms."""
        for term in self.terms:
            yield from term.tests()

    def __str__(self) -> str:
        return " and ".join(map(_inner, self.terms))


@dataclass(frozen=True, slots=True)
class Or:
    """One of them."""

    terms: tuple[Term, ...]

    def of(self, facts: Facts) -> bool | None:
        """One yes decides."""
        return _any([term.of(facts) for term in self.terms])

    def tests(self) -> Iterator[Test]:
        """Those of its terms."""
        for term in self.terms:
            yield from term.tests()

    def __str__(self) -> str:
        return " or ".join(map(_inner, self.terms))


def _all(found: list[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _any(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False


def _inner(term: Term) -> str:
    return f"({term})" if isinstance(term, And | Or) else str(term)


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"
