"""What follows from predictions: events, states of views, and what is kept of them."""

import time
from collections.abc import Sequence
from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types.predictions import LabelScore
from edgeclassify.types.scene import Problem, Shift
from edgeclassify.types.tallies import ClockState, LabelToday, Novelty, TallyRecord

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
    """A label entered, its score rose further, it has been there for so long, or it left."""

    START = "start"
    UPDATE = "update"
    LASTING = "lasting"
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
    CONFIG_RELOADED = "config reloaded"  # the view is gone, or decides by something else


class Block(StrEnum):
    """What holds a change back whose scores are there."""

    HOLD = "hold"  # the label that is in the view has a minimum time
    COOLDOWN = "cooldown"  # the label has ended a short while ago
    QUIET_HOURS = "quiet hours"
    MUTED = "muted"  # the label's own rules say that it does not start
    GAP = "gap"  # no frames came, or none were looked at: nothing is confirmed across that
    LIGHT = "light change"
    UNKNOWN = "unknown"  # no single frame of late was sure enough that it is this label
    PROBLEM = "problem"  # the camera's frames can't be trusted


@dataclass(frozen=True, slots=True)
class Why:
    """The figures behind a decision; None: it has no such figure.

    `reason`: of an update or an end; `by`: the label that took the place. `held_s`: how long the change had lasted
    when it counted, `confirm_s` at least. `score_before`: what was reported before it rose. `gap_s`: seconds since
    the last frame, where none shows the end; `duration_s`: from the start until the label was last seen.
    `lasting_s`: the time that was asked for, and that it has been there by now.
    `score`: what was compared with the threshold, `raw_score`: the model's own in that frame; `best`: the best
    labels by then. `blocked_by`: what held the change back last, `blocked_s`: for how long. `light_changed_s`: so
    long ago the light changed. `shifted`: by how much the view's region went with its scene.
    """

    reason: Reason | None = None
    by: str | None = None
    threshold_enter: float | None = None
    threshold_exit: float | None = None
    confirm_s: float | None = None
    held_s: float | None = None
    score_before: float | None = None
    gap_s: float | None = None
    duration_s: float | None = None
    score: float | None = None
    raw_score: float | None = None
    best: tuple[LabelScore, ...] = ()
    blocked_by: Block | None = None
    blocked_s: float | None = None
    light_changed_s: float | None = None
    shifted: Shift | None = None
    lasting_s: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """The change that a view is nearest to, while it has not come.

    `change`: that the label would start, or end. `score` against `threshold`: what it has and what it needs (an
    end: to fall below); `held_s` of `confirm_s`: for how long it has had that. `blocked_by`: what else holds it
    back.
    """

    change: EventType
    label: str
    score: float
    threshold: float
    held_s: float
    confirm_s: float
    blocked_by: Block | None = None


@dataclass(frozen=True, slots=True)
class OpenOccurrence:
    """A label's stay in a view that has not ended: what is kept of it over a restart.

    `started_at`: seconds since the epoch; `age_s`: how long it had lasted when it was last seen; `quiet_s`: how
    long ago that was. `lasting_told_s`: the longest time of which it has been told that it has been there so long.
    """

    view: str
    id: str
    label: str
    score: float
    started_at: float
    age_s: float = 0.0
    quiet_s: float = 0.0
    lasting_told_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Event:
    """A label entered or left a view, or something is told of its stay there.

    `id` names the occurrence (all of its events share it); `seq` names the message: it grows by one
    per node, across restarts, so that a subscriber can drop repeats and prove that nothing is missing.
    `origin`: where the frame behind it came from (file path or URL), None for cameras. `open` is the occurrence
    as this event leaves it, None when it has ended: it is kept with the event, and not sent.
    `problems`: why its frame can't be trusted; none: it can.
    Of a start, where the clock is set: `novelty`, None for one that is nothing new; `days_since`: local days since
    the label last started in this view, None: never, today already, or not known; `count_today`: its starts today,
    this one included. `tally`: what is counted of the label from this event on; kept with it, and not sent.
    """

    id: str
    seq: int
    view: str
    event_type: EventType
    label: str
    score: float
    ts: float
    why: Why = Why()
    origin: str | None = None
    open: OpenOccurrence | None = None
    problems: tuple[Problem, ...] = ()
    novelty: Novelty | None = None
    days_since: int | None = None
    count_today: int | None = None
    tally: TallyRecord | None = None


@dataclass(frozen=True, slots=True)
class ViewState:
    """What a view shows now.

    `label` is UNKNOWN while nothing is above threshold; `event_id` names the occurrence of the label,
    None while unknown; `seq` is that of the last event (0: none yet). `origin`: where the frame that shows it
    came from (file path or URL), None for cameras. `known` is False while nobody can tell what is there: the view
    rests, gets no frames, or has not been watched for long enough. `top`: the best labels, best first.
    `score` is what decisions go by, `raw_score` the model's own of the same label in that frame; None: there is no
    frame. `problems`: why that frame can't be trusted; none: it can. `candidate`: the change that is nearest.
    `duration_s`: for so long the label has been there, whatever the wall clock did; None: there is none.
    `day`: the local day, as in 2026-11-29, and `today` its labels, those that started last first; both None while
    the clock is not set, as `clock` says then, while what was counted before can't be read, or where nobody
    counts.
    """

    view: str
    label: str
    score: float
    since: float
    ts: float
    seq: int
    event_id: str | None
    top: Sequence[LabelScore]
    model: str
    origin: str | None = None
    known: bool = True
    raw_score: float | None = None
    problems: tuple[Problem, ...] = ()
    candidate: Candidate | None = None
    duration_s: float | None = None
    today: tuple[LabelToday, ...] | None = None
    day: str | None = None
    clock: ClockState | None = None


@dataclass(frozen=True, slots=True)
class ViewRecord:
    """What is kept of a view over a restart: the number of its last event, and what is open in it."""

    view: str
    seq: int
    open: OpenOccurrence | None
