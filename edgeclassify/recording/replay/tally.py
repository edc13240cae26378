"""What came of a replay: the events of each view with their times, and figures of them."""

from collections.abc import Callable
from dataclasses import field

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.recording.interface import Happening, LabelGroups, Seen, time_of
from edgeclassify.recording.replay.judgement import SECONDS_PER_HOUR, Stay
from edgeclassify.recording.replay.replaying import Replayed
from edgeclassify.types import Event, EventType, Moment

FLAP_S = 60.0
"""A label that starts again so soon after its end has flapped."""

SecondsOf = Callable[[Moment], float]
"""Seconds of the recording, of a moment."""


def from_first() -> SecondsOf:
    """By the monotonic clock, from the first moment that is asked for."""
    zero: list[int] = []

    def seconds(now: Moment) -> float:
        if not zero:
            zero.append(now.ns)
        return round((now.ns - zero[0]) / 1e9, 6)

    return seconds


@dataclass(frozen=True, slots=True)
class ReplayedEvent:
    """An event at `t` seconds of the recording. `index`: class index of its label in its view."""

    t: float
    view: str
    index: int
    event: Event


@dataclass(slots=True)
class ViewTally:
    """What came in one view. `unlike_live`: inputs of which other events came than while it was recorded."""

    view: str
    labels: tuple[str, ...] = ()
    groups: LabelGroups | None = None
    frames: int = 0
    inputs: int = 0
    unlike_live: int = 0
    first_s: float | None = None
    last_s: float = 0.0
    events: list[ReplayedEvent] = field(default_factory=list)

    @property
    def lasted_s(self) -> float:
        """From its first input to its last."""
        return 0.0 if self.first_s is None else self.last_s - self.first_s

    @property
    def stays(self) -> list[Stay]:
        """From each start to its end."""
        found: list[Stay] = []
        for one in self.events:
            if one.event.event_type is EventType.START:
                found.append(Stay(one.event.label, one.t))
            # Where it was there before the recording began, an end has no start.
            elif one.event.event_type is EventType.END and found and found[-1].label == one.event.label:
                found[-1] = Stay(one.event.label, found[-1].start_s, one.t)
        return found

    def count(self, kind: EventType) -> int:
        """Events of a type."""
        return sum(one.event.event_type is kind for one in self.events)

    @property
    def flaps(self) -> int:
        """Starts of a label that had ended less than FLAP_S before."""
        ended: dict[str, float] = {}
        flaps = 0
        for one in self.events:
            if one.event.event_type is EventType.END:
                ended[one.event.label] = one.t
            elif one.event.event_type is EventType.START:
                flaps += one.t - ended.get(one.event.label, float("-inf")) < FLAP_S
        return flaps

    def per_hour(self, count: int) -> float:
        """So many in the time that the view was recorded."""
        return count * SECONDS_PER_HOUR / self.lasted_s if self.lasted_s > 0 else 0.0


class Tally:
    """Of all views of a recording. `seconds_of`: on which time line the events are told."""

    def __init__(self, seconds_of: SecondsOf) -> None:
        self.views: dict[str, ViewTally] = {}
        self._seconds_of = seconds_of
        self._indices: dict[str, dict[str, int]] = {}
        self._labels: dict[str, tuple[str, ...]] = {}

    def count(self, replayed: Replayed) -> list[ReplayedEvent]:
        """Count an input; its events."""
        view = self.views.setdefault(replayed.facts.view, ViewTally(replayed.facts.view))
        view.labels, view.groups = replayed.facts.shown_labels, replayed.facts.groups
        view.inputs += 1
        view.frames += isinstance(replayed.what, Seen)
        view.unlike_live += not replayed.as_live
        at = self._time(view, replayed.what)
        events = replayed.step.events
        came = [ReplayedEvent(at, view.view, self._index(replayed, one.label), one) for one in events]
        view.events += came
        return came

    def _time(self, view: ViewTally, what: Happening) -> float:
        now = time_of(what)
        if now is None:
            return view.last_s
        at = self._seconds_of(now)
        view.first_s = at if view.first_s is None else view.first_s
        view.last_s = max(view.last_s, at)
        return at

    def _index(self, replayed: Replayed, label: str) -> int:
        """The class index of a label; -1: it is a group. Of two labels with the same name the first one's."""
        facts = replayed.facts
        if facts.labels is not self._labels.get(facts.view):
            self._labels[facts.view] = facts.labels
            self._indices[facts.view] = {name: i for i, name in reversed(list(enumerate(facts.labels)))}
        return self._indices[facts.view].get(label, -1)
