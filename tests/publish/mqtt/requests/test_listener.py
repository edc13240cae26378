"""What arrives from the broker, and who hears of it."""

import pytest

from edgeclassify.config import CommandsConfig
from edgeclassify.contract import outgoing
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import Announcement
from edgeclassify.publish.interface import SpoolReader
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.requests.announcing import Announcing
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.publish.mqtt.requests.listener import DISCOVERY_JITTER_S, RETOLD_AFTER_S, Listener, Receivers
from edgeclassify.publish.mqtt.retained import Rank
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Command, Permission, Request
from tests.publish.records import layout
from tests.support.clock import Clock


def listener(*topics: str) -> tuple[Listener, list[tuple[str, bytes]]]:
    heard: list[tuple[str, bytes]] = []
    receivers = Receivers(
        None, lambda _: None, None, frozenset(topics), lambda topic, payload: heard.append((topic, payload))
    )
    spool: SpoolReader = MemorySpool()
    return Listener(Outbox(layout({"gate": ()}), spool, results_interval_s=1.0), receivers), heard


def test_topics_of_others_are_subscribed_to_and_overheard_retained_or_not() -> None:
    made, heard = listener("garden/solar", "attic")
    assert made.wanted(wildcards=True) == ["edgeclassify/porch/status", "attic", "garden/solar"]
    made.hear(Arrived("garden/solar", b"43", True), stopping=False)
    made.hear(Arrived("attic", b"", False), stopping=False)
    made.hear(Arrived("garden/other", b"1", False), stopping=False)
    assert heard == [("garden/solar", b"43"), ("attic", b"")]


def test_nothing_of_others_is_listened_to_unasked() -> None:
    made, _ = listener()
    assert made.wanted(wildcards=True) == ["edgeclassify/porch/status"]


ALL = "edgeclassify/request/announce"


class Asked:
    """A listener of a node that obeys requests, its clock, and what it has to send."""

    def __init__(self, *allow: str) -> None:
        self.clock = Clock(1000.0)
        self.outbox = Outbox(layout({"gate": ()}), MemorySpool(), results_interval_s=1.0)
        config = CommandsConfig(allow=tuple(map(Permission, allow or ("announce",))))
        topics = self.outbox.layout.topics
        box = Inbox(topics=topics, views=("gate",), config=config, asker=ResponseTopics(), clock=self.clock)
        self.requests: list[Request] = []
        self.made = Listener(
            self.outbox,
            Receivers(box, self.requests.append, None),
            self.clock,
            announcing=Announcing(0.0, self.clock, draw=lambda _, high: high),
        )
        for online in (True, False):
            self.outbox.retained.put(Rank.AVAILABILITY, outgoing.availability_message(topics, "gate", online))
        self.outbox.retained.put(Rank.STATUS, outgoing.status_message(topics, online=True))
        self.sent()

    def hear(self, payload: bytes = b"", *, retained: bool = False, topic: str = ALL) -> None:
        self.made.hear(Arrived(topic, payload, retained), stopping=False)

    def sent(self) -> list[str]:
        self.made.answer()
        messages = []
        while (message := self.outbox.retained.take()) is not None:
            messages.append(message.topic.removeprefix("edgeclassify/porch/"))
        return messages


def test_asked_with_all_nodes_it_sends_all_that_is_retained_at_its_own_time() -> None:
    node = Asked()
    assert node.made.wanted(wildcards=True)[-1] == ALL
    node.hear(b'{"within_s": 7}')
    node.clock.now += 6.9
    assert node.sent() == []
    node.clock.now += 0.1
    assert node.sent() == ["status", "gate/availability"]
    node.clock.now += 100
    assert node.sent() == []


def test_without_a_time_it_is_within_a_minute() -> None:
    node = Asked()
    node.hear()
    node.clock.now += 59.9
    assert node.sent() == []
    node.clock.now += 0.1
    assert node.sent()


def test_what_is_no_such_request_does_nothing_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    node = Asked()
    for payload in (b'{"within_s": 3601}', b'{"within_s": -1}', b'{"within": 1}', b"[]", b'{"within_s": "soon"}'):
        node.hear(payload)
    node.hear(b"", retained=True)
    node.clock.now += 10_000
    assert node.sent() == []
    assert [record.getMessage() for record in caplog.records] == [
        f"{ALL}: not done: within_s: expected a number of 0 to 3600, found 3601",
        f"'{ALL}': ignored, for it is retained. Send requests without the retain flag.",
    ]
    node.hear(b'{"within_s": 0}')
    assert node.sent()
    node.hear(b'{"within": 1}')
    expected = f"{ALL}: not done: 'within': announce has no such key, expected within_s"
    assert caplog.records[-1].getMessage() == expected


def test_where_it_is_not_allowed_nobody_listens_there() -> None:
    node = Asked("ping")
    assert ALL not in node.made.wanted(wildcards=True)
    node.hear(b'{"within_s": 0}')
    assert node.sent() == []


def test_of_a_flood_of_them_the_rest_is_dropped() -> None:
    node = Asked()
    for _ in range(1000):
        node.hear(b'{"within_s": 0}')
        node.clock.now += 0.01
    assert node.sent()
    node.clock.now += 0.5
    assert node.sent() == []


def test_asked_alone_it_is_a_request_like_any_other() -> None:
    node = Asked()
    node.hear(topic="edgeclassify/porch/request/announce")
    assert [request.command for request in node.requests] == [Command.ANNOUNCE]


@pytest.mark.parametrize("keeps_all", [False, True])
def test_when_home_assistant_starts_it_is_told_of_the_node_and_then_all_else(keeps_all: bool) -> None:
    clock = Clock(1000.0)
    outbox = Outbox(layout({"gate": ()}), MemorySpool(), results_interval_s=1.0)
    announcement = Announcement(Device(outbox.layout, "homeassistant", "porch", "1"))
    made = Listener(outbox, Receivers(None, lambda _: None, announcement), clock, keeps_all=lambda: keeps_all)
    outbox.retained.put(Rank.STATUS, outgoing.status_message(outbox.layout.topics, online=True))
    assert outbox.retained.take() is not None
    for payload in (b"offline", b"online"):
        made.hear(Arrived("homeassistant/status", payload, False), stopping=False)
    sent: list[tuple[str, float]] = []
    while clock() < 1060:
        made.answer()
        while (message := outbox.retained.take()) is not None:
            sent.append((message.topic, clock()))
        clock.now += 0.25
    discovery, *rest = sent
    assert discovery[0] == "homeassistant/device/porch/config"
    assert discovery[1] <= 1000 + DISCOVERY_JITTER_S + 0.25
    retold = ["edgeclassify/porch/status", "homeassistant/device/porch/config"]
    assert rest == ([] if keeps_all else [(topic, discovery[1] + RETOLD_AFTER_S) for topic in retold])
