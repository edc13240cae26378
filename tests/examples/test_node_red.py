"""The flow for Node-RED, in a real one, at a real broker."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.contract import bodies
from edgeclassify.contract.requests import request_of
from edgeclassify.types import Command, Event, EventType, Novelty, Reason, Response, Why
from tests.examples.node_red import NodeRed, needs_node_red
from tests.support.broker import Mosquitto, Observer
from tests.support.waiting import wait_for

FLOW = Path("config/node_red/edgeclassify.json")
START = Event("a" * 32, 1, "gate", EventType.START, "open", 0.98, 1.7e9)
BASE = "edgeclassify/gatecam"


class Asker:
    def answer(self, response: Response) -> None:
        """Nobody asks here."""


def flow(port: int) -> list[dict[str, Any]]:
    """As a user has it after the broker's address was filled in."""
    nodes: list[dict[str, Any]] = json.loads(FLOW.read_text())
    (broker,) = (node for node in nodes if node["type"] == "mqtt-broker")
    broker["port"] = str(port)
    return nodes


@pytest.fixture
def node_red(tmp_path: Path, broker: Mosquitto) -> Iterator[NodeRed]:
    running = NodeRed(needs_node_red(), tmp_path).start()
    yield running
    running.stop()


@pytest.fixture
def notices(broker: Mosquitto) -> Iterator[Observer]:
    observer = Observer(broker.port, "#").start()
    yield observer
    observer.stop()


@pytest.mark.node_red
@pytest.mark.timeout(300)
def test_it_tells_what_comes_stays_and_goes_each_once(
    node_red: NodeRed, broker: Mosquitto, notices: Observer
) -> None:
    node_red.deploy(flow(broker.port))
    node_red.await_log("Connected to broker", 1)
    told = [
        replace(START, novelty=Novelty.FIRST_TODAY, count_today=1),
        START,  # a repeat
        replace(START, seq=2, event_type=EventType.LASTING, why=Why(lasting_s=600.0, duration_s=600.2)),
        replace(START, seq=3, event_type=EventType.UPDATE, why=Why(Reason.SCORE_ROSE, score_before=0.9)),
        replace(START, seq=4, event_type=EventType.END, why=Why(Reason.BELOW_THRESHOLD, duration_s=731.4)),
        replace(START, seq=6, label="car", id="b" * 32),
    ]
    # The flow's subscriptions may take a moment longer than its connection.
    notices.publish(f"{BASE}/status", b"offline", retain=True)
    wait_for(lambda: notices.of("notices/gatecam") == [b"gatecam is offline"], 30)
    for event in told:
        notices.publish(f"{BASE}/gate/event", bodies.Event.of(event).encode(), retain=False)
    late = bodies.HistoricalEvent.of_stored(bodies.Event.of(replace(START, seq=5)).encode())
    notices.publish(f"{BASE}/gate/history", late, retain=False)
    notices.publish(
        f"{BASE}/gate/event", bodies.Event.of(replace(START, seq=7, label="last")).encode(), retain=False
    )
    wait_for(lambda: b"gate: last" in notices.of("notices/gatecam/gate"), 30)
    assert notices.of("notices/gatecam/gate") == [
        b"gate: open (first today)",
        b"gate: open for 10 minutes now",
        b"gate: open is gone after 731 seconds",
        b"gate: car",
        b"gate: last",
    ]
    assert node_red.complaints == []


@pytest.mark.node_red
@pytest.mark.timeout(300)
def test_its_button_asks_for_what_a_node_understands(
    node_red: NodeRed, broker: Mosquitto, notices: Observer
) -> None:
    nodes = flow(broker.port)
    node_red.deploy(nodes)
    node_red.await_log("Connected to broker", 1)
    (button,) = (node["id"] for node in nodes if node["type"] == "inject")
    node_red.press(button)
    wait_for(lambda: notices.of("request/pause"), 30)
    (asked,) = notices.of("request/pause")
    request = request_of(Command.PAUSE, json.loads(asked), ["gate"], Asker())
    assert (request.command, request.view) == (Command.PAUSE, None)
    assert node_red.complaints == []
