"""Requests as classes: what they refuse is said in one sentence, the first fault in their order. See also
publish/mqtt/requests/test_inbox.py, where they come from a broker."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from edgeclassify.contract.refusals import RequestError, choices, hint, shown
from edgeclassify.contract.request_payload import MAX_BYTES, body_of
from edgeclassify.contract.requests import MAX_TRANSACTION, SetRequest, option_request, request_of, transaction_of
from edgeclassify.types import Command, Option, Request, Response, teaching

VIEWS = ("gate", "door")


class Nobody:
    def answer(self, response: Response) -> None:
        raise AssertionError(response)


NOBODY = Nobody()


def refused(command: Command, body: Mapping[str, Any], views: tuple[str, ...] = VIEWS) -> str:
    with pytest.raises(RequestError) as caught:
        request_of(command, body, views, NOBODY)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"views": 1, "transaction": 1.5},
            "'views': set has no such key, expected transaction, view, option, value."
            ' Did you mean "view"?'),
        ({"value": 2, "option": "x", "view": "y", "transaction": 1.5},
            "transaction: expected text of at most 64 characters or an integer of 64 bits, found 1.5"),
        ({"value": 2, "option": "x", "view": "y"}, "view: expected one of gate, door, found 'y'"),
        ({"value": 2, "option": "treshold", "view": "gate"},
            "option: expected one of enabled, threshold, interval, found 'treshold'. Did you mean \"threshold\"?"),
        ({"option": ["enabled"], "view": "gate"},
            "option: expected one of enabled, threshold, interval, found a list with 1 entries"),
        ({"value": 2, "option": "threshold", "view": "gate"},
            "value: expected for threshold a number of 0 to 1, found 2"),
        ({"option": "interval", "view": "gate"},
            "value: expected for interval seconds of 0 to 604800, found null"),
        ({"value": 1, "option": "enabled", "view": "gate"},
            "value: expected for enabled true or false, ON or OFF, found 1"),
        ({"\ud800": 1}, "'\\ud800': set has no such key, expected transaction, view, option, value"),
    ],
)  # fmt: skip
def test_the_first_fault_is_told(body: dict[str, Any], error: str) -> None:
    assert refused(Command.SET, body) == error


def test_a_view_is_one_of_the_nodes_only_where_those_are_known() -> None:
    body = {"view": "attic", "option": "enabled", "value": True}
    assert SetRequest.model_validate(body).root.view == "attic"
    assert refused(Command.SET, body, ("gate",)) == "view: expected one of gate, found 'attic'"
    assert refused(Command.SNAPSHOT, {}, ()) == "view: expected one of , found null"
    assert request_of(Command.PAUSE, {}, (), NOBODY) == Request(Command.PAUSE, asker=NOBODY)


@pytest.mark.parametrize("seconds", [0.001, 1, 2_592_000, 2_592_000.0])
def test_a_pause_may_last_thirty_days(seconds: float) -> None:
    found = request_of(Command.PAUSE, {"seconds": seconds, "view": "door", "transaction": 3}, VIEWS, NOBODY)
    assert found == Request(Command.PAUSE, 3, "door", seconds=seconds, asker=NOBODY)
    assert request_of(Command.PAUSE, {"seconds": None}, VIEWS, NOBODY) == Request(Command.PAUSE, asker=NOBODY)


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        (0, "0"),
        (-0.0, "-0.0"),
        (-5, "-5"),
        (2_592_000.5, "2592000.5"),
        ("60", "'60'"),
        (True, "true"),
        ([60], "a list with 1 entries"),
    ],
)
def test_what_is_no_time_to_pause_for(seconds: object, found: str) -> None:
    expected = f"seconds: expected a number above 0, 2592000 at most, found {found}"
    assert refused(Command.PAUSE, {"seconds": seconds}) == expected


def test_resume_knows_no_seconds() -> None:
    assert refused(Command.RESUME, {"seconds": 5}) == (
        "'seconds': resume has no such key, expected transaction, view"
    )


@pytest.mark.parametrize("value", [-0.0, -1.0])
@pytest.mark.parametrize("option", ["threshold", "interval"])
def test_the_contract_has_no_negative_numbers_either(option: str, value: float) -> None:
    with pytest.raises(ValueError, match="value"):
        SetRequest.model_validate({"option": option, "value": value})


@pytest.mark.parametrize(
    ("given", "back"),
    [
        ("x" * MAX_TRANSACTION, "x" * MAX_TRANSACTION), ("x" * (MAX_TRANSACTION + 1), None),
        (2**63 - 1, 2**63 - 1),
        (2**63, None), (-(2**63), -(2**63)), (-(2**63) - 1, None), (True, None), (None, None), ([], None),
        ("\ud800a", "?a"),
    ],
)  # fmt: skip
def test_the_transaction_comes_back_whatever_else_is_wrong(given: object, back: object) -> None:
    assert transaction_of({"transaction": given, "nonsense": 1}) == back


def test_an_option_topic_is_for_its_view_alone() -> None:
    found = option_request("door", Option.THRESHOLD, b" 0.25 ", NOBODY)
    assert found == Request(Command.SET, None, "door", Option.THRESHOLD, 0.25, asker=NOBODY)
    with pytest.raises(RequestError, match=r"^value: expected for enabled true or false, ON or OFF, found '1'$"):
        option_request("door", Option.ENABLED, b"1", NOBODY)


def test_the_bound_of_a_payload() -> None:
    text = json.dumps({"transaction": ""})
    assert body_of(text.ljust(MAX_BYTES).encode()) == {"transaction": ""}
    with pytest.raises(RequestError, match="expected at most 4096 bytes, found 4097"):
        body_of(text.ljust(MAX_BYTES + 1).encode())


def test_what_a_stranger_wrote_is_shown_short_and_escaped() -> None:
    assert shown("a" * 38) == repr("a" * 38)
    assert shown("a" * 39) == "'" + "a" * 38 + "…"
    assert shown("\n\u732b") == "'\\n\\u732b'"
    assert (shown(None), shown(True), shown(0.5), shown({"a": 1})) == (
        "null", "true", "0.5", "an object with 1 entries",
    )  # fmt: skip
    assert choices([str(i) for i in range(20)]).endswith("18, 19")
    assert choices([str(i) for i in range(21)]).endswith("18, 19, …")
    assert hint("gaet", VIEWS) == '. Did you mean "gate"?'
    assert hint("nothing like it", VIEWS) == hint(5, VIEWS) == ""


EXAMPLE = "0123456789abcdef"
EXAMPLE_WORDS = "expected the id of an example, 16 hex digits as teach/list shows them"


@pytest.mark.parametrize(
    ("command", "body", "order"),
    [
        ("add", {"label": "open"}, teaching.AddExample("open")),
        (
            "add",
            {"label": None, "view": "door", "event_id": "a1", "model": "g", "fit": True},
            teaching.AddExample(None, "door", "a1", "g", True),
        ),
        ("correct", {"event_id": "a1", "label": "shut"}, teaching.CorrectEvent("a1", "shut", None, True)),
        (
            "correct",
            {"event_id": "a1", "wrong": True, "fit": False},
            teaching.CorrectEvent("a1", None, None, False),
        ),
        ("fit", {"model": "g"}, teaching.Fit("g")),
        ("fit", {"one_class": True}, teaching.Fit(None, True)),
        ("list", {}, teaching.ListTaught()),
        (
            "list",
            {"model": "g", "label": "open", "after": EXAMPLE, "limit": 1},
            teaching.ListTaught("g", "open", EXAMPLE, 1),
        ),
        ("move", {"example": EXAMPLE, "label": "shut"}, teaching.MoveExample(EXAMPLE, "shut")),
        ("move", {"example": EXAMPLE, "label": None}, teaching.MoveExample(EXAMPLE, None)),
        ("remove", {"example": EXAMPLE}, teaching.RemoveExamples(EXAMPLE)),
        ("remove", {"label": "shut", "fit": True}, teaching.RemoveExamples(None, "shut", None, True)),
        ("undo", {}, teaching.UndoChange()),
        ("collect", {"hours": 24, "most": 100}, teaching.Collect(None, 24, 100)),
        ("collect", {"view": "gate", "stop": True}, teaching.Collect("gate", None, None, True)),
        ("clusters", {"model": "g"}, teaching.ListClusters("g")),
        ("review", {"view": "gate", "limit": 100}, teaching.ListUnsure("gate", None, 100)),
        ("label", {"cluster": 1, "label": "open"}, teaching.LabelLooks("open", 1)),
        ("label", {"look": 9, "label": None, "fit": True}, teaching.LabelLooks(None, None, 9, False, None, True)),
        ("label", {"look": 9, "skip": True}, teaching.LabelLooks(None, None, 9, True)),
    ],
)
def test_what_is_asked_of_taught_models(command: str, body: dict[str, Any], order: object) -> None:
    found = request_of(Command(f"teach/{command}"), {"transaction": 5, **body}, VIEWS, NOBODY)
    assert (found.teaching, found.transaction) == (order, 5)
    assert found.view == (body.get("view") if command in ("add", "collect", "review") else None)


def test_every_command_of_taught_models_has_its_request() -> None:
    for command in Command:
        if command.family == "teach/":
            assert "'x': " + command + " has no such key" in refused(command, {"x": 1})
            assert refused(command, {"model": "a/b"}).startswith("model: expected the name of a taught model: ")


@pytest.mark.parametrize(
    ("command", "body", "error"),
    [
        ("add", {}, "label: expected the name of a label, found null"),
        ("add", {"label": ""}, "label: expected the name of a label, found ''"),
        ("add", {"label": "a", "view": "gat"},
            "view: expected one of gate, door, found 'gat'. Did you mean \"gate\"?"),
        ("add", {"label": "a", "event_id": "+"},
            "event_id: expected the id of an event, as its message has it, found '+'"),
        ("add", {"label": "a", "fit": 1}, "fit: expected true or false, found 1"),
        ("correct", {"label": "a"}, "event_id: expected the id of an event, as its message has it, found null"),
        ("correct", {"event_id": "a"}, "label: expected the name of a label, or wrong = true, found none"),
        ("correct", {"event_id": "a", "label": "b", "wrong": True},
            "label: expected the name of a label, or wrong = true, found both"),
        ("correct", {"event_id": "a", "wrong": "yes"}, "wrong: expected true or false, found 'yes'"),
        ("list", {"limit": 0}, "limit: expected an integer of 1 to 100, found 0"),
        ("list", {"limit": 101}, "limit: expected an integer of 1 to 100, found 101"),
        ("list", {"after": "x"},
            f"after: {EXAMPLE_WORDS}, found 'x'"),
        ("move", {"label": "a"},
            f"example: {EXAMPLE_WORDS}, found null"),
        ("move", {"example": EXAMPLE}, "label: expected the name of a label, found null"),
        ("remove", {},
            f"example: {EXAMPLE_WORDS}, or a label, found none"),
        ("remove", {"example": EXAMPLE, "label": "a"},
            f"example: {EXAMPLE_WORDS}, or a label, found both"),
        ("collect", {"hours": 0}, "hours: expected a number above 0, 744 at most, found 0"),
        ("collect", {"hours": 745}, "hours: expected a number above 0, 744 at most, found 745"),
        ("collect", {"hours": 1, "most": 1001}, "most: expected an integer of 1 to 1000, found 1001"),
        ("collect", {"stop": None}, "stop: expected true or false, found null"),
        ("label", {"label": "a"},
            "cluster: expected the id of a cluster, as teach/clusters shows it, or a look, found none"),
        ("label", {"label": "a", "look": 1, "cluster": 1},
            "cluster: expected the id of a cluster, as teach/clusters shows it, or a look, found both"),
        ("label", {"look": 1}, "label: expected the name of a label, null, or skip = true, found none"),
        ("label", {"look": 1, "label": "a", "skip": True},
            "label: expected the name of a label, null, or skip = true, found both"),
        ("label", {"look": 0, "label": "a"}, "look: expected the id of a look, as teach/review shows it, found 0"),
        ("label", {"cluster": 0, "label": "a"},
            "cluster: expected the id of a cluster, as teach/clusters shows it, found 0"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_request_of_taught_models(command: str, body: dict[str, Any], error: str) -> None:
    assert refused(Command(f"teach/{command}"), body) == error
