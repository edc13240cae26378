"""Each kind of violation is found, said once per topic, and traffic by the contract passes."""

import json
from dataclasses import replace

import pytest

from edgeclassify.contract import outgoing
from edgeclassify.contract.bodies import HistoricalEvent
from edgeclassify.contract.topics import Topics
from edgeclassify.watch.conformity import Conformity
from edgeclassify.watch.interface import Arrival
from tests.contract.test_channels import TOPICS, messages
from tests.publish.records import T0, event

PORCH = Topics("edgeclassify", "porch")
DISCOVERED = b'{"origin":{"name":"edgeclassify"}}'


def arrival(seq: int, **changes: object) -> Arrival:
    message = outgoing.event_message(PORCH, event(seq))
    return replace(Arrival(message.topic, message.payload, 1, False, T0, outgoing.JSON), **changes)  # type: ignore[arg-type]


def kinds(conformity: Conformity, *arrivals: Arrival) -> list[str]:
    return [violation.kind for each in arrivals for violation in conformity.take(each)]


def test_all_that_the_node_writes_passes() -> None:
    conformity = Conformity(TOPICS.prefix)
    for m in messages():
        found = conformity.take(Arrival(m.topic, m.payload, m.qos, m.retain, T0, m.content_type))
        assert found == []
    assert (
        conformity.summary()
        == f"{len(messages())} messages on {len(conformity.topics)} topics: all follow the contract"
    )


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (arrival(1, topic="edgeclassify/porch/gate/events"), "topic"),
        (arrival(1, payload=b"{}"), "payload"),
        (arrival(1, qos=0), "qos"),
        (arrival(1, retained=True), "retain"),
        (arrival(1, content_type="text/plain"), "content type"),
        (arrival(1, payload=HistoricalEvent.of_stored(arrival(1).payload)), "historical"),
        (Arrival(PORCH.status, b"online", 1, False, T0), "retain"),
        (Arrival(PORCH.status, b"online", 2, True, T0), "qos"),
        (Arrival(PORCH.status, b"here", 1, True, T0), "payload"),
        (Arrival(PORCH.request("ping"), b"{}", 1, True, T0), "retain"),
        (Arrival("homeassistant/device/porch/config", DISCOVERED, 1, True, T0), "payload"),
    ],
)  # fmt: skip
def test_each_kind_is_said_once_per_topic(wrong: Arrival, kind: str) -> None:
    conformity = Conformity("edgeclassify")
    assert kinds(conformity, wrong, wrong) == [kind]
    assert conformity.violations == {(wrong.topic, kind): 2}
    assert conformity.summary().endswith(f"2 violations ({kind} 2)")


def test_order_and_repeats() -> None:
    conformity = Conformity("edgeclassify")
    assert kinds(conformity, arrival(1), arrival(2), arrival(2), arrival(4), arrival(2)) == []
    assert kinds(conformity, arrival(3)) == ["order"]


def test_one_number_for_two_events() -> None:
    conformity = Conformity("edgeclassify")
    other = json.loads(arrival(2).payload) | {"id": "other"}
    assert kinds(conformity, arrival(2), arrival(2, payload=json.dumps(other).encode())) == ["number"]


def test_an_older_protocol_does_not_show_the_flag() -> None:
    conformity = Conformity("edgeclassify")
    assert kinds(conformity, Arrival(PORCH.status, b"online", 1, False, T0, None, as_published=False)) == []
    assert kinds(conformity, arrival(1, retained=True, as_published=False)) == ["retain"]


def test_what_others_announce_to_home_assistant_is_their_business() -> None:
    conformity = Conformity("edgeclassify")
    assert kinds(conformity, Arrival("homeassistant/device/lamp/config", b'{"o":{}}', 0, True, T0)) == []
    assert conformity.messages == 0
