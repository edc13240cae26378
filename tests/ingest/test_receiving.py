"""The broker's end: acknowledged is what is on disk, and nothing else; what finds no room waits."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import MqttConfig
from edgeclassify.errors import ExitStatus, PublishError
from edgeclassify.ingest import receiving
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import Message
from edgeclassify.ingest.receiving import Receiving, topics
from edgeclassify.ingest.session import Session
from edgeclassify.watch.connection import SharingError, Subscription
from edgeclassify.watch.interface import Arrival, LinkChange


class Broker:
    """In the place of a Subscriber: hands on what is `coming`, one a step, and notes what is acknowledged."""

    made: "list[Broker]" = []  # noqa: RUF012 - the one that Receiving makes

    def __init__(
        self, config: MqttConfig, wanted: Subscription, *, on_arrival: Callable[[Arrival], None],
        on_link: Callable[[LinkChange], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self.wanted, self.on_arrival, self.on_link = wanted, on_arrival, on_link
        self.coming: list[Arrival] = []
        self.acknowledged: list[bytes] = []
        self.refuses: list[Exception] = []
        self.stopped = self.resumed = False
        self.connected = True
        self.server = self.servers = "localhost:1883"
        self.made.append(self)

    def start(self) -> None:
        if self.refuses:
            raise self.refuses.pop(0)

    def stop(self) -> None:
        self.stopped = True

    def step(self, timeout_s: float) -> None:
        if self.coming:
            self.on_arrival(self.coming.pop(0))

    def acknowledge(self, arrival: Arrival) -> None:
        self.acknowledged.append(arrival.payload)


class Parts:
    def __init__(self, folder: Path) -> None:
        self.buffer = Buffer(folder / "b", 1 << 20)
        self.receiving = Receiving(MqttConfig(), None, self.buffer, lambda text: f"<{text}>")
        self.broker = Broker.made[-1]

    def turns(self, count: int) -> None:
        asked = iter(range(count + 2))  # once more, before it connects
        self.receiving.run(lambda: next(asked) > count)

    def waiting(self) -> list[bytes]:
        return [message.payload for _, message in self.buffer.first(1000)]


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr(receiving, "Subscriber", Broker)
    monkeypatch.setattr(receiving, "_RETRY_S", 0.0)
    monkeypatch.setattr(receiving, "Backoff", lambda **_: Backoff(base_s=0.01, cap_s=0.01))
    found = Parts(tmp_path)
    yield found
    found.buffer.close()


def arrival(number: int, qos: int = 1) -> Arrival:
    delivery = (1, number) if qos else None
    return Arrival("edgeclassify/porch/gate/event", b"%d" % number, qos, False, 5.0, None, False, delivery)


def test_what_is_asked_of_the_broker() -> None:
    assert topics("edgeclassify", None) == [
        ("edgeclassify/+/+/event", 1), ("edgeclassify/+/+/history", 1), ("edgeclassify/+/status", 1),
        ("edgeclassify/+/+/availability", 1), ("edgeclassify/+/info", 0), ("edgeclassify/+/health", 0),
    ]  # fmt: skip
    assert topics("a/b", "fleet")[:3] == [
        ("$share/fleet/a/b/+/+/event", 1), ("$share/fleet/a/b/+/+/history", 1), ("a/b/+/status", 1),
    ]  # fmt: skip


def test_the_session_is_that_of_the_buffer(parts: Parts) -> None:
    assert parts.broker.wanted.client_id == parts.buffer.session.client_id
    assert parts.broker.wanted.resumes
    assert not parts.broker.wanted.as_published


def test_what_is_kept_is_acknowledged_in_order(parts: Parts) -> None:
    parts.broker.coming = [arrival(number) for number in range(1200)]
    parts.turns(4)
    assert parts.broker.acknowledged == [b"%d" % number for number in range(1200)]
    assert parts.waiting() == parts.broker.acknowledged[:1000]
    assert parts.buffer.first(1)[0][1] == Message("edgeclassify/porch/gate/event", b"0", 5.0, False)
    assert parts.broker.stopped


@pytest.mark.parametrize(
    ("error", "said"),
    [(sqlite3.OperationalError("unable to open"), "takes nothing: unable to open"), (None, "(--buffer-bytes)")],
)
def test_what_finds_no_room_is_acknowledged_when_it_has(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    error: Exception | None, said: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO, logger="edgeclassify")
    real = parts.buffer.put

    def full(_: Sequence[Message]) -> bool:
        if error is not None:
            raise error
        return False

    monkeypatch.setattr(parts.buffer, "put", full)
    parts.broker.coming = [arrival(1), arrival(2)]
    parts.turns(3)
    parts.broker.coming = [arrival(3)]
    parts.turns(3)
    assert parts.broker.acknowledged == []
    assert caplog.text.count(said) == 1
    monkeypatch.setattr(parts.buffer, "put", real)
    parts.turns(1)
    assert parts.broker.acknowledged == parts.waiting() == [b"1", b"2", b"3"]
    assert caplog.text.count("takes messages again") == 1


def test_a_broker_that_kept_nothing_since_the_last_run_is_said(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    parts.broker.coming = [arrival(1)]
    parts.turns(2)
    assert "kept nothing since" not in caplog.text  # there was no run before
    parts.buffer.forget(parts.buffer.first(1))
    parts.buffer.close()
    for resumed in (True, False):
        parts.buffer = Buffer(parts.buffer.path, 1 << 20)
        again = Receiving(MqttConfig(), None, parts.buffer)
        Broker.made[-1].resumed = resumed
        again.run(iter([False, True]).__next__)
        assert ("broker localhost:1883 has kept nothing since the last run" in caplog.text) is not resumed
        parts.buffer.close()
    parts.buffer = Buffer(parts.buffer.path, 1 << 20)


def test_what_was_not_acknowledged_comes_again_on_the_next_connection(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="edgeclassify")
    real = parts.buffer.put
    monkeypatch.setattr(parts.buffer, "put", lambda _: False)
    parts.broker.coming = [arrival(1), arrival(2, qos=0)]
    parts.turns(2)
    for _ in range(2):
        parts.broker.on_link(LinkChange(False, "it broke", 5.0))
    parts.broker.on_link(LinkChange(True, "", 6.0, complete=False, server="localhost:1883"))
    monkeypatch.setattr(parts.buffer, "put", real)
    parts.broker.coming = [arrival(1)]
    parts.turns(2)
    assert parts.waiting() == [b"2", b"1"]
    assert caplog.text.count("<broker localhost:1883: it broke>. It is tried again") == 1
    assert "connected again to broker localhost:1883, which has kept nothing meanwhile" in caplog.text


def test_what_comes_again_by_itself_does_not_fill_the_memory(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_HELD", 2)
    real = parts.buffer.put
    monkeypatch.setattr(parts.buffer, "put", lambda _: False)
    parts.broker.coming = [arrival(1), arrival(2, qos=0), arrival(3, qos=0), arrival(4)]
    parts.turns(5)
    monkeypatch.setattr(parts.buffer, "put", real)
    parts.turns(1)
    assert parts.waiting() == [b"1", b"2", b"4"]


def test_a_broker_that_is_not_there_is_tried_again(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    parts.broker.refuses = [PublishError("no answer")]
    ends: Any = iter([False, *[False] * 100])
    parts.broker.coming = [arrival(1)]
    parts.receiving.run(lambda: bool(parts.broker.acknowledged) or next(ends, False))
    assert parts.waiting() == [b"1"]
    assert caplog.text.count("<no answer>. It is tried again") == 1


# --- what it was subscribed to ---------------------------------------------------------------------------


def again(parts: Parts, group: str | None = None, *, leaves: bool = False) -> tuple[Receiving, Broker]:
    """The next run, with the same buffer."""
    receiving = Receiving(MqttConfig(), group, parts.buffer, leaves=leaves)
    return receiving, Broker.made[-1]


def test_what_is_not_wanted_any_longer_is_unsubscribed(parts: Parts) -> None:
    plain = tuple(topic for topic, _ in topics("edgeclassify", None))
    assert parts.broker.wanted.unwanted == []
    assert parts.buffer.session.filters == ()
    parts.turns(1)
    assert parts.buffer.session == Session(parts.buffer.session.client_id, "edgeclassify", "localhost:1883", plain)
    receiving, broker = again(parts, "fleet")
    assert broker.wanted.unwanted == ["edgeclassify/+/+/event", "edgeclassify/+/+/history"]
    assert parts.buffer.session.filters == plain  # until it is done
    receiving.run(iter([False, True]).__next__)
    _, broker = again(parts)
    assert broker.wanted.unwanted == [
        "$share/fleet/edgeclassify/+/+/event", "$share/fleet/edgeclassify/+/+/history"
    ]  # fmt: skip


def test_another_broker_is_said_once(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    parts.turns(1)
    for _ in range(2):
        receiving, broker = again(parts)
        broker.resumed, broker.servers = True, "other:1883"
        receiving.run(iter([False, True]).__next__)
    assert caplog.text.count("this buffer was used with broker localhost:1883 before") == 1
    assert "kept nothing" not in caplog.text


def test_one_that_leaves_takes_what_is_there_and_is_forgotten(parts: Parts) -> None:
    parts.turns(1)
    receiving, broker = again(parts, "fleet", leaves=True)
    assert broker.wanted.topics == ()
    assert broker.wanted.unwanted == sorted(
        {topic for group in (None, "fleet") for topic, _ in topics("edgeclassify", group)}
    )
    broker.coming = [arrival(1), arrival(2)]
    assert receiving.leave(lambda: False)
    assert broker.acknowledged == parts.waiting() == [b"1", b"2"]
    assert broker.stopped
    last = Broker.made[-1]
    assert (last.wanted.topics, last.wanted.resumes, last.wanted.client_id, last.stopped) == (
        (), False, parts.buffer.session.client_id, True
    )  # fmt: skip
    assert parts.buffer.session == Session(last.wanted.client_id, "edgeclassify")


def test_one_that_is_ended_has_not_left(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    parts.turns(1)
    session = parts.buffer.session
    monkeypatch.setattr(receiving, "QUIET_S", 0.001)
    # A broker that is away keeps it from leaving, and so does what finds no room.
    for connected, coming in [(False, []), (True, [arrival(1)])]:
        monkeypatch.setattr(parts.buffer, "put", lambda _: False)
        leaving, broker = again(parts, leaves=True)
        broker.coming, broker.connected = coming, connected
        assert not leaving.leave(iter([*[False] * 4, True]).__next__)
        assert broker.stopped
    leaving, _ = again(parts, leaves=True)
    assert not leaving.leave(lambda: True)
    assert parts.buffer.session == session


# --- what is of the time before --------------------------------------------------------------------------


def kept_of(parts: Parts) -> list[bool]:
    return [message.kept for _, message in parts.buffer.first(100)]


def on(connection: int, number: int, **changes: Any) -> Arrival:
    return replace(arrival(number), as_published=False, delivery=(connection, number), **changes)


def test_what_had_waited_at_the_broker_is_of_no_known_time(parts: Parts) -> None:
    parts.broker.resumed = True
    parts.broker.coming = [
        on(1, 1),
        on(1, 2),
        replace(arrival(3, qos=0), as_published=False),
        on(1, 4, retained=True),
    ]
    parts.broker.coming += [on(1, 5), on(2, 6)]
    parts.turns(3)
    # What the broker has kept of a topic comes behind it, and marks its end, until the next connection.
    assert kept_of(parts) == [True, True, False, True, False, True]


def test_after_a_silence_it_is_all_here(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "QUIET_S", 0.0)
    parts.broker.resumed = True
    parts.broker.coming = [on(1, 1)]
    parts.turns(3)
    parts.broker.coming = [on(1, 2)]
    parts.turns(1)
    assert kept_of(parts) == [True, False]


def test_a_broker_that_kept_nothing_sends_what_is_new(parts: Parts) -> None:
    parts.broker.coming = [on(1, 1)]
    parts.turns(2)
    assert kept_of(parts) == [False]


def test_a_broker_without_groups_ends_it(parts: Parts) -> None:
    # Once it may only have been too slow to say that it speaks MQTT 5.
    parts.broker.refuses = [SharingError("none"), PublishError("away"), SharingError("none, again")]
    with pytest.raises(SharingError, match="none, again"):
        parts.receiving.run(lambda: False)
    assert SharingError.exit_status == ExitStatus.CONFIG
