"""What is now and what is told, over HTTP, of a real daemon."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.types import Option
from edgeclassify.web.api.live import Now, TimelineOfView
from tests.support.waiting import wait_for
from tests.web.live_node import Events, LiveNode


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LiveNode]:
    with LiveNode(tmp_path) as made:
        yield made


def test_what_is_now(node: LiveNode) -> None:
    wait_for(lambda: node.get("/api/now")["views"]["gate"]["state"])
    found = node.get("/api/now")
    Now.model_validate_json(json.dumps(found))
    assert found["views"]["gate"]["state"]["label"] == "day"
    assert found["views"]["gate"]["online"]


def test_a_change_is_heard_as_it_comes(node: LiveNode) -> None:
    with node.asked("/api/stream") as answer:
        assert answer.headers["X-Accel-Buffering"] == "no"
        events = Events(answer)
        assert events.next()[0] == "now"
        assert events.await_kind("health")["cameras"][0]["name"] == "front"
        events.await_kind("state", view="gate", label="day")
        node.lamp.brightness = 0
        assert events.await_kind("event", event_type="start")["label"] == "night"
        assert events.await_kind("state", label="night")["known"]
        look = events.await_kind("look", view="gate")
        assert look["region"] == [0, 0, 1, 1]


def test_it_goes_on_where_it_was_broken_off(node: LiveNode) -> None:
    with node.asked("/api/stream") as answer:
        events = Events(answer)
        events.next()
        node.lamp.brightness = 0
        events.await_kind("event", event_type="start", label="night")
        last = events.last
    node.lamp.brightness = 255
    with node.asked("/api/stream") as other:
        Events(other).await_kind("state", label="day")
    for headers, query in (({"Last_Event_ID": last}, ""), ({}, f"?after={last}")):
        with node.asked(f"/api/stream{query}", **headers) as answer:
            events = Events(answer)
            kinds: list[str] = []
            while not kinds or kinds[-1] != "event":
                kinds.append(events.next()[0])
            assert "now" not in kinds


def test_after_a_restart_it_begins_anew(node: LiveNode) -> None:
    with node.asked("/api/stream") as answer:
        events = Events(answer)
        events.next()
        node.restart()
        with pytest.raises(EOFError):
            events.await_kind("nothing that is told")
    with node.asked("/api/stream", Last_Event_ID=events.last) as answer:
        assert Events(answer).next()[0] == "now"


def test_two_hear_the_same(node: LiveNode) -> None:
    with node.asked("/api/stream") as first, node.asked("/api/stream") as second:
        both = Events(first), Events(second)
        for events in both:
            events.await_kind("state", label="day")
        node.lamp.brightness = 0
        told = [events.await_kind("event", event_type="start", label="night") for events in both]
        assert told[0] == told[1]
        assert both[0].last == both[1].last


def test_options_and_snoozes_are_told_though_no_broker_may_ask_for_them(node: LiveNode) -> None:
    """[commands] does not allow `pause` and `set` here: brokers are told nothing of them."""
    with node.asked("/api/stream") as answer:
        events = Events(answer)
        assert events.next()[1]["views"]["gate"]["snooze"] is None
        running = node.daemon.running
        assert running is not None
        running.show_option("gate", Option.THRESHOLD, 0.7)
        running.show_snooze("gate", 4_000_000_000.0)
        assert events.await_kind("option", option="threshold")["value"] == 0.7
        assert events.await_kind("snooze")["until"].startswith("2096-")


def test_a_reload_is_heard_on_the_same_stream(node: LiveNode) -> None:
    with node.asked("/api/stream") as answer:
        events = Events(answer)
        events.next()
        node.document["view"].append({"name": "yard", "confirm_s": 0})
        node.reload()
        assert events.await_kind("info")["views"] == ["gate", "yard"]
        assert events.await_kind("state", view="yard")["label"] == "day"


def test_what_was_of_late(node: LiveNode) -> None:
    wait_for(lambda: node.get("/api/views/gate/timeline?minutes=1")["events"])
    node.lamp.brightness = 0
    wait_for(lambda: len(node.get("/api/views/gate/timeline?minutes=1")["bands"]) >= 2)
    found = node.get("/api/views/gate/timeline?minutes=1")
    assert found["bands"][-1]["label"] == "night"
    assert {one["label"] for one in found["events"]} == {"day", "night"}
    assert len(found["scores"]) == len(found["labels"])
    assert {len(series) for series in found["scores"]} == {len(found["t"])}
    TimelineOfView.model_validate_json(json.dumps(found))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/views/nothing/timeline", 404),
        ("/api/views/gate/timeline?minutes=0", 422),
        ("/api/views/gate/timeline?minutes=nan", 422),
        ("/api/views/gate/timeline?minutes=1e9", 422),
        ("/api/views/gate/timeline?hours=1", 422),
        ("/api/stream?after=" + "x" * 65, 422),
    ],
)
def test_what_is_asked_wrongly_is_refused(node: LiveNode, path: str, status: int) -> None:
    assert node.status(path) == status
