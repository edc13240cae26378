"""Pausing for a while as a subscriber sees it: the real daemon and sink, a real broker."""

import json
from datetime import datetime

import pytest

from tests.daemon.conftest import StartNode
from tests.daemon.nodes import BASE, Node
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

TWO_VIEWS = [{"name": "gate", "confirm_s": 0}, {"name": "door", "confirm_s": 0}]


def until(node: Node, view: str = "gate") -> str | None:
    """The newest."""
    wait_for(lambda: node.of(f"{BASE}/{view}/snooze"))
    body = json.loads(node.of(f"{BASE}/{view}/snooze")[-1])
    assert set(body) == {"v", "until"}
    found: str | None = body["until"]
    return found


def test_a_view_rests_for_a_while_and_goes_on_by_itself(start_node: StartNode) -> None:
    node = start_node(view=TWO_VIEWS)
    wait_for(lambda: node.events("gate") and node.events("door"))
    assert until(node) is None
    answer = node.ask("pause", view="gate", seconds=1.5)
    assert (answer["views"], answer["enabled"]) == (["gate"], False)
    wait_for(lambda: node.option("enabled") == b"OFF")
    wait_for(lambda: until(node) == answer["until"])
    assert datetime.fromisoformat(answer["until"]).timestamp() > 1.7e9
    wait_for(lambda: len(node.events("gate")) == 2)
    assert node.events("gate")[1]["why"]["reason"] == "paused"
    wait_for(lambda: node.option("enabled") == b"ON" and until(node) is None, 10)
    wait_for(lambda: len(node.events("gate")) == 3)
    assert node.events("gate")[2]["event_type"] == "start"
    assert len(node.events("door")) == 1


def test_it_lasts_over_a_restart_and_a_reload_until_somebody_resumes(start_node: StartNode) -> None:
    first = start_node()
    wait_for(lambda: first.events())
    said = first.ask("pause", seconds=3600)["until"]
    first.document["view"] = [{"name": "gate", "confirm_s": 0, "top": 2}]
    first.ask("reload")
    assert first.ask("info")["options"]["gate"]["enabled"] is False
    first.stop()
    second = start_node()
    assert second.ask("info")["options"]["gate"]["enabled"] is False
    again = until(second)
    assert again is not None
    assert abs(datetime.fromisoformat(again).timestamp() - datetime.fromisoformat(said).timestamp()) < 1.0
    assert second.option("enabled") == b"OFF"
    assert second.ask("resume") == {"views": ["gate"], "enabled": True}
    wait_for(lambda: second.events() and until(second) is None)
    second.stop()
    third = start_node()
    wait_for(lambda: third.of(f"{BASE}/gate/state") and third.state()["label"] == "day")


def test_what_is_no_time_is_refused(start_node: StartNode) -> None:
    node = start_node()
    assert node.refused("pause", seconds=0) == "seconds: expected a number above 0, 2592000 at most, found 0"
    assert node.ask("info")["options"]["gate"]["enabled"] is True
