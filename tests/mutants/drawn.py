"""Which mutants are tried: all of a module's that are worth it, or a sample that a seed fixes."""

import ast
import difflib
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.mutating import mutate_code

from tests.mutants.operators import Position, operators

Change = tuple[str, str, str]
"""A function ("" outside of all), its lines that change, and what becomes of them; without indentation."""

_LARGE = 1e6
"""One more or less in a number from here on (nanoseconds in a second) is no change that anybody could tell."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change."""

    operator: str
    function: str
    line: int
    was: str
    """The lines that are changed, without what stands around them."""
    becomes: str
    code: str
    """The whole module."""

    def __str__(self) -> str:
        place = self.function or "the module"
        return f"{self.line}: {self.operator} in {place}\n  - {self.was}\n  + {self.becomes}"


def draw(source: str, *, count: int | None, seed: int, equivalent: Collection[Change]) -> list[Mutant]:
    """`count` mutants of a module (None: all) without those that are `equivalent`, by chance."""
    places = list(_places(source))
    random.Random(seed).shuffle(places)
    drawn: dict[str, Mutant] = {}
    for place in places:
        if count is not None and len(drawn) >= count:
            break
        try:
            code = mutate_code(source, place.operator, place.occurrence)
        except AttributeError:
            continue  # the operator replaces plain names alone: no `module.Error` among several exceptions
        was, becomes = _changed(source, code)
        if (place.function, was, becomes) not in equivalent:
            drawn.setdefault(code, Mutant(place.name, place.function, place.line, was, becomes, code))
    return list(drawn.values())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an operator can make its change: the how manyth time in the module."""

    name: str
    operator: Any
    occurrence: int
    function: str
    line: int


def _places(source: str) -> Iterator[_Place]:
    lines, left_alone = source.splitlines(), list(_left_alone(source))
    nodes = list(ast_nodes(get_ast(source)))
    for name, operator in operators():
        positions = ((node, at) for node in nodes for at in operator.mutation_positions(node))
        for occurrence, (node, at) in enumerate(positions):
            is_star = node.parent is not None and node.parent.type == "parameters"  # no product
            if not is_star and not _pointless(at, left_alone, lines):
                yield _Place(name, operator, occurrence, ASTQuery(node).get_definition_name() or "", at[0][0])


def _left_alone(source: str) -> Iterator[Position]:
    """Annotations and decorators: a type checker holds what they say."""
    for node in ast.walk(ast.parse(source)):
        parts = (getattr(node, "annotation", None), getattr(node, "returns", None))
        for part in (*parts, *getattr(node, "decorator_list", ())):
            if isinstance(part, ast.expr) and part.end_lineno is not None and part.end_col_offset is not None:
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def _pointless(at: Position, left_alone: Collection[Position], lines: list[str]) -> bool:
    start, end = at
    if any(first <= start and end <= last for first, last in left_alone):
        return True
    try:
        return start[0] == end[0] and abs(float(lines[start[0] - 1][start[1] : end[1]])) >= _LARGE
    except ValueError:
        return False  # no number


def _changed(source: str, code: str) -> tuple[str, str]:
    before, after = source.splitlines(), code.splitlines()
    was, becomes = list[str](), list[str]()
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            was += (line.strip() for line in before[i1:i2])
            becomes += (line.strip() for line in after[j1:j2])
    return " ".join(was), " ".join(becomes)
