"""Orders before they are given, answers as they come, and what a report says of them."""

import json
from typing import Any

import pytest

from edgeclassify.errors import UsageError
from edgeclassify.fleet.interface import Answer, Outcome, Report, Result, Target
from edgeclassify.fleet.known import KnownNodes
from edgeclassify.fleet.model_kinds import model_kinds
from edgeclassify.fleet.order import MOST_ANSWER_BYTES, Order, answer_of
from edgeclassify.fleet.orders import pause_order, set_order
from edgeclassify.fleet.selection import Chosen, Selection, choose
from edgeclassify.fleet.summary import Group, counts, groups
from edgeclassify.fleet.where.facts import LoadedModel
from edgeclassify.fleet.where.parsing import parse
from edgeclassify.types import Command
from edgeclassify.watch.interface import Arrival


def known(**views: list[str] | None) -> KnownNodes:
    """Nodes with their views; None: it has not said which."""
    found = KnownNodes("p")
    for name, own in views.items():
        found.take(Arrival(f"p/{name}/status", b"online", 0, True, 0.0))
        if own is not None:
            body = {"version": "1.0", "views": own, "models": []}
            found.take(Arrival(f"p/{name}/info", json.dumps(body).encode(), 0, True, 0.0))
    return found


def test_an_order_is_a_request_with_a_transaction() -> None:
    order = set_order("gate.enabled", "off")
    assert json.loads(order.payload(Target("a"), "t-1")) == {
        "option": "enabled", "value": False, "view": "gate", "transaction": "t-1",
    }  # fmt: skip
    assert order.targets(["a", "b"], known(a=["x", "y"])) == [Target("a"), Target("b")]


def test_an_order_to_each_view_names_it() -> None:
    order = pause_order("*", 60.0)
    there = known(a=["x", "y"], b=None, c=[])
    targets = order.targets(["a", "b", "c"], there)
    assert targets == [Target("a", "x"), Target("a", "y"), Target("b"), Target("c")]
    assert json.loads(order.payload(targets[1], "t")) == {"seconds": 60.0, "view": "y", "transaction": "t"}
    assert json.loads(order.payload(targets[2], "t")) == {"seconds": 60.0, "transaction": "t"}


def test_an_order_that_no_node_would_take_is_refused_here() -> None:
    with pytest.raises(UsageError, match=r"fleet set: 'level': set has no such key, expected"):
        Order(Command.SET, "", {"option": "threshold", "value": 0.5, "level": 1}).check()


def _answer(**changes: Any) -> bytes:
    body = {"v": 1, "transaction": "t", "status": "ok", "data": {"a": 1}, "error": None}
    return json.dumps(body | changes).encode()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (_answer(), ("t", Answer({"a": 1}))),
        (_answer(status="error", error="no"), ("t", Answer({}, "no"))),
        (_answer(status="error", error="n" * 400), ("t", Answer({}, "n" * 300))),
        (_answer(status="error"), ("t", Answer({}, "its answer is none of the contract"))),
        (_answer(status="ok", data=[]), ("t", Answer({}, "its answer is none of the contract"))),
        (_answer(status=[]), ("t", Answer({}, "its answer is none of the contract"))),
        (_answer(transaction=7), None),
        (_answer(transaction=None), None),
        (b"[]", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        (_answer(data={"a": "x" * MOST_ANSWER_BYTES}), None),
    ],
)  # fmt: skip
def test_an_answer_is_read_or_left(payload: bytes, expected: tuple[str, Answer] | None) -> None:
    assert answer_of(payload) == expected


def test_who_is_meant() -> None:
    there = known(north=["x"], south=["x", "y"], bare=None)
    assert choose(Selection(), there) == Chosen(("bare", "north", "south"))
    assert choose(Selection(names=("south", "north", "south")), there) == Chosen(("north", "south"))
    assert choose(Selection(parse("view=y")), there) == Chosen(("south",), ("bare",))
    assert Selection(parse("version<2 and label=x or online")).topics() == {"info", "+/state"}
    assert Selection().topics() == frozenset()
    with pytest.raises(UsageError, match=r"found nort, west\. Did you mean \"north\"\?"):
        choose(Selection(names=("nort", "north", "west")), there)


def test_what_a_stranger_says_below_the_prefix_is_left() -> None:
    there = known(a=["x"])
    for topic, payload in (
        ("p/a/info", b'{"views":[1],"models":[]}'),
        ("p/a/info", b'{"views":["y"],"models":[{"name":1}]}'),
        ("p/a/health", b'{"uptime_s":' + b"9" * 400 + b"}"),
        ("p/a/health", b"{"),
        ("p/ghost/info", b'{"version":"1","views":[]}'),
        ("q/a/status", b"offline"),
    ):
        there.take(Arrival(topic, payload, 0, True, 0.0))
    assert there.is_online("a") is True
    assert there.is_online("z") is None
    assert there.facts("a").figures.up_s is None
    there.take(Arrival("p/a/status", b"", 0, True, 0.0))
    assert "a" not in there.names


def test_the_same_reasons_stand_together() -> None:
    def result(name: str, outcome: Outcome, why: str = "") -> Result:
        return Result(Target(name), outcome, why)

    report = Report((
        result("a", Outcome.OFFLINE), result("b", Outcome.REFUSED, "x"), result("c", Outcome.REFUSED, "y"),
        result("d", Outcome.DONE), result("e", Outcome.REFUSED, "y"),
    ))  # fmt: skip
    assert list(groups(report)) == [
        Group(Outcome.DONE, "", (Target("d"),)),
        Group(Outcome.REFUSED, "y", (Target("c"), Target("e"))),
        Group(Outcome.REFUSED, "x", (Target("b"),)),
        Group(Outcome.OFFLINE, "", (Target("a"),)),
    ]
    assert counts(report) == {"done": 1, "refused": 3, "silent": 0, "offline": 1, "not asked": 0}
    assert not report.all_done
    assert Report(report.results[3:4]).all_done


def test_of_files_under_one_name_those_that_few_have_differ() -> None:
    one, other, next_runtime = (
        LoadedModel("m", "aa", "r1"),
        LoadedModel("m", "bb", "r1"),
        LoadedModel("m", "aa", "r2"),
    )
    found = model_kinds({"a": [one, one], "b": [other], "c": [next_runtime], "d": [LoadedModel("n", "bb", "r1")]})
    assert [(kind.model, kind.nodes, kind.differs) for kind in found] == [
        (one, ("a",), False),
        (next_runtime, ("c",), False),
        (other, ("b",), True),
        (LoadedModel("n", "bb", "r1"), ("d",), False),
    ]
    assert model_kinds({}) == []


def test_of_two_files_on_as_many_nodes_none_is_the_wrong_one() -> None:
    ours, theirs, odd = (LoadedModel("m", sha256, "litert") for sha256 in ("aa", "bb", "cc"))
    found = {kind.nodes: (kind.differs, kind.tied) for kind in model_kinds({"a": [ours], "b": [theirs]})}
    assert found == {("a",): (True, True), ("b",): (True, True)}
    nodes = {"a": [ours], "b": [ours], "c": [theirs], "d": [theirs], "e": [odd]}
    assert [(kind.differs, kind.tied) for kind in model_kinds(nodes)] == [
        (True, True),
        (True, True),
        (True, False),
    ]
    assert [(kind.differs, kind.tied) for kind in model_kinds({"a": [ours]})] == [(False, False)]
