"""What a decider tells over a stretch of time: which label was there from when to when, and its events."""

from collections import deque
from collections.abc import Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.recording.interface import time_of
from edgeclassify.recording.replay.replaying import Replayed
from edgeclassify.types import UNKNOWN, Event, EventType, ViewState

MOST_EVENTS = 500
MOST_STAYS = 2000


@dataclass(frozen=True, slots=True)
class Stay:
    """A label was there. Seconds since the epoch; `until` None: it still is."""

    label: str
    since: float
    until: float | None

    @property
    def end(self) -> float:
        """`until`; infinite, while it is there."""
        return float("inf") if self.until is None else self.until


@dataclass(frozen=True, slots=True)
class Outcome:
    """`starts`: how many; `stays` and `events`: the newest of them, in order."""

    starts: int
    stays: Sequence[Stay]
    events: Sequence[Event]


class Told:
    """Gathers the outcome of a replay. What is told before `since` (seconds since the epoch) counts for what is
    there then alone."""

    def __init__(self, since: float) -> None:
        self._since = since
        self._starts = 0
        self._stays: deque[Stay] = deque(maxlen=MOST_STAYS)
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._there: Stay | None = None

    def note(self, replayed: Replayed) -> None:
        """One input, decided on."""
        for event in replayed.step.events:
            self._note_event(event)
        state = replayed.step.state
        if self._there is None and state is not None and state.known and state.label != UNKNOWN:
            self._there = _begun_before(state)
        elif self._there is not None and replayed.step.events == () and _is_gone(state):
            now = time_of(replayed.what)
            if now is not None:
                self._end(now.at)

    @property
    def outcome(self) -> Outcome:
        """Until now."""
        there = [] if self._there is None else [self._clipped(self._there)]
        return Outcome(self._starts, (*self._stays, *there), tuple(self._events))

    def _note_event(self, event: Event) -> None:
        if event.event_type is EventType.START:
            self._end(event.ts)
            self._there = Stay(event.label, event.ts, None)
        elif event.event_type is EventType.END:
            self._there = self._there or Stay(event.label, self._since, None)
            self._end(event.ts)
        if event.ts >= self._since:
            self._starts += event.event_type is EventType.START
            self._events.append(event)

    def _end(self, at: float) -> None:
        there, self._there = self._there, None
        if there is not None and at >= self._since:
            self._stays.append(self._clipped(Stay(there.label, there.since, at)))

    def _clipped(self, stay: Stay) -> Stay:
        return Stay(stay.label, max(stay.since, self._since), stay.until)


def _begun_before(state: ViewState) -> Stay:
    """It was there when what is replayed begins."""
    return Stay(state.label, state.since, None)


def _is_gone(state: ViewState | None) -> bool:
    return state is not None and state.known and state.label == UNKNOWN
