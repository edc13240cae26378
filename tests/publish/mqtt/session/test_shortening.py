"""Bodies made smaller: never too large, never against the contract, and what matters most stays longest."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edgeclassify.contract import outgoing
from edgeclassify.contract.channels import match_topic
from edgeclassify.contract.outgoing import JPEG, TEXT, Message
from edgeclassify.contract.topics import Topics
from edgeclassify.health import CameraHealth
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import discovery_messages
from edgeclassify.publish.mqtt.session.event_messages import spooled_message
from edgeclassify.publish.mqtt.session.packet_size import packet_bytes
from edgeclassify.publish.mqtt.session.shortening import shortened
from edgeclassify.types import (
    Block,
    CameraState,
    Candidate,
    EventType,
    LabelScore,
    Problem,
    Reason,
    Response,
    Why,
)
from tests.publish.mqtt.odd_broker import OddBroker
from tests.publish.records import event, health, info, layout, prediction, spooled, state
from tests.support.broker import HOST
from tests.support.waiting import wait_for

TOPICS = Topics("edgeclassify", "porch")


def camera(name: str, error: str | None = None) -> CameraHealth:
    state = CameraState.RUNNING if error is None else CameraState.FAILED
    told: dict[str, Any] = {"name": name, "state": state, "frame_age_s": 0.1, "profile": "day", "error": error}
    counts = {field.name: 0 for field in fields(CameraHealth)}
    return CameraHealth(**(counts | told))


WHY = Why(Reason.REPLACED, threshold_enter=0.6, confirm_s=1.0, held_s=1.25, by="shut", duration_s=2.0)
CAMERAS = (camera("front"), camera("back", "no answer " * 20), camera("side"))
EVENT = event(7, event_type=EventType.END, why=WHY)
WHOLE = {
    "state": outgoing.state_message(TOPICS, state()),
    "event": outgoing.event_message(TOPICS, EVENT),
    "history": spooled_message(TOPICS, spooled(7, event_type=EventType.END, why=WHY), historical=True),
    "health": outgoing.health_message(TOPICS, health(cameras=CAMERAS)),
    "info": outgoing.info_message(TOPICS, replace(info(), models=3 * info().models, views=("gate", "door"))),
    "result": outgoing.result_message(TOPICS, "gate", prediction()),
    "response": outgoing.response_message(
        TOPICS, Response("models", "t", {"models": [], "in_use": {"x": ["y"] * 60}})
    ),
    "config": discovery_messages(
        Device(layout({"gate": ("open", "shut"), "door": ()}), "homeassistant", "Porch", "1")
    )[0],
}


def body(message: Message | None) -> dict[str, Any]:
    assert message is not None
    found: dict[str, Any] = json.loads(message.payload)
    return found


@pytest.mark.parametrize("mqtt5", [True, False])
@pytest.mark.parametrize("kind", WHOLE)
def test_at_every_limit_it_fits_and_is_as_large_as_it_can_be(kind: str, mqtt5: bool) -> None:
    whole = WHOLE[kind]
    full = packet_bytes(whole, mqtt5=mqtt5)
    assert shortened(whole, full, mqtt5=mqtt5) is whole
    sizes = []
    for limit in range(full - 1, 0, -7):
        less = shortened(whole, limit, mqtt5=mqtt5)
        if less is None:
            break
        size = packet_bytes(less, mqtt5=mqtt5)
        assert size <= limit
        sizes.append(size)
        assert replace(less, payload=whole.payload) == whole
        if kind != "config":
            match = match_topic("edgeclassify", less.topic)
            assert match is not None
            assert match.channel.fault_of(less.payload) is None
    assert sizes == sorted(sizes, reverse=True)
    assert 1 <= len(set(sizes)) < len(sizes)
    assert all(shortened(whole, limit, mqtt5=mqtt5) is None for limit in range(1, min(sizes)))


def least(kind: str) -> tuple[dict[str, Any], int]:
    """What stays at last, and the packet's size."""
    limit = next(n for n in range(1, 20_000) if shortened(WHOLE[kind], n, mqtt5=True) is not None)
    return body(shortened(WHOLE[kind], limit, mqtt5=True)), limit


def test_the_important_part_stays() -> None:
    assert {key: value for key, value in least("state")[0].items() if key != "top"} == {
        key: value for key, value in body(WHOLE["state"]).items() if key != "top"
    }
    assert least("event")[0] == body(WHOLE["event"]) | {"why": {}}
    assert least("history")[0] == body(WHOLE["history"]) | {"why": {}}
    assert least("health")[0] == body(WHOLE["health"]) | {"cameras": []}
    assert least("info")[0] == body(WHOLE["info"]) | {"models": [], "views": []}
    assert least("response")[0]["error"] == "the answer is larger than the broker takes"
    assert least("response")[0]["transaction"] == "t"


def test_of_a_state_the_nearest_change_goes_after_the_best_labels() -> None:
    near = Candidate(EventType.END, "open", 0.9, 0.4, 0.0, 1.0)
    whole = outgoing.state_message(TOPICS, state(raw_score=0.5, candidate=near, problems=(Problem.DARK,)))
    size, seen = packet_bytes(whole, mqtt5=True), list[frozenset[str]]()
    for limit in range(size, 0, -1):
        less = shortened(whole, limit, mqtt5=True)
        if less is not None:
            found = body(less)
            seen.append(frozenset(found if found["top"] else found.keys() - {"top"}))
    every = frozenset(body(whole))
    gone = [every - keys for keys in dict.fromkeys(seen)]
    assert gone == [set(), {"top"}, {"top", "candidate"}, {"top", "candidate", "raw_score"}]


def test_of_the_figures_of_an_event_the_best_labels_go_first() -> None:
    why = replace(WHY, score=0.5, best=(LabelScore(0, "open", 0.5),), blocked_by=Block.HOLD)
    whole = outgoing.event_message(TOPICS, replace(EVENT, why=why))
    less = shortened(whole, packet_bytes(whole, mqtt5=True) - 1, mqtt5=True)
    assert body(whole)["why"].keys() - body(less)["why"].keys() == {"best"}


def test_of_the_figures_of_an_event_the_reason_stays_longest() -> None:
    seen: list[list[str]] = []
    for limit in range(packet_bytes(WHOLE["event"], mqtt5=True), least("event")[1] - 1, -1):
        why = list(body(shortened(WHOLE["event"], limit, mqtt5=True))["why"])
        seen += [why] if why not in seen else []
    assert seen == [
        ["reason", "threshold_enter", "confirm_s", "held_s", "by", "duration_s"],
        ["reason", "confirm_s", "held_s", "by", "duration_s"],
        ["reason", "held_s", "by", "duration_s"],
        ["reason", "by", "duration_s"],
        ["reason", "by"],
        ["reason"],
        [],
    ]


def test_of_the_cameras_the_lost_one_stays_longest() -> None:
    seen = []
    for limit in range(packet_bytes(WHOLE["health"], mqtt5=True), least("health")[1] - 1, -5):
        names = [one["name"] for one in body(shortened(WHOLE["health"], limit, mqtt5=True))["cameras"]]
        seen += [names] if names not in seen else []
    assert seen == [["front", "back", "side"], ["back", "side"], ["back"], []]


def test_home_assistant_loses_the_nodes_figures_first_and_the_connection_last() -> None:
    seen: list[set[str]] = []
    for limit in range(packet_bytes(WHOLE["config"], mqtt5=True), least("config")[1] - 1, -40):
        seen.append(set(body(shortened(WHOLE["config"], limit, mqtt5=True))["components"]))
    assert all(after <= before for before, after in pairwise(seen))
    without_figures = next(names for names in seen if not any(name.startswith("health.") for name in names))
    assert {"connected", "gate.label", "door.label", "gate.score", "gate.label.open"} <= without_figures
    assert seen[-1] == {"connected"}


@pytest.mark.parametrize(
    "message",
    [
        outgoing.status_message(TOPICS, online=True),
        outgoing.snapshot_message(TOPICS, "gate", b"\xff\xd8" * 300),
        outgoing.removed(TOPICS.state("gate")),
        Message(TOPICS.state("gate"), b"no JSON" * 50, 1, True),
        Message(TOPICS.state("gate"), b'{"top":3}' + b" " * 50, 1, True),
        Message("edgeclassify/porch/gate/threshold/state", b"0.7", 1, True, TEXT),
        outgoing.event_message(TOPICS, event(1, label="x" * 500)),
    ],
)
def test_what_has_no_parts_is_whole_or_nothing(message: Message) -> None:
    size = packet_bytes(message, mqtt5=True)
    assert shortened(message, size, mqtt5=True) is message
    assert shortened(message, min(size - 1, 150), mqtt5=True) is None


@pytest.mark.parametrize("mqtt5", [True, False])
@pytest.mark.parametrize("size", [0, 1, 50, 90, 110, 128, 16_300, 16_384, 20_000])
@pytest.mark.parametrize(("qos", "expiry_s"), [(0, None), (1, None), (1, 300)])
@pytest.mark.parametrize("content_type", [TEXT, JPEG])
def test_the_size_of_a_packet_is_what_goes_over_the_wire(
    mqtt5: bool, size: int, qos: int, expiry_s: int | None, content_type: str
) -> None:
    message = Message("Gerät/x/" + "y" * 20, b"z" * size, qos, True, content_type, expiry_s)
    protocol = MQTTProtocolVersion.MQTTv5 if mqtt5 else MQTTProtocolVersion.MQTTv311
    sender = paho.Client(CallbackAPIVersion.VERSION2, client_id="sender", protocol=protocol)
    properties = None
    if mqtt5:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if message.payload:
            properties.ContentType = content_type
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
    with OddBroker().running() as broker:
        sender.connect(HOST, broker.port)
        until(sender, sender.is_connected)
        sender.publish(message.topic, message.payload, qos, retain=True, properties=properties)
        until(sender, lambda: broker.got)
        sender.disconnect()
    (got,) = broker.got
    assert (got.topic, got.payload, got.qos) == (message.topic, message.payload, qos)
    assert packet_bytes(message, mqtt5=mqtt5) == got.size


def until(sender: paho.Client, condition: Callable[[], Any]) -> None:
    """Send, and wait for the broker."""

    def step() -> Any:
        sender.loop(0.01)
        return condition()

    wait_for(step)
