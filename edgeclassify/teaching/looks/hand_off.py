"""What the inference thread leaves for the one that keeps looks: bounded, and no pixels that are only lent."""

from collections import deque
from collections.abc import Collection as Some, Sequence
from threading import Condition

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pixels import to_keep
from edgeclassify.teaching.looks.choice import is_unsure
from edgeclassify.teaching.looks.interface import LookRules, ViewRules
from edgeclassify.teaching.looks.picture import brightness_of
from edgeclassify.types import Embedding, Event, EventType, Frame, Prediction, Problem, Roi, ViewState

EVENTS_PER_VIEW = 4
"""Looks with events that wait, of one view; each holds a frame (6 MB at 1920x1080)."""
APART_S = 5.0
"""Between two frames of a view that are held against those that are kept."""
TELLING = (EventType.START, EventType.UPDATE, EventType.LASTING)
"""Events whose label is there to be seen."""
USELESS = (Problem.COVERED, Problem.DEFOCUSED, Problem.FROZEN)
"""On a picture of which nobody could say what it shows now."""


@dataclass(frozen=True, slots=True, eq=False)
class Offered:
    """What a view saw. `frame` None: no picture may be kept. `may_wait`: perhaps worth it without an event."""

    view: str
    rules: ViewRules
    prediction: Prediction
    embedding: Embedding
    region: Roi
    at: float
    brightness: float
    frame: Frame | None
    events: tuple[Event, ...] = ()
    is_unsure: bool = False
    may_wait: bool = False


class HandOff:
    """Of each view the newest frame waits, and a few that made events: then the oldest of these is dropped.

    `offer` belongs to the inference thread, and `adopt` to who has stopped it; the rest may be used from any.
    `changed` is notified of what comes.
    """

    def __init__(self, rules: LookRules, changed: Condition) -> None:
        self.rules = rules
        """Replaced as a whole."""
        self.gathered_views: Some[str] = frozenset()
        """The views of which frames are gathered; replaced as a whole."""
        self.dropped = 0
        """Looks of events that were lost since too many waited."""
        self._changed = changed
        self._events: dict[str, deque[Offered]] = {}
        self._others: dict[str, Offered] = {}
        self._last: dict[str, Prediction] = {}
        self._due_ns: dict[str, int] = {}

    def __bool__(self) -> bool:
        """True while something waits; to be asked under the lock of `changed`."""
        return bool(self._events or self._others)

    def adopt(self, rules: LookRules) -> None:
        """Go by these from now on. What was seen last may have been seen by another network."""
        self.rules, self._last = rules, {}

    def offer(
        self,
        view: str,
        frame: Frame,
        region: Roi,
        prediction: Prediction | None,
        state: ViewState | None,
        events: Sequence[Event],
        *,
        picture: bool,
    ) -> None:
        """As of a SeenFrames of the pipeline."""
        rules = self.rules.views.get(view)
        if rules is None:
            return
        is_new = prediction is not None
        if prediction is None:
            prediction = self._last.get(view)
        else:
            self._last[view] = prediction
        if prediction is None or prediction.embedding is None or len(prediction.embedding) != rules.facts.elements:
            return
        told = tuple(event for event in events if event.event_type in TELLING) if events else ()
        unsure = may_wait = False
        if is_new and frame.captured_at_ns >= self._due_ns.get(view, 0):
            unsure = rules.review > 0 and is_unsure(prediction.scores)
            may_wait = (unsure or view in self.gathered_views) and not _is_useless(state)
        if not told and not may_wait:
            return
        if may_wait:
            self._due_ns[view] = frame.captured_at_ns + round(APART_S * 1e9)
        offered = Offered(
            view, rules, prediction, prediction.embedding, region, frame.captured_at, brightness_of(frame, region),
            to_keep(frame) if picture and self.rules.pictures else None, told, unsure, may_wait,
        )  # fmt: skip
        self._put(offered)

    def take(self) -> list[Offered]:
        """All that waits, those with events first; under the lock of `changed`."""
        found = [one for waiting in self._events.values() for one in waiting]
        found += self._others.values()
        self._events, self._others = {}, {}
        return found

    def _put(self, offered: Offered) -> None:
        with self._changed:
            if not offered.events:
                self._others[offered.view] = offered
            else:
                waiting = self._events.setdefault(offered.view, deque())
                if len(waiting) == EVENTS_PER_VIEW:
                    waiting.popleft()
                    self.dropped += 1
                waiting.append(offered)
            self._changed.notify_all()


def _is_useless(state: ViewState | None) -> bool:
    return state is not None and any(problem in USELESS for problem in state.problems)
