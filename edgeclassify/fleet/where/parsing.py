"""Terms of a text: `name=north-* and (version<1.5 or not online)`.

    whole:  part ("or" part)*
    part:   one ("and" one)*
    one:    "not" one | "(" whole ")" | test
    test:   [VIEW "."] FIELD [("=" | "!=" | "<" | "<=" | ">" | ">=") TEXT]

TEXT is a word, or anything in quotes. Every fault is a WhereError that names its place.
"""

from collections.abc import Callable

from edgeclassify.fleet.where.compared import check
from edgeclassify.fleet.where.fields import FIELDS, Field
from edgeclassify.fleet.where.terms import KEYWORDS, And, Not, Or, Term, Test
from edgeclassify.fleet.where.words import Part, Sort, WhereError, parts_of
from edgeclassify.suggestions import did_you_mean

MOST_NESTED = 32
"""Brackets and "not" within each other."""


def parse(text: str) -> Term:
    """The term of a text. Raises WhereError."""
    parser = _Parser(parts_of(text))
    term = parser.whole()
    parser.end()
    return term


class _Parser:
    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self._at = 0
        self._nested = 0

    def whole(self) -> Term:
        return self._joined("or", self._part, Or)

    def end(self) -> None:
        if (left := self._next()).sort is not Sort.END:
            raise _expected('"and", "or" or the end', left)

    def _part(self) -> Term:
        return self._joined("and", self._one, And)

    def _joined(self, word: str, inner: Callable[[], Term], joined: Callable[[tuple[Term, ...]], Term]) -> Term:
        terms = [inner()]
        while self._is_keyword(word):
            self._at += 1
            terms.append(inner())
        return terms[0] if len(terms) == 1 else joined(tuple(terms))

    def _one(self) -> Term:
        part = self._next()
        if self._is_keyword("not"):
            self._enter(part)
            term: Term = Not(self._one())
        elif part.sort is Sort.BRACKET and part.text == "(":
            self._enter(part)
            term = self.whole()
            closing = self._next()
            if closing.text != ")" or closing.sort is not Sort.BRACKET:
                raise _expected(f'")" for the "(" at character {part.place}', closing)
            self._at += 1
        else:
            return self._test(part)
        self._nested -= 1
        return term

    def _enter(self, part: Part) -> None:
        self._at += 1
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise WhereError(
                f"--where: expected at most {MOST_NESTED} brackets within each other, found more at {part.place}"
            )

    def _test(self, part: Part) -> Test:
        if part.sort is not Sort.WORD or part.text.lower() in KEYWORDS:
            raise _expected("a field", part)
        view, field = _field(part)
        self._at += 1
        sign = self._next()
        if sign.sort is not Sort.SIGN:
            if not field.alone:
                raise _expected(f"{' or '.join(field.kind.operators)} behind {field.name}", sign)
            return Test(field.name, view=view)
        if sign.text not in field.kind.operators:
            raise _expected(f"{' or '.join(field.kind.operators)} behind {field.name}", sign)
        self._at += 1
        value = self._next()
        if value.sort not in (Sort.WORD, Sort.QUOTED) or (
            value.sort is Sort.WORD and value.text.lower() in KEYWORDS
        ):
            raise _expected(f"{field.kind} behind {field.name}{sign.text}", value)
        try:
            check(field.kind, sign.text, value.text)
        except ValueError as error:
            raise _expected(f"{error} behind {field.name}{sign.text}", value) from error
        self._at += 1
        return Test(field.name, sign.text, value.text, view)

    def _next(self) -> Part:
        return self._parts[self._at]

    def _is_keyword(self, word: str) -> bool:
        part = self._next()
        return part.sort is Sort.WORD and part.text.lower() == word


def _field(part: Part) -> tuple[str | None, Field]:
    """The view before the point, if there is one, and the field."""
    before, point, name = part.text.rpartition(".")
    view = before if point else None
    field = FIELDS.get(name)
    if field is None:
        meant = did_you_mean(name, FIELDS)
        raise WhereError(
            f"{_expected('a field', part)}. {meant + ' ' if meant else ''}Fields: {', '.join(FIELDS)}"
        )
    if view is not None and (not view or field.of_a_view is None):
        of_views = ", ".join(one.name for one in FIELDS.values() if one.of_a_view is not None)
        raise WhereError(f"{_expected('VIEW.FIELD', part)}. Views have {of_views}")
    return view, field


def _expected(what: str, found: Part) -> WhereError:
    return WhereError(f"--where: expected {what}, found {found.found} at character {found.place}")
