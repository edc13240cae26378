"""What follows from predictions: events, states of views, and what is kept of them."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from edgeclassify.types.predictions import LabelScore

UNKNOWN = "unknown"
"""The label of a view's state while no label is above its threshold."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The same moment by both clocks: nanoseconds of the monotonic one, seconds since the epoch."""

    ns: int
    at: float

    @classmethod
    def now(cls) -> "Moment":
        """This moment."""
        return cls(time.monotonic_ns(), time.time())


class EventType(StrEnum):
    """A label entered, its score rose further, or it left."""

    START = "start"
    UPDATE = "update"
    END = "end"


class Reason(StrEnum):
    """Why an event came, where its type alone does not say it: `why.reason` of an update or an end."""

    SCORE_ROSE = "score rose"
    BELOW_THRESHOLD = "below threshold"
    REPLACED = "replaced"
    NO_FRAMES = "no frames"  # for longer than node.resume_s
    GONE_AFTER_RESTART = "gone after restart"  # what was there before the daemon ended was not seen again
    PAUSED = "paused"
    STOPPED = "stopped"  # the daemon ended, and keeps nothing
    CONFIG_RELOADED = "config reloaded"  # the view is gone, or has other rules


@dataclass(frozen=True, slots=True)
class OpenOccurrence:
    """A label's stay in a view that has not ended: what is kept of it over a restart.

    `started_at`: seconds since the epoch; `age_s`: how long it had lasted when it was last seen; `quiet_s`: how
    long ago that was.
    """

    view: str
    id: str
    label: str
    score: float
    started_at: float
    age_s: float = 0.0
    quiet_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Event:
    """A label entered or left a view.

    `id` names the occurrence (its start, updates and end share it); `seq` names the message: it grows by one
    per node, across restarts, so that a subscriber can drop repeats and prove that nothing is missing.
    `why` holds the figures behind the decision (thresholds, confirmation time, score). `origin`: where the picture
    behind it came from (file path or URL), None for cameras. `open` is the occurrence as this event leaves it,
    None when it has ended: it is kept with the event, and not sent.
    """

    id: str
    seq: int
    view: str
    event_type: EventType
    label: str
    score: float
    ts: float
    why: dict[str, Any] = field(default_factory=dict)
    origin: str | None = None
    open: OpenOccurrence | None = None


@dataclass(frozen=True, slots=True)
class ViewState:
    """What a view shows now.

    `label` is UNKNOWN while nothing is above threshold; `event_id` names the occurrence of the label,
    None while unknown; `seq` is that of the last event (0: none yet). `origin`: where the picture that shows it
    came from (file path or URL), None for cameras. `known` is False while nobody can tell what is there: the view
    rests, gets no frames, or has not been watched for long enough.
    """

    view: str
    label: str
    score: float
    since: float
    ts: float
    seq: int
    event_id: str | None
    top: tuple[LabelScore, ...]
    model: str
    origin: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class ViewRecord:
    """What is kept of a view over a restart: the number of its last event, and what is open in it."""

    view: str
    seq: int
    open: OpenOccurrence | None
