"""Notices as JSON objects and as lines."""

import json

import pytest

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.watch.interface import (
    Change,
    EventSeen,
    HoleFilled,
    HoleSeen,
    LinkChange,
    Notice,
    Renumbered,
)
from edgeclassify.watch.report import record, text
from tests.publish.records import T0

BODY = {"event_type": "start", "label": "open", "score": 0.93, "seq": 7}
SEEN = EventSeen("porch", "gate", "e/porch/gate/history", BODY, T0, historical=True, repeated=True)


@pytest.mark.parametrize(
    ("notice", "key", "line"),
    [
        (SEEN, "event", "porch/gate  start open 0.93  (number 7, late, repeated)"),
        (HoleSeen("porch", 3, 3, T0, while_away=False), "gap", "porch  MISSING events 3"),
        (
            HoleSeen("porch", 3, 5, T0, while_away=True),
            "gap",
            "porch  MISSING events 3 to 5 (this watch was disconnected)",
        ),
        (HoleFilled("porch", 3, 5, T0), "gap_filled", "porch  events 3 to 5 have come after all"),
        (Renumbered("porch", 1, 90, T0), "renumbered", "porch  counts from 1 again (before: 90)"),
        (LinkChange(False, "refused", T0), "connection", "broker  NOT CONNECTED: refused"),
        (LinkChange(True, "", T0, complete=False), "connection", "broker  connected again"),
        (Change("porch", "gate", "offline", T0), "status", "porch/gate  camera OFFLINE"),
        (Change("porch", "", "online", T0), "status", "porch  online"),
        (Change("porch", "", "offline", T0, kept=True), "status", "porch  OFFLINE (since before this watch)"),
    ],
)
def test_every_notice_has_its_line_and_object(notice: Notice, key: str, line: str) -> None:
    found = record(notice)
    assert key in found
    json.dumps(found, allow_nan=False)
    when, _, said = text(notice).partition("  ")
    assert when == rfc3339(T0)
    assert " ".join(said.split()) == " ".join(line.split())


def test_a_gap_says_whose_it_may_be() -> None:
    found = record(HoleSeen("porch", 3, 5, T0, while_away=True))
    assert found["gap"] | {"at": ""} == {"node": "porch", "from": 3, "to": 5, "at": "", "while_disconnected": True}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (
            Change("porch", "", "offline", T0),
            {"node": "porch", "view": None, "status": "offline", "retained": False},
        ),
        (
            Change("a", "gate", "online", T0, kept=True),
            {"node": "a", "view": "gate", "status": "online", "retained": True},
        ),
    ],
)
def test_a_status_says_of_whom_it_is_and_whether_it_is_new(change: Change, status: dict[str, object]) -> None:
    assert record(change) == {"status": status | {"at": rfc3339(T0)}}
