"""Teaching as a subscriber does it: the real daemon, sink and teacher, a real broker, fake cameras."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.daemon.requests.queue import STOPPING
from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.teaching.store import TaughtFolder
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import Node
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

TWO_VIEWS = [{"name": "gate", "confirm_s": 0}, {"name": "door", "confirm_s": 0}]


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))


def answer_to(node: Node, transaction: int) -> dict[str, Any]:
    """The answer, which takes as long as a network and a fit do."""
    wait_for(lambda: node.answers(transaction), 30)
    (answer,) = node.answers(transaction)
    return answer


def ask(node: Node, command: str, **body: Any) -> dict[str, Any]:
    answer = answer_to(node, node.post(f"teach/{command}", **body))
    assert answer["error"] is None, answer
    data: dict[str, Any] = answer["data"]
    return data


def teach(node: Node, label: str, levels: tuple[int, ...], **body: Any) -> None:
    """What the lamp shows becomes examples."""
    for level in levels:
        seen = node.seen
        node.lamps["front"].brightness = level
        wait_for(lambda seen=seen: node.seen > seen + 1)  # type: ignore[misc]
        ask(node, "add", label=label, model="lamp", **body)


def test_from_what_a_view_shows_to_a_head(start_node: StartNode) -> None:
    node = start_node()
    teach(node, "day", (255, 230, 205))
    teach(node, "night", (10, 30, 50))
    fit = ask(node, "fit", model="lamp")
    assert (fit["kind"] != "", fit["in_views"]) == (True, [])

    listed = ask(node, "list", model="lamp")
    (model,) = listed["models"]
    assert [(one["label"], one["examples"]) for one in model["labels"]] == [("day", 3), ("night", 3)]
    assert {one["view"] for one in listed["examples"]} == {"gate"}
    assert [round(one["brightness"], 1) for one in listed["examples"]] == [1.0, 0.9, 0.8, 0.0, 0.1, 0.2]

    first = listed["examples"][0]["id"]
    assert ask(node, "move", example=first, label="night", fit=True)["fit"]["version"] > fit["version"]
    ask(node, "undo")
    ask(node, "remove", label="night")
    assert [one["label"] for one in ask(node, "list")["models"][0]["labels"]] == ["day"]


def test_what_is_asked_of_no_view_or_no_model(start_node: StartNode) -> None:
    node = start_node(view=TWO_VIEWS)
    assert node.refused("teach/add", label="a", model="m") == "view: expected one of gate, door, found none"
    assert "for none is taught yet" in node.refused("teach/fit")
    assert node.refused("teach/ad", label="a").startswith("command: expected one of ping, ")
    refusal = answer_to(node, node.post("teach/add", view="door", label="unusual", model="m"))["error"]
    assert "a word that a view's state has for itself" in refusal


def test_of_a_node_that_shows_labels_only_no_picture_is_kept(start_node: StartNode) -> None:
    node = start_node(node={"labels_only": True})
    teach(node, "day", (255,))
    (example,) = read_manifest(resolve_taught("lamp")).examples
    assert not example.has_picture


def test_where_nothing_may_be_taught(start_node: StartNode) -> None:
    node = start_node(commands={"allow": ["ping"]})
    node.post("teach/fit")
    node.ask("ping")
    assert not [one for one in node.observer.received if "/response/teach/" in one.topic]


def test_the_daemon_goes_on_while_it_teaches(start_node: StartNode) -> None:
    node = start_node()
    teach(node, "day", (255, 230))
    teach(node, "night", (10, 30))
    with TaughtFolder.open("lamp"):  # a command changes it just now
        waiting = node.post("teach/fit")
        seen = node.seen
        node.ask("ping")
        wait_for(lambda: node.seen > seen + 3)
        assert node.answers(waiting) == []
    assert answer_to(node, waiting)["error"] is None


def test_a_stop_does_not_wait_for_what_is_taught(start_node: StartNode) -> None:
    node = start_node()
    teach(node, "day", (255, 230))
    teach(node, "night", (10, 30))
    version = read_manifest(resolve_taught("lamp")).version
    with TaughtFolder.open("lamp"):
        fit, second = node.post("teach/fit"), node.post("teach/undo")
        node.ask("ping")
        wait_for(lambda: any(one.name == "teaching" for one in threading.enumerate()))
        node.stop()
        assert node.raised is None
        wait_for(lambda: node.answers(second))
        assert node.answers(second)[0]["error"] == STOPPING
        assert node.answers(fit) == []
    wait_for(lambda: not any(one.name == "teaching" for one in threading.enumerate()), 30)
    assert read_manifest(resolve_taught("lamp")).version in (version, version + 1)


def test_answers_follow_the_contract(start_node: StartNode) -> None:
    node = start_node()
    teach(node, "day", (255,))
    (message,) = [one for one in node.observer.received if one.topic.endswith("/response/teach/add")]
    assert not message.retain
    assert json.loads(message.payload)["data"]["model"] == "lamp"
