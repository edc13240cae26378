"""What may be asked of a node's history."""

from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types.events import EventType

MOST_EVENTS = 100
"""Events in one answer."""


class Period(StrEnum):
    """How long a part of an overview is, by the clocks on the wall."""

    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Which events, and which page of them; None: whatever it is.

    `since` and `until` are seconds since the epoch, the latter not included. Pages: without a number the newest
    events; with `before_seq` those before that number, newest first; with `after_seq` those after it, oldest
    first. `limit`: events in a page, 1-MOST_EVENTS. `per`: no events, but how often labels started in each day or
    hour.
    """

    view: str | None = None
    label: str | None = None
    event_type: EventType | None = None
    since: float | None = None
    until: float | None = None
    before_seq: int | None = None
    after_seq: int | None = None
    limit: int = MOST_EVENTS
    per: Period | None = None
