"""Messages as rows: what a database needs is asked for, what it can't keep is refused with a reason."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given, strategies as st

from edgeclassify.contract import outgoing
from edgeclassify.contract.topics import Topics
from edgeclassify.ingest.interface import EventRow, FiguresRow, Message, PresenceRow, RefusedRow
from edgeclassify.ingest.reading import row_of
from tests.publish.records import event, health, info

TOPICS = Topics("edgeclassify", "porch")
EVENT = TOPICS.event("gate")
BODY: dict[str, Any] = {
    "v": 1, "event_type": "start", "label": "cat", "score": 0.5, "seq": 3, "id": "ab",
    "ts": "2026-11-23T07:16:39.855Z", "why": {"held_s": 1.0},
}  # fmt: skip


def message(topic: str, payload: bytes, kept: bool = False) -> Message:
    return Message(topic, payload, 1000.5, kept)


def read(topic: str, payload: bytes, kept: bool = False) -> Any:
    return row_of(message(topic, payload, kept), "edgeclassify")


def read_event(**changes: Any) -> Any:
    return read(EVENT, json.dumps(BODY | changes).encode())


def test_an_event_has_columns_and_details() -> None:
    row = read_event()
    assert row == EventRow(
        "porch", 3, "ab", "gate", "start", "cat", 0.5, 1795418199.855, '{"why":{"held_s":1.0}}', True, 1000.5
    )


def test_a_late_event_differs_by_that_alone() -> None:
    late = read(TOPICS.history("gate"), json.dumps(BODY | {"historical": True}).encode())
    assert late == EventRow(
        "porch", 3, "ab", "gate", "start", "cat", 0.5, 1795418199.855, '{"why":{"held_s":1.0}}', False, 1000.5
    )


def test_what_a_node_really_sends_is_read() -> None:
    sent = outgoing.event_message(TOPICS, event(7))
    row = read(sent.topic, sent.payload)
    assert isinstance(row, EventRow)
    assert row.seq == 7
    figures = outgoing.health_message(TOPICS, health())
    row = read(figures.topic, figures.payload)
    assert isinstance(row, FiguresRow)
    assert json.loads(row.body) == json.loads(figures.payload)
    assert read(TOPICS.info, outgoing.info_message(TOPICS, info()).payload).kind == "info"


def test_a_later_version_may_say_more() -> None:
    row = read_event(event_type="vanished", colour="red")
    assert isinstance(row, EventRow)
    assert row.event_type == "vanished"
    assert json.loads(row.details) == {"why": {"held_s": 1.0}, "colour": "red"}


@pytest.mark.parametrize(
    ("payload", "online"), [(b"online", True), (b"offline", False), (b"", None)]
)  # fmt: skip
def test_presence(payload: bytes, online: bool | None) -> None:
    assert read(TOPICS.status, payload) == PresenceRow("porch", "", online, False, 1000.5)
    assert read(TOPICS.availability("gate"), payload, True) == PresenceRow("porch", "gate", online, True, 1000.5)


def test_figures_that_are_taken_back_leave_nothing() -> None:
    assert read(TOPICS.health, b"") is None
    assert read(TOPICS.state("gate"), b"{}") is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"v": 2}, "v: expected 1, found 2: is edgeclassify older here?"),
        ({"seq": 0}, "seq: expected a whole number from 1 on, found 0"),
        ({"seq": 2**63}, "seq: expected a whole number from 1 on, found 9223372036854775808"),
        ({"seq": True}, "seq: expected a whole number from 1 on, found True"),
        ({"score": 1.01}, "score: expected a number of 0 to 1, found 1.01"),
        ({"score": "1"}, "score: expected a number of 0 to 1, found '1'"),
        ({"id": ""}, "id: expected text of 1 to 256 characters, found ''"),
        ({"label": None}, "label: expected text of 1 to 256 characters, found nothing"),
        ({"label": "a\0b"}, "label: expected text without U+0000, which a database can't keep, found one"),
        ({"label": "\ud800"}, "label: expected text, found half a character (a lone surrogate)"),
        ({"ts": "yesterday"}, "ts: expected a time as 2026-11-23T06:54:00.123Z, found 'yesterday'"),
        ({"ts": "2026-11-23T07:16:39.855"}, "ts: expected a time as 2026-11-23T06:54:00.123Z"),
        ({"origin": "a\0"}, "event: expected text without U+0000, which a database can't keep, found one"),
    ],
)
def test_what_is_wrong_with_an_event_is_said(changes: dict[str, Any], reason: str) -> None:
    row = read_event(**changes)
    assert isinstance(row, RefusedRow)
    assert row.reason.startswith(reason)
    assert (row.node, row.topic) == ("porch", EVENT)
    assert json.loads(row.payload) == BODY | changes


def test_the_largest_number_is_kept() -> None:
    largest = int(sys.float_info.max)
    row = read(TOPICS.health, b'{"fps":%d,"low":%d}' % (largest, -largest))
    assert json.loads(row.body) == {"fps": largest, "low": -largest}
    assert isinstance(read(TOPICS.health, b'{"fps":%d}' % (largest + 2**970)), RefusedRow)


def test_the_bounds_belong_to_what_is_taken() -> None:
    for changes in ({"seq": 1}, {"seq": 2**63 - 1}, {"score": 0}, {"score": 1}, {"id": "x" * 256}):
        assert isinstance(read_event(**changes), EventRow), changes
    assert isinstance(read_event(id="x" * 257), RefusedRow)
    # A backslash before u0000 is text as any other.
    assert isinstance(read_event(origin="\\u0000"), EventRow)


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (EVENT, b"\xff", "expected JSON in UTF-8, found b'\\xff'"),
        (EVENT, b"[1]", "expected an object, found b'[1]'"),
        (EVENT, b'{"score":NaN}', "expected JSON in UTF-8"),
        (EVENT, b"[" * 200_000, "expected JSON in UTF-8"),
        (TOPICS.status, b"perhaps", "expected online or offline, found b'perhaps'"),
        ("edgeclassify/por ch/gate/event", b"{}", "topic: expected one of the contract, found this one"),
        (TOPICS.health, b'{"a":1e999}', "health: expected finite numbers"),
        (TOPICS.health, b'{"fps":-1' + b"0" * 400 + b"}", "health: expected finite numbers"),
        (EVENT, b'{"v":1' + b"0" * 400 + b"}", "v: expected 1, found inf"),
    ],
)
def test_what_is_no_message_of_ours_is_refused(topic: str, payload: bytes, reason: str) -> None:
    row = read(topic, payload)
    assert isinstance(row, RefusedRow)
    assert row.reason.startswith(reason)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_nothing_that_is_published_raises(value: Any) -> None:
    for topic in (EVENT, TOPICS.health):
        assert read(topic, json.dumps(value).encode()) is not None
    for key in BODY:
        assert read_event(**{key: value}) is not None
