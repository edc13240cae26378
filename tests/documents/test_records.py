"""Records as JSON and back: what was written is read again, and nothing else is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from edgeclassify.documents.records import plain_values, record_of


@dataclass(frozen=True, slots=True)
class Leaf:
    kind: Literal["a", "b"]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Tree:
    name: str
    age: int
    is_green: bool
    leaves: tuple[Leaf, ...] = ()
    by_name: Mapping[str, Leaf] = field(default_factory=dict)
    parent: str | None = None


TREE = Tree("oak", 100, True, (Leaf("a"), Leaf("b", 0.5)), {"left": Leaf("a")}, "acorn")


def test_what_was_written_is_read_again() -> None:
    text = json.dumps(plain_values(TREE))
    assert record_of(Tree, json.loads(text)) == TREE
    assert json.loads(text)["leaves"][1] == {"kind": "b", "weight": 0.5}


def test_what_is_not_there_has_its_default_and_what_is_unknown_is_passed_over() -> None:
    assert record_of(Tree, {"name": "elm", "age": 1, "is_green": False, "roots": 7}) == Tree("elm", 1, False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": 5}, "name: expected a string"),
        ({"name": "\ud800"}, "name: expected a string of whole characters"),
        ({"age": True}, "age: expected a whole number"),
        ({"age": 1.0}, "age: expected a whole number"),
        ({"is_green": 1}, "is_green: expected true or false"),
        ({"leaves": {}}, "leaves: expected a list"),
        ({"leaves": [{"kind": "a"}, {"kind": "c"}]}, "leaves.1.kind: expected one of a, b"),
        ({"leaves": [{}]}, "leaves.0.kind: expected a value, found nothing"),
        ({"leaves": [{"kind": "a", "weight": "1"}]}, "leaves.0.weight: expected a number"),
        ({"leaves": [{"kind": "a", "weight": False}]}, "leaves.0.weight: expected a number"),
        ({"leaves": [{"kind": "a", "weight": 10**400}]}, "leaves.0.weight: expected a number of a usual size"),
        ({"by_name": []}, "by_name: expected an object"),
        ({"by_name": {"left": None}}, "by_name.left: expected an object"),
        ({"parent": 3}, "parent: expected a string"),
    ],
)
def test_what_is_something_else(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        record_of(Tree, plain_values(TREE) | change)


def test_none_where_it_may_be() -> None:
    assert record_of(Tree, plain_values(TREE) | {"parent": None}).parent is None


def test_a_type_that_no_record_has_is_a_bug() -> None:
    @dataclass
    class Odd:
        one: set[int]

    with pytest.raises(TypeError, match="no reader for"):
        record_of(Odd, {"one": [1]})
