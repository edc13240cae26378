"""Brokers that misbehave: nothing is lost, nothing stalls without a word, and what is said is true."""

import itertools
import json
import logging
import socket
import struct
import threading
import time
from typing import Any

import pytest

from edgeclassify.config import CommandsConfig
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import Announcement
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.mqtt import serving
from edgeclassify.publish.mqtt.link import client, protocols
from edgeclassify.publish.mqtt.requests import listener, subscriptions
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.publish.mqtt.session import in_flight, probes, refusals
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Request
from tests.publish.conftest import StartSink
from tests.publish.mqtt.odd_broker import Got, OddBroker, Peer, length, packet, text
from tests.publish.records import event, health, info, layout, state
from tests.support.broker import HOST
from tests.support.memory import forget_peak, peak_kilobytes
from tests.support.waiting import patient, wait_for

BOTH = pytest.mark.parametrize("protocol", ["5", "3.1.1"])


def said(caplog: pytest.LogCaptureFixture, part: str = "") -> list[str]:
    found = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    return [message for message in found if part in message]


def put_events(spool: MemorySpool, count: int, size: int = 0) -> None:
    for seq in range(1, count + 1):
        body = b'{"v":1,"event_type":"start","label":"open","score":0.9,"seq":%d,"id":"a","ts":"t","why":{}}' % seq
        spool.append(SpooledEvent(seq, "gate", body.ljust(size)))


def requests() -> dict[str, Any]:
    asker = ResponseTopics()
    topics = Topics("edgeclassify", "porch")
    inbox = Inbox(topics=topics, views=("gate",), config=CommandsConfig(), asker=asker)
    return {"inbox": inbox, "asker": asker}


def announcement() -> Announcement:
    return Announcement(Device(layout({"gate": ("open", "closed")}), "homeassistant", "Porch", "0.1.0"))


# --- acknowledgements ------------------------------------------------------------------------------------


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time limits that a test can wait for."""
    monkeypatch.setattr(in_flight, "OVERTAKEN_S", 0.4)
    monkeypatch.setattr(in_flight, "SILENT_S", 1.0)
    monkeypatch.setattr(serving, "SILENT_S", 1.0)
    monkeypatch.setattr(serving, "TICK_S", 0.05)


@BOTH
@pytest.mark.usefixtures("hurried")
def test_an_acknowledgement_that_is_missing_among_others_renews_the_connection_and_is_said_once(
    sink_on: StartSink, spool: MemorySpool, caplog: pytest.LogCaptureFixture, protocol: str
) -> None:
    count = itertools.count()

    def every_seventh_is_lost(peer: Peer, got: Got) -> None:
        if next(count) % 7 != 6:
            peer.puback(got.mid)

    put_events(spool, 60)
    with OddBroker(on_publish=every_seventh_is_lost).running() as broker:
        sink_on(broker.port, protocol=protocol)
        wait_for(lambda: spool.depth == 0, 30)
        assert set(broker.seqs()) == set(range(1, 61))
        assert len(broker.peers) > 2
        (message,) = said(caplog)
    assert "did not acknowledge" in message
    assert "later ones it did" in message
    assert "is renewed, and what is open is sent again" in message


@pytest.mark.usefixtures("hurried")
def test_a_broker_that_acknowledges_nothing_but_pings_is_said_and_left(
    sink_on: StartSink, spool: MemorySpool, caplog: pytest.LogCaptureFixture
) -> None:
    put_events(spool, 3)
    with OddBroker(on_publish=lambda *_: None).running() as broker:
        sink_on(broker.port, wait=False)
        wait_for(lambda: len(broker.peers) >= 3, 20)
        assert spool.depth == 3
        assert len(said(caplog, "did not acknowledge anything within")) == 1
        broker.hooks.clear()
        wait_for(lambda: spool.depth == 0)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("code", [0x50, 0x40])
def test_acknowledgements_of_what_was_never_sent_or_twice_change_nothing(
    sink_on: StartSink, spool: MemorySpool, code: int
) -> None:
    def babble(peer: Peer, got: Got) -> None:
        for mid in (got.mid + 1000, 65535, got.mid - 1):
            peer.send(packet(code, struct.pack(">H", mid)))
        peer.puback(got.mid)
        peer.puback(got.mid)

    put_events(spool, 40)
    with OddBroker(on_publish=babble).running() as broker:
        sink_on(broker.port)
        wait_for(lambda: spool.depth == 0)
        assert sorted(broker.seqs()) == list(range(1, 41))
        assert len(broker.peers) == 1


@pytest.mark.usefixtures("hurried")
def test_pubrec_where_puback_belongs_ends_as_it_does_for_qos_2(sink_on: StartSink, spool: MemorySpool) -> None:
    def like_qos_2(peer: Peer, got: Got) -> None:
        peer.send(packet(0x50, struct.pack(">H", got.mid)))
        peer.send(packet(0x70, struct.pack(">H", got.mid)))

    put_events(spool, 10)
    with OddBroker(on_publish=like_qos_2).running() as broker:
        sink_on(broker.port)
        wait_for(lambda: spool.depth == 0)
        assert sorted(broker.seqs()) == list(range(1, 11))


@pytest.mark.parametrize("answer", [0x40, 0x50])
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (0x87, "refused by the broker: not authorized. Check its access rules."),
        (0x97, "refused by the broker: quota exceeded. Its quota for this client is used up"),
        (0x90, "refused by the broker: topic name invalid. It does not allow this topic: check mqtt.prefix"),
        (0x83, "refused by the broker: implementation specific error. It gives no reason; check its log."),
        (0x99, "refused by the broker: payload format invalid. Check the broker's log."),
    ],
)
def test_a_refusal_points_the_right_way_and_loses_nothing(
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    reason: int,
    words: str,
    answer: int,
) -> None:
    monkeypatch.setattr(refusals, "REFUSED_RETRY_S", 0.3)
    monkeypatch.setattr(serving, "TICK_S", 0.05)

    def refuse(peer: Peer, got: Got) -> None:
        events = got.topic.endswith(("/event", "/history"))
        peer.send(
            packet(answer if events else 0x40, struct.pack(">H", got.mid) + bytes([reason if events else 0]))
        )

    put_events(spool, 3)
    with OddBroker(on_publish=refuse).running() as broker:
        sink_on(broker.port)
        wait_for(lambda: said(caplog, words))
        assert spool.depth == 3
        broker.hooks.clear()
        wait_for(lambda: spool.depth == 0)
        assert len(broker.peers) == 1
    assert len(said(caplog, "refused by the broker")) == 1


# --- connections that end --------------------------------------------------------------------------------


@BOTH
def test_a_broker_that_closes_after_a_few_messages_gets_everything_in_the_end(
    sink_on: StartSink, spool: MemorySpool, protocol: str
) -> None:
    def only_four(peer: Peer, got: Got) -> None:
        peer.puback(got.mid)
        if len(peer.got) == 4:
            peer.close()

    put_events(spool, 5)
    with OddBroker(on_publish=only_four).running() as broker:
        sink = sink_on(broker.port, protocol=protocol, wait=False)
        sink.publish_info(info())
        for number in range(8):
            sink.publish_availability(f"view{number}", True)
        wait_for(lambda: spool.depth == 0, 20)
        assert set(broker.seqs()) == set(range(1, 6))
        assert {got.topic.rpartition("/")[0][-5:] for got in broker.of("/availability")} == {
            f"view{number}" for number in range(8)
        }


@BOTH
def test_connections_that_end_right_after_their_begin_withhold_nothing(
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
) -> None:
    monkeypatch.setattr(probes, "PROBE_AFTER_S", 0.3)
    monkeypatch.setattr(serving, "TICK_S", 0.05)
    put_events(spool, 3)
    with OddBroker().running() as broker:

        def flap(peer: Peer) -> None:
            broker.accept(peer)
            peer.close()

        broker.hooks["on_connect"] = flap
        sink_on(broker.port, protocol=protocol, wait=False, around={"announcement": announcement()})
        wait_for(lambda: len(broker.peers) >= 8)
        broker.hooks.clear()
        wait_for(lambda: broker.of("/config"))
        wait_for(lambda: spool.depth == 0)
    assert not said(caplog, "left out")


@BOTH
def test_a_broker_that_ends_connections_on_a_subscription_gets_the_events_all_the_same(
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
) -> None:
    monkeypatch.setattr(subscriptions, "ALONE_AFTER_S", 0.2)
    monkeypatch.setattr(serving, "TICK_S", 0.05)

    def forbid(peer: Peer, topic: str, mid: bytes) -> None:
        if topic.startswith("homeassistant/"):
            peer.close()
            raise OSError("closed")
        OddBroker.grant(peer, topic, mid)

    put_events(spool, 40)
    with OddBroker(on_subscribe=forbid).running() as broker:
        sink = sink_on(broker.port, protocol=protocol, wait=False, around={"announcement": announcement()})
        wait_for(lambda: spool.depth == 0, 30)
        wait_for(lambda: said(caplog, "homeassistant/status: not listened to for an hour"), 60)
        sink.publish_event(event(41))
        wait_for(lambda: 41 in broker.seqs(), 30)
        wait_for(lambda: "edgeclassify/porch/status" in broker.peers[-1].subscribed, 30)


@BOTH
def test_a_limit_that_is_not_told_costs_what_does_not_fit_and_nothing_else(
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
) -> None:
    monkeypatch.setattr(probes, "PROBE_AFTER_S", 0.1)
    monkeypatch.setattr(serving, "TICK_S", 0.05)

    def at_most_400(peer: Peer, got: Got) -> None:
        if got.size > 400:
            peer.close()
        else:
            peer.puback(got.mid)

    put_events(spool, 20)
    spool.append(SpooledEvent(21, "gate", b'{"seq":21,"label":"%s"}' % (b"x" * 900)))
    with OddBroker(on_publish=at_most_400).running() as broker:
        sink = sink_on(broker.port, protocol=protocol, wait=False, around={"announcement": announcement()})
        sink.publish_health(health())
        wait_for(lambda: spool.depth == 1, 60)
        assert set(range(1, 21)) <= set(broker.seqs())
        wait_for(lambda: said(caplog, "left out for 1 h"), 60)
        sink.publish_event(event(22))
        wait_for(lambda: 22 in broker.seqs())


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (0x8E, "closed by the broker: session taken over (another client has the same client id"),
        (0x97, "closed by the broker: quota exceeded (the broker's quota for this client is used up"),
        (0x95, "closed by the broker: packet too large (the broker accepts only smaller messages)"),
        (0x96, "closed by the broker: message rate too high (the broker lets clients send less often)"),
        (0x98, "closed by the broker: administrative action (somebody ended it at the broker)"),
        (0x8B, "closed by the broker: server shutting down"),
        (0x00, "closed by the broker: normal disconnection"),
    ],
)
def test_a_disconnect_says_why(
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    reason: int,
    words: str,
) -> None:
    put_events(spool, 5)

    def end(peer: Peer, _got: Got) -> None:
        broker.hooks.clear()
        peer.disconnect(reason)

    with OddBroker(on_publish=end).running() as broker:
        sink_on(broker.port, wait=False)
        wait_for(lambda: spool.depth == 0)
        assert set(broker.seqs()) == set(range(1, 6))
    assert said(caplog, words)


# --- what comes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("garbage", "words"),
    [
        (b"\x00\x00", "sent what is no MQTT"), (b"\xff\x03abc", "sent what is no MQTT"),
        (b"\x40\x01\x00", "sent what is no MQTT"), (b"\x30\x01\x00", "sent what is no MQTT"),
        (b"\x30\x05\x00\xffabc", "sent what is no MQTT"), (b"\x90\x00", "sent what is no MQTT"),
        (b"\x30\xff\xff\xff\xff\xff", "sent what is no MQTT"), (b"\xd0\x05hello", "sent what is no MQTT"),
        (b"\x40\x04\x00\x01\x00\x63", "sent what is no MQTT"), (b"\x20\x01\x00", "sent what is no MQTT"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "the network connection broke"),
    ],
)  # fmt: skip
def test_garbage_in_the_middle_ends_the_connection_and_loses_nothing(
    sink_on: StartSink, spool: MemorySpool, caplog: pytest.LogCaptureFixture, garbage: bytes, words: str
) -> None:
    put_events(spool, 30)

    def spoil(peer: Peer, got: Got) -> None:
        if got.topic.endswith("/history") and peer.number == 0:
            peer.send(garbage)
            time.sleep(0.2)
            peer.close()
        else:
            peer.puback(got.mid)

    with OddBroker(on_publish=spoil).running() as broker:
        sink_on(broker.port, wait=False)
        wait_for(lambda: spool.depth == 0)
        assert set(broker.seqs()) == set(range(1, 31))
        (message,) = said(caplog)
    assert words in message


@BOTH
@pytest.mark.parametrize("qos", [0, 1])
def test_a_huge_message_is_thrown_away_and_costs_no_memory(
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    protocol: str,
    qos: int,
) -> None:
    size, topic, asked_for = 150 * 2**20, "edgeclassify/porch/request/ping", list[Request]()
    put_events(spool, 3)

    def flood(peer: Peer, asked: str, mid: bytes) -> None:
        broker.grant(peer, asked, mid)
        if asked.endswith("request/+"):
            head = text(topic) + (struct.pack(">H", 77) if qos else b"") + (b"\0" if peer.level == 5 else b"")
            peer.send(bytes([0x31 | qos << 1]) + length(len(head) + size) + head)
            piece = bytes(2**18)
            for _ in range(size // len(piece)):
                peer.send(piece)
            peer.publish(topic, b'{"transaction":"after it"}')

    with OddBroker(on_subscribe=flood).running() as broker:
        forget_peak()
        before = peak_kilobytes()
        around = requests() | {"on_request": asked_for.append}
        sink_on(broker.port, protocol=protocol, wait=False, around=around)
        wait_for(lambda: said(caplog, f"a message of {size + 33 + 2 * qos + (protocol == '5')} bytes"), 30)
        wait_for(lambda: spool.depth == 0, 30)
        wait_for(lambda: asked_for, 30)
        wait_for(lambda: len(broker.pubacks) >= qos)  # the broker reads it in a thread of its own
        assert broker.pubacks == ([77] if qos else [])
        assert peak_kilobytes() - before < 30_000
        assert len(broker.peers) == 1
        assert len(said(caplog)) == 1


def test_a_huge_message_that_never_ends_is_not_listened_for_again(
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(in_flight, "SILENT_S", 0.5)
    monkeypatch.setattr(serving, "TICK_S", 0.05)

    def endless(peer: Peer, asked: str, mid: bytes) -> None:
        broker.grant(peer, asked, mid)
        if asked.endswith("request/+"):
            head = text("edgeclassify/porch/request/ping")
            peer.send(b"\x31" + length(200_000_000) + head + bytes(1000))

    with OddBroker(on_subscribe=endless).running() as broker:
        sink = sink_on(broker.port, protocol="3.1.1", wait=False, around=requests())
        wait_for(lambda: said(caplog, "is thrown away"))
        put_events(spool, 3)
        sink.publish_availability("gate", True)  # wakes it up
        wait_for(lambda: spool.depth == 0, 20)
        assert {topic for topic in broker.peers[-1].subscribed if "request" in topic} == {
            "edgeclassify/porch/request/teach/+",
            "edgeclassify/request/announce",
        }
    assert said(caplog, "request/+: not listened to for an hour")


def test_many_empty_messages_on_status_are_answered_seldom(
    sink_on: StartSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "TICK_S", 0.05)
    with OddBroker().running() as broker:
        sink = sink_on(broker.port, around={"announcement": announcement()})
        sink.publish_info(info())
        wait_for(lambda: broker.of("/info"))
        begin = time.monotonic()
        while time.monotonic() - begin < 3:
            for payload in (b"", b"offline"):
                broker.peers[0].publish("edgeclassify/porch/status", payload)
            broker.peers[0].publish("homeassistant/status", b"online")
            time.sleep(0.002)
        assert 2 <= len(broker.of("/info")) <= 4  # the first at once, then after 1 and 2 seconds
        assert 2 <= len(broker.of("/status")) <= 8
        assert len(broker.of("/config")) <= 6
        # What was asked for last is answered in the end.
        before = len(broker.of("/info"))
        wait_for(lambda: len(broker.of("/info")) > before, 6)


def test_home_assistants_birth_is_answered_also_while_it_is_repeated(
    sink_on: StartSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "DISCOVERY_JITTER_S", 0.5)
    monkeypatch.setattr(serving, "TICK_S", 0.05)
    with OddBroker().running() as broker:
        sink_on(broker.port, around={"announcement": announcement()})
        wait_for(lambda: len(broker.of("/config")) == 1)
        begin = time.monotonic()
        while time.monotonic() - begin < 1.5:
            broker.peers[0].publish("homeassistant/status", b"online")
            time.sleep(0.05)
        assert len(broker.of("/config")) >= 2


# --- what a broker offers --------------------------------------------------------------------------------


def test_a_receive_maximum_of_one_is_kept_to(sink_on: StartSink, spool: MemorySpool) -> None:
    open_now, most = set[int](), [0]

    def slowly(peer: Peer, got: Got) -> None:
        open_now.add(got.mid)
        most[0] = max(most[0], len(open_now))

        def acknowledge() -> None:
            open_now.discard(got.mid)
            peer.puback(got.mid)

        threading.Timer(0.01, acknowledge).start()

    put_events(spool, 20)
    with OddBroker(properties=b"\x21\x00\x01", on_publish=slowly).running() as broker:
        sink = sink_on(broker.port)
        wait_for(lambda: spool.depth == 0)
        sink.stop(patient(2))
        assert broker.of("/status")[-1].payload == b"offline"
    assert most[0] == 1


def test_a_broker_with_qos_0_only_gets_events_that_a_ping_proves(
    sink_on: StartSink, spool: MemorySpool, caplog: pytest.LogCaptureFixture
) -> None:
    answering = threading.Event()

    def pong(peer: Peer) -> None:
        if answering.is_set():
            peer.send(b"\xd0\0")
        else:
            held.append(peer)

    held: list[Peer] = []
    put_events(spool, 30)
    with OddBroker(properties=b"\x24\x00", on_ping=pong).running() as broker:
        sink_on(broker.port)
        wait_for(lambda: held)
        time.sleep(0.1)
        assert spool.depth == 30  # written is not arrived
        answering.set()
        held[0].send(b"\xd0\0")
        wait_for(lambda: spool.depth == 0)
        assert {got.qos for got in broker.got} == {0}
        assert sorted(broker.seqs()) == list(range(1, 31))
    assert len(said(caplog, "it takes QoS 0 only")) == 1


@pytest.mark.parametrize(
    ("reason", "properties", "flags"), [(0x9B, b"\x24\x00", 0x18), (0x9A, b"\x25\x00", 0x20), (0x9A, b"", 0x20)]
)
def test_a_will_that_the_broker_can_not_keep_is_made_smaller(
    sink_on: StartSink, spool: MemorySpool, reason: int, properties: bytes, flags: int
) -> None:
    def connack(peer: Peer) -> None:
        asks_too_much = peer.connect[7] & flags
        broker.accept(peer, reason if asks_too_much else 0)

    put_events(spool, 5)
    with OddBroker(properties=properties, on_connect=connack).running() as broker:
        sink_on(broker.port)
        wait_for(lambda: spool.depth == 0)
        assert len(broker.peers) == 2
        if properties == b"\x25\x00":
            assert not any(got.retain for got in broker.got)


def test_without_wildcards_requests_are_asked_for_one_by_one(sink_on: StartSink) -> None:
    with OddBroker(properties=b"\x28\x00").running() as broker:
        sink_on(broker.port, around=requests())
        asked = [topic.rpartition("/")[2] for topic in broker.peers[0].subscribed if "/request/" in topic]
    assert "+" not in asked
    assert {"ping", "set", "snapshot"} <= set(asked)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x87, "the broker does not let this node listen here. Check its access rules."),
        (0x97, "does not let this node listen here (quota exceeded). Its quota for this client is used up"),
        (0x8F, "does not let this node listen here (topic filter invalid). It does not allow this topic"),
    ],
)
def test_a_subscription_that_is_refused_says_why(
    sink_on: StartSink, caplog: pytest.LogCaptureFixture, code: int, words: str
) -> None:
    with OddBroker(on_subscribe=lambda p, t, m: OddBroker.grant(p, t, m, code)).running() as broker:
        sink_on(broker.port)
        wait_for(lambda: said(caplog, words))


def test_a_broker_whose_rules_know_nothing_of_teaching_lets_all_else_pass(
    sink_on: StartSink, caplog: pytest.LogCaptureFixture
) -> None:
    asked_for = list[Request]()

    def rules(peer: Peer, asked: str, mid: bytes) -> None:
        OddBroker.grant(peer, asked, mid, 0x87 if "teach" in asked else 1)
        if asked.endswith("request/+"):
            peer.publish("edgeclassify/porch/request/ping", b"{}")

    with OddBroker(on_subscribe=rules).running() as broker:
        sink_on(broker.port, around=requests() | {"on_request": asked_for.append})
        wait_for(lambda: said(caplog, "request/teach/+: the broker does not let this node listen here"))
        wait_for(lambda: asked_for)
        assert len(broker.peers) == 1
        assert len(said(caplog)) == 1


@pytest.mark.usefixtures("hurried")
def test_subscriptions_that_are_never_answered_are_said_and_events_flow(
    sink_on: StartSink, spool: MemorySpool, caplog: pytest.LogCaptureFixture
) -> None:
    put_events(spool, 5)
    with OddBroker(on_subscribe=lambda *_: None).running() as broker:
        sink_on(broker.port, wait=False)
        wait_for(lambda: spool.depth == 0)
        wait_for(lambda: said(caplog, "does not answer our subscriptions"))
        assert len(broker.peers) == 1


def test_the_brokers_keep_alive_of_a_second_is_kept(sink_on: StartSink) -> None:
    pings: list[float] = []

    def note(peer: Peer) -> None:
        pings.append(time.monotonic())
        peer.send(b"\xd0\0")

    with OddBroker(properties=b"\x13\x00\x01", on_ping=note).running() as broker:
        sink_on(broker.port)
        wait_for(lambda: len(pings) >= 4, 10)
        assert len(broker.peers) == 1
    assert max(after - before for before, after in itertools.pairwise(pings)) < 1.5


# --- connecting ------------------------------------------------------------------------------------------


def test_a_slow_first_answer_does_not_pin_the_old_protocol(
    sink_on: StartSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "GUESSING_S", 0.3)

    def slow_at_first(peer: Peer) -> None:
        if peer.number == 0:
            time.sleep(0.6)
        broker.accept(peer)

    with OddBroker(on_connect=slow_at_first).running() as broker:
        sink_on(broker.port)
        assert broker.levels == [5, 4]
        broker.peers[-1].close()
        wait_for(lambda: len(broker.peers) == 3)
        wait_for(lambda: broker.peers[-1].level == 5)


def test_a_broker_that_closes_on_the_new_protocol_twice_is_not_asked_for_it_again(
    sink_on: StartSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "_AGAIN_S", 0.001)  # so soon it would be asked again if it had kept silent

    def old(peer: Peer) -> None:
        if peer.level == 5:
            peer.close()
        else:
            broker.accept(peer)

    with OddBroker(on_connect=old).running() as broker:
        sink_on(broker.port)
        broker.peers[-1].close()
        wait_for(lambda: broker.levels == [5, 4, 5, 4])
        broker.peers[-1].close()
        wait_for(lambda: len(broker.levels) > 4)
        assert broker.levels[4] == 4


def test_an_answer_that_comes_byte_by_byte_has_a_limit(
    sink_on: StartSink, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "CONNECT_TIMEOUT_S", 0.5)

    def dribble(peer: Peer) -> None:
        for byte in b"\x20\x7f" + bytes(100):
            if len(broker.peers) > 1:
                return
            peer.send(bytes([byte]))
            time.sleep(0.1)

    with OddBroker(on_connect=dribble).running() as broker:
        sink_on(broker.port, wait=False, protocol="5")
        wait_for(lambda: said(caplog, "no answer to CONNECT within 0.5 s"))
        wait_for(lambda: len(broker.peers) >= 2)


def test_a_tls_handshake_that_comes_byte_by_byte_has_a_limit(
    sink_on: StartSink, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "HANDSHAKE_TIMEOUT_S", 0.5)
    running, connections = True, list[float]()

    def serve(listener: socket.socket) -> None:
        while running:
            try:
                sock, _ = listener.accept()
            except TimeoutError:
                continue
            connections.append(time.monotonic())
            with sock:
                sock.recv(4096)
                for byte in b"\x16\x03\x03\x40\x00\x02" + bytes(40):  # a long record of the server's greeting
                    try:
                        sock.sendall(bytes([byte]))
                    except OSError:
                        break
                    time.sleep(0.1)

    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            sink_on(listener.getsockname()[1], wait=False, tls={})
            wait_for(lambda: len(connections) >= 2)
            assert said(caplog)
        finally:
            running = False
            thread.join()


# --- small packets ---------------------------------------------------------------------------------------


def limited(size: int) -> bytes:
    return b"\x27" + struct.pack(">I", size)


@pytest.mark.parametrize("limit", [160, 200, 256, 268, 400, 600, 1024, 4096])
def test_what_fits_is_sent_and_nothing_larger(
    sink_on: StartSink, spool: MemorySpool, caplog: pytest.LogCaptureFixture, limit: int
) -> None:
    def strict(peer: Peer, got: Got) -> None:
        assert got.size <= limit
        peer.puback(got.mid)

    with OddBroker(properties=limited(limit), on_publish=strict).running() as broker:
        sink = sink_on(broker.port, around={"announcement": announcement()}, results=True, results_interval_s=0)
        sink.publish_info(info())
        sink.publish_health(health())
        sink.publish_state(state())
        for seq in range(1, 4):
            sink.publish_event(event(seq))
        sink.publish_event(event(4, label="x" * 5000))
        sink.publish_event(event(5))
        wait_for(lambda: spool.depth == (1 if limit >= 200 else 5))
        wait_for(lambda: broker.of("/status"))
        time.sleep(0.1)
        largest = max(got.size for got in broker.got)
        assert largest <= limit
        assert len(broker.peers) == 1
        if limit >= 256:
            assert json.loads(broker.of("/state")[-1].payload)["label"] == "open"
        if limit >= 268:
            assert json.loads(broker.of("/event")[0].payload)["why"] == {
                "threshold_enter": 0.6, "confirm_s": 1.0,
            }  # fmt: skip
    for message in said(caplog, "not sent: "):
        size = int(message.partition("not sent: ")[2].split()[0])
        assert size > limit, message
    assert len(said(caplog, "/event: not sent")) == 1
