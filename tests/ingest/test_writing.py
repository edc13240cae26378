"""The thread that writes: nothing is lost where the database is away, one bad row does not hold up others."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.ingest import writing
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import (
    DatabaseAwayError,
    DatabaseError,
    EventRow,
    Message,
    RefusedRow,
    Row,
    RowsRefusedError,
    Store,
)
from edgeclassify.ingest.writing import Writing
from tests.support.waiting import patient, wait_for


class Kept(Store):
    """Keeps rows, unless `fails` raises."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.fails: Callable[[Sequence[Row]], None] = lambda _: None
        self.attempts = 0
        self.closed = False

    def prepare(self) -> None:
        pass

    def write(self, rows: Sequence[Row]) -> None:
        self.attempts += 1
        self.fails(rows)
        self.rows += rows

    def close(self) -> None:
        self.closed = True


class Parts:
    def __init__(self, folder: Path) -> None:
        self.buffer, self.store = Buffer(folder / "b", 1 << 30), Kept()
        self.writing = Writing(self.buffer, self.store, "edgeclassify")

    def put(self, *numbers: int, **changes: Any) -> None:
        self.buffer.put([event(number, **changes) for number in numbers])

    def numbers(self) -> list[int]:
        return [row.seq for row in self.store.rows if isinstance(row, EventRow)]


def event(seq: int, **changes: Any) -> Message:
    body = {"v": 1, "event_type": "start", "label": "cat", "score": 0.5, "seq": seq, "id": f"i{seq}"}
    payload = json.dumps(body | {"ts": "2026-11-23T07:16:39.855Z"} | changes).encode()
    return Message("edgeclassify/porch/gate/event", payload, 1000.0, False)


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr(writing, "LINGER_S", 0.0)
    monkeypatch.setattr(writing, "Backoff", lambda **_: Backoff(base_s=0.01, cap_s=0.01))
    found = Parts(tmp_path)
    yield found
    found.writing.stop(patient(10))
    found.buffer.close()
    assert found.store.closed


def test_what_waits_is_written_once_and_forgotten(parts: Parts) -> None:
    parts.put(1, 2)
    parts.writing.start()
    wait_for(lambda: parts.buffer.count == 0)
    parts.put(3)
    wait_for(lambda: parts.buffer.count == 0)
    assert parts.numbers() == [1, 2, 3]
    assert parts.writing.written == 3


@pytest.mark.parametrize("kind", [DatabaseAwayError, DatabaseError])
def test_events_wait_while_the_database_is_away(
    parts: Parts, caplog: pytest.LogCaptureFixture, kind: type[Exception]
) -> None:
    def away(_: Sequence[Row]) -> None:
        raise kind("the database is away")

    caplog.set_level(logging.INFO, logger="edgeclassify")
    parts.store.fails = away
    parts.put(1)
    parts.writing.start()
    wait_for(lambda: parts.store.attempts >= 5)
    parts.put(2)
    assert parts.buffer.count == 2
    parts.store.fails = lambda _: None
    wait_for(lambda: parts.buffer.count == 0)
    assert parts.numbers() == [1, 2]
    assert caplog.text.count("the database is away. Events wait in the buffer") == 1
    wait_for(lambda: caplog.text.count("the database takes events again") == 1)


def test_a_row_that_the_database_refuses_does_not_hold_up_others(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    def not_three(rows: Sequence[Row]) -> None:
        if any(isinstance(row, EventRow) and row.seq == 3 for row in rows):
            raise RowsRefusedError("the database refuses it: too deep")

    parts.store.fails = not_three
    parts.put(*range(1, 8))
    parts.writing.start()
    wait_for(lambda: parts.buffer.count == 0)
    assert sorted(parts.numbers()) == [1, 2, 4, 5, 6, 7]
    (refused,) = [row for row in parts.store.rows if isinstance(row, RefusedRow)]
    assert refused == RefusedRow(
        "porch", "edgeclassify/porch/gate/event", event(3).payload, "the database refuses it: too deep", 1000.0
    )


def test_a_message_that_can_not_be_kept_at_all_is_said_and_left_out(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    def nothing(_: Sequence[Row]) -> None:
        raise RowsRefusedError("no")

    parts.store.fails = nothing
    parts.put(1, 2)
    parts.writing.start()
    wait_for(lambda: parts.buffer.count == 0)
    assert caplog.text.count("node porch: a message can't be kept, not even as a refused one: edgeclassify/") == 1


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_topic_in_the_log_acts_on_no_terminal(
    parts: Parts, caplog: pytest.LogCaptureFixture, is_kept: bool
) -> None:
    def nothing(_: Sequence[Row]) -> None:
        if not is_kept:
            raise RowsRefusedError("no")

    parts.store.fails = nothing
    parts.buffer.put([Message("edgeclassify/po\x1b[2Jrch/ga\nte/event", b"{}", 1000.0, False)])
    parts.writing.start()
    wait_for(lambda: parts.buffer.count == 0)
    assert "node po\\x1b[2Jrch: a message" in caplog.text
    assert "edgeclassify/po\\x1b[2Jrch/ga\\nte/event" in caplog.text
    assert "\x1b" not in caplog.text


def test_malformed_ones_are_said_once_per_node(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    parts.put(1, 2, score=7)
    parts.put(3)
    parts.writing.start()
    wait_for(lambda: parts.buffer.count == 0)
    assert parts.numbers() == [3]
    assert caplog.text.count("node porch: a message is refused") == 1
    assert len(parts.store.rows) == 3


def test_a_bug_is_told_to_who_waits(parts: Parts) -> None:
    def broken(_: Sequence[Row]) -> None:
        raise ZeroDivisionError

    parts.store.fails = broken
    parts.put(1)
    parts.writing.start()
    wait_for(lambda: parts.writing.error is not None)
    assert parts.buffer.count == 1


def test_a_database_that_was_away_at_the_start_is_said_to_be_back(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="edgeclassify")
    parts.writing.say_away("nobody there")
    parts.put(1)
    parts.writing.start()
    wait_for(lambda: "the database takes events again" in caplog.text)
    assert caplog.text.count("nobody there. Events wait in the buffer") == 1
