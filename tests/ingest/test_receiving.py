"""The broker's end: acknowledged is what is on disk, and nothing else; what finds no room waits."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import MqttConfig
from edgeclassify.errors import PublishError
from edgeclassify.ingest import receiving
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import Message
from edgeclassify.ingest.receiving import Receiving, topics
from edgeclassify.watch.connection import SharingError, Subscription
from edgeclassify.watch.interface import Arrival, LinkChange


class Broker:
    """In the place of a Subscriber: hands on what is `coming`, one a step, and notes what is acknowledged."""

    made: "list[Broker]" = []  # noqa: RUF012 - the one that Receiving makes

    def __init__(
        self, config: MqttConfig, wanted: Subscription, *, on_arrival: Callable[[Arrival], None],
        on_link: Callable[[LinkChange], None],
    ) -> None:  # fmt: skip
        self.wanted, self.on_arrival, self.on_link = wanted, on_arrival, on_link
        self.coming: list[Arrival] = []
        self.acknowledged: list[bytes] = []
        self.refuses: list[Exception] = []
        self.stopped = self.resumed = False
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
    assert parts.broker.wanted.client_id == parts.buffer.client_id
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


def test_a_broker_without_groups_ends_it(parts: Parts) -> None:
    parts.broker.refuses = [SharingError("none")]
    with pytest.raises(SharingError):
        parts.turns(1)
