"""Events as a history gets them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from edgeclassify.history.interface import LoggedEvent
from edgeclassify.publish.interface import SpooledEvent
from tests.publish.records import event

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    """Local time in Berlin as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def logged(seq: int, **changes: Any) -> LoggedEvent:
    one = SpooledEvent.of(event(seq, **changes))
    return LoggedEvent(one.seq, one.view, one.body)
