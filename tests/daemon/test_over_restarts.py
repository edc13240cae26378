"""What is in a view over restarts, outages and stops, as a subscriber sees it."""

import json
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from edgeclassify.config import Config
from edgeclassify.daemon.publishing import MQTT, SinkContext, make_mqtt_sink
from edgeclassify.errors import PublishError
from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.interface import Sink
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.types import Event, EventType, Frame
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import BASE, Lamp, Node
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

DAY, NIGHT = 255, 0
VIEW = [{"name": "gate", "confirm_s": 0, "labels": ["day", "night"]}]


def seen(node: Node, label: str = "day") -> Node:
    """Once the view shows the label."""
    wait_for(lambda: node.of(f"{BASE}/gate/state") and node.state()["label"] == label)
    return node


def shown_by_label(node: Node, label: str, since: int = 0) -> list[str]:
    """What the label's topic has said, as it came."""
    return [payload.decode() for payload in node.of(f"{BASE}/gate/label/{label}")[since:]]


def events(node: Node) -> list[dict[str, Any]]:
    """Live and late ones, by number; each once."""
    found = [json.loads(payload) for kind in ("event", "history") for payload in node.of(f"{BASE}/gate/{kind}")]
    return [json.loads(text) for text in sorted({json.dumps(e | {"historical": 0}) for e in found}, key=_seq)]


def told(node: Node, count: int) -> list[dict[str, Any]]:
    """The events, once there are so many: a state may be heard before them, which goes another way."""
    wait_for(lambda: len(events(node)) == count)
    return events(node)


def _seq(text: str) -> int:
    return int(json.loads(text)["seq"])


def stopped(node: Node) -> Node:
    node.stop()
    wait_for(lambda: node.of(f"{BASE}/status")[-1] == b"offline")
    return node


def left_open(node: Node) -> list[str]:
    """The ids that the database says are open."""
    with closing(sqlite3.connect(node.folder / "spool.sqlite3")) as connection:
        rows = connection.execute("SELECT body FROM views WHERE body NOT NULL").fetchall()
    return [json.loads(body)["open"]["id"] for (body,) in rows]


def test_what_is_there_after_a_restart_goes_on(start_node: StartNode) -> None:
    first = stopped(seen(start_node(view=VIEW)))
    (start,) = events(first)
    assert left_open(first) == [start["id"]]
    second = seen(start_node(view=VIEW))
    assert events(second) == []
    state = second.state()
    assert (state["event_id"], state["seq"], state["since"]) == (start["id"], start["seq"], start["ts"])
    assert set(shown_by_label(second, "day")) == {"None", "ON"}  # no OFF on the way
    second.lamps["front"].brightness = NIGHT
    end = told(second, 2)[0]
    assert (end["id"], end["seq"], end["why"]["reason"]) == (start["id"], 2, "replaced")


def test_that_it_has_been_there_for_so_long_is_told_once_over_a_restart(start_node: StartNode) -> None:
    first = seen(start_node(view=[VIEW[0] | {"lasting": {"day": [0.2]}}]))
    wait_for(lambda: len(events(first)) == 2)
    start, lasting = events(stopped(first))
    assert (lasting["event_type"], lasting["id"], lasting["label"]) == ("lasting", start["id"], "day")
    assert lasting["why"]["lasting_s"] == 0.2
    assert lasting["why"]["duration_s"] >= 0.2
    second = seen(start_node(view=[VIEW[0] | {"lasting": {"d*": [0.1, 0.2, 0.4]}}]))
    wait_for(lambda: events(second))
    (later,) = events(second)
    assert (later["id"], later["seq"], later["why"]["lasting_s"]) == (start["id"], 3, 0.4)
    wait_for(lambda: second.state()["seq"] == 3)
    assert second.state()["duration_s"] >= later["why"]["duration_s"] > lasting["why"]["duration_s"]
    second.lamps["front"].brightness = NIGHT
    wait_for(lambda: len(events(second)) == 3)
    assert "duration_s" in second.state()  # of what is there now
    assert [event["event_type"] for event in events(second)] == ["lasting", "end", "start"]


def test_after_a_stop_nothing_is_known(start_node: StartNode) -> None:
    node = stopped(seen(start_node(view=VIEW)))
    assert node.of(f"{BASE}/gate/availability")[-1] == b"offline"
    assert [shown_by_label(node, label)[-1] for label in ("day", "night")] == ["None", "None"]
    assert (node.state()["label"], node.state()["event_id"]) == ("unknown", None)
    topics = [message.topic for message in node.observer.received]
    assert topics[-1] == f"{BASE}/status"  # its last word


def test_what_is_gone_after_a_restart_ends_once(start_node: StartNode) -> None:
    (start,) = events(stopped(seen(start_node(view=VIEW))))

    def dark(node: Node) -> None:
        node.make_source = lambda camera: _lamp(node, camera, NIGHT)

    second = seen(start_node(dark, view=VIEW), "night")
    end, other = told(second, 2)
    assert (end["id"], end["why"]["reason"], end["why"]["by"]) == (start["id"], "gone after restart", "night")
    assert [end["seq"], other["seq"]] == [2, 3]
    assert left_open(stopped(second)) == [other["id"]]


def _lamp(node: Node, camera: str, brightness: int) -> Lamp:
    lamp = node.lamps[camera] = Lamp(camera)
    lamp.brightness = brightness
    return lamp


@pytest.mark.parametrize(
    "later",
    [
        pytest.param({"view": [{"name": "yard", "confirm_s": 0}]}, id="the view is no more"),
        pytest.param({"view": VIEW, "node": {"resume_s": 0}}, id="nothing is to go on"),
        pytest.param(
            {"view": [{"name": "gate", "confirm_s": 0, "groups": {"light": ["day"]}}]},
            id="its label is in a group",
        ),
    ],
)
def test_what_can_not_go_on_ends_at_the_start(start_node: StartNode, later: dict[str, Any]) -> None:
    (start,) = events(stopped(seen(start_node(view=VIEW))))
    second = start_node(**later)
    wait_for(lambda: events(second))
    end = events(second)[0]
    assert (end["event_type"], end["id"], end["label"]) == ("end", start["id"], "day")
    assert end["why"]["reason"] == "gone after restart"
    assert end["why"]["duration_s"] < 30


def test_a_group_is_on_and_off_and_goes_on_after_a_restart(start_node: StartNode) -> None:
    grouped = {"name": "gate", "confirm_s": 0, "labels": ["light"], "groups": {"light": ["da*"]}}
    first = stopped(seen(start_node(view=[grouped]), "light"))
    (start,) = events(first)
    assert start["label"] == "light"
    assert shown_by_label(first, "light")[-2:] == ["ON", "None"]
    second = seen(start_node(view=[{**grouped, "groups": {"light": ["day"]}}]), "light")
    assert (events(second), second.state()["event_id"]) == ([], start["id"])
    second.lamps["front"].brightness = NIGHT
    wait_for(lambda: len(events(second)) == 2)
    assert [event["label"] for event in events(second)] == ["light", "night"]
    wait_for(lambda: shown_by_label(second, "light")[-1] == "OFF")


def test_what_counts_for_unknown_starts_nothing(start_node: StartNode) -> None:
    node = start_node(view=[{"name": "gate", "confirm_s": 0, "filter": "none", "deny": ["day"]}])
    wait_for(lambda: node.of(f"{BASE}/gate/state"))
    assert (node.state()["label"], [row["label"] for row in node.state()["top"]]) == ("unknown", ["night"])
    node.lamps["front"].brightness = NIGHT
    seen(node, "night")
    assert [event["label"] for event in told(node, 1)] == ["night"]


def test_without_a_time_to_go_on_the_stop_ends_what_is_there(start_node: StartNode) -> None:
    node = stopped(seen(start_node(view=VIEW, node={"resume_s": 0})))
    start, end = events(node)
    assert (end["id"], end["why"]["reason"]) == (start["id"], "stopped")
    assert left_open(node) == []
    assert (node.state()["label"], node.state()["seq"]) == ("unknown", end["seq"])


class Silent(Lamp):
    """Gives no frames while told so."""

    silent = False

    def read(self, timeout_s: float) -> Frame | None:
        if self.silent:
            time.sleep(0.02)
            raise NoFrameInTimeError("nothing")
        return super().read(timeout_s)


def silent_camera(node: Node) -> None:
    node.make_source = lambda camera: node.lamps.setdefault(camera, Silent(camera))


CAMERA = [{"name": "front", "source": "synthetic:", "interval_s": 0, "stall_timeout_s": 0.3}]


def test_a_lost_camera_says_nothing_of_its_labels_and_goes_on_after(start_node: StartNode) -> None:
    node = seen(start_node(silent_camera, view=VIEW, camera=CAMERA))
    lamp = node.lamps["front"]
    assert isinstance(lamp, Silent)
    before = node.state()
    lamp.silent = True
    wait_for(lambda: node.of(f"{BASE}/gate/availability")[-1] == b"offline")
    wait_for(lambda: node.state()["label"] == "unknown")
    wait_for(lambda: [shown_by_label(node, label)[-1] for label in ("day", "night")] == ["None", "None"])
    lamp.silent = False
    seen(node)
    assert {key: node.state()[key] for key in ("event_id", "since", "seq")} == {
        key: before[key] for key in ("event_id", "since", "seq")
    }
    wait_for(lambda: shown_by_label(node, "day")[-1] == "ON")
    assert "OFF" not in shown_by_label(node, "day")
    assert len(told(node, 1)) == 1


def test_an_outage_that_lasts_ends_what_was_there(start_node: StartNode) -> None:
    node = seen(start_node(silent_camera, view=VIEW, camera=CAMERA, node={"resume_s": 0.5}))
    lamp = node.lamps["front"]
    assert isinstance(lamp, Silent)
    lamp.silent = True
    start, end = told(node, 2)
    assert (end["id"], end["why"]["reason"]) == (start["id"], "no frames")
    assert 0.5 <= end["why"]["gap_s"] < 5
    lamp.silent = False
    wait_for(lambda: len(events(node)) == 3)
    assert events(node)[2]["id"] != start["id"]


def test_a_pause_says_nothing_of_the_labels(start_node: StartNode) -> None:
    node = seen(start_node(view=VIEW))
    node.ask("pause", view="gate")
    wait_for(lambda: [shown_by_label(node, label)[-1] for label in ("day", "night")] == ["None", "None"])
    node.ask("resume", view="gate")
    wait_for(lambda: [shown_by_label(node, label)[-1] for label in ("day", "night")] == ["ON", "OFF"])


def test_before_the_first_decision_labels_are_not_known(start_node: StartNode) -> None:
    stopped(seen(start_node(view=VIEW)))
    slow = [VIEW[0] | {"confirm_s": 0.6, "threshold_enter": 1.0, "threshold_exit": 1.0}]

    def dusk(node: Node) -> None:
        node.make_source = lambda camera: _lamp(node, camera, 130)

    node = start_node(dusk, view=slow)
    wait_for(lambda: node.seen > 2)
    assert set(shown_by_label(node, "day")) == {"None"}
    wait_for(lambda: shown_by_label(node, "day")[-1] == "OFF", 5)


def test_one_view_that_can_not_be_ended_keeps_no_other_from_it(
    start_node: StartNode,
) -> None:
    class FailingAtTheDoor(FanOut):
        def publish_event(self, event: Event) -> None:
            if event.event_type is EventType.END and event.view == "door":
                raise PublishError("a score of NaN")
            super().publish_event(event)

    def make_sink(config: Config, around: SinkContext) -> Sink:
        return FailingAtTheDoor(around.spool, {MQTT: make_mqtt_sink(config, around)})

    views = [{"name": "door", "confirm_s": 0}, {"name": "gate", "confirm_s": 0}]
    node = seen(start_node(view=views, node={"resume_s": 0}, make_sink=make_sink))
    wait_for(lambda: node.events("door"))
    stopped(node)
    assert [event["event_type"] for event in events(node)] == ["start", "end"]
    numbers = sorted(json.loads(payload)["seq"] for payload in node.of("/event"))
    assert numbers == [1, 2, 3]


def test_a_reload_with_another_filter_ends_what_is_there_and_labels_are_not_known(start_node: StartNode) -> None:
    node = seen(start_node(view=VIEW))
    strict = {"filter": "exponential", "threshold_enter": 1.0, "threshold_exit": 1.0, "confirm_s": 60}
    node.document["view"] = [VIEW[0] | strict]
    node.ask("reload")
    wait_for(lambda: len(events(node)) == 2)
    assert events(node)[1]["why"]["reason"] == "config reloaded"
    wait_for(lambda: shown_by_label(node, "day")[-1] == "None")


def test_a_new_connection_learns_what_the_views_show(start_node: StartNode) -> None:
    """A reload that connects anew begins with nothing known; an unchanged view has not changed by it."""
    node = seen(start_node(view=VIEW))
    node.document["view"] = [*VIEW, {"name": "door", "confirm_s": 0}]
    node.ask("reload")
    wait_for(lambda: node.of(f"{BASE}/door/state"))
    assert node.state()["label"] == "day"
    assert "OFF" not in shown_by_label(node, "day")
    assert [event["event_type"] for event in told(node, 1)] == ["start"]
