"""What follows from a recording's inputs, by the rules that held then or by others."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Decider, Rules, Step
from edgeclassify.recording.interface import (
    DeciderFactory,
    GapBegan,
    Happening,
    Input,
    LiveEvent,
    Lost,
    Record,
    RulesChanged,
    Seen,
    StillSeen,
    TakenUp,
    TimePassed,
    ViewBegins,
    ViewFacts,
    WatchingEnded,
    time_of,
)
from edgeclassify.recording.memory import ForeignMemoryError, remember
from edgeclassify.types import Event, EventType, Moment, Prediction, Reason

NewRules = Callable[[ViewFacts], tuple[ViewFacts, Rules] | None]
"""What a view's decider is made of in the place of what was recorded; None: as it was recorded."""


def recorded_rules(_: ViewFacts) -> None:
    """Those that held while it was recorded."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """An input, decided on again: what came of it, and of the same live."""

    facts: ViewFacts
    what: Happening
    step: Step
    live: tuple[LiveEvent, ...]

    @property
    def as_live(self) -> bool:
        """True where the same events came of it."""
        return [(one.event_type, one.label) for one in self.step.events] == [
            (one.event_type, one.label) for one in self.live
        ]


class Replay:
    """One pass over a recording, from its begin.

    By the recorded rules each view begins with what its decider knew then, and the very same events follow. By
    others it begins with what was in the view then, as after a restart.
    """

    def __init__(self, make: DeciderFactory, new_rules: NewRules = recorded_rules) -> None:
        self._make, self._new_rules = make, new_rules
        self._views: dict[int, _ReplayedView] = {}
        self.lost = 0
        """Inputs that the recording does not have."""
        self.foreign: dict[str, str] = {}
        """View → why what its decider knew at the begin could not be taken up."""

    def run(self, records: Iterable[Record]) -> Iterator[Replayed]:
        """Each input, decided on."""
        for record in records:
            if isinstance(record, ViewBegins):
                self._begin(record)
            elif isinstance(record, Lost):
                self.lost += record.inputs
            elif isinstance(record, Input) and (view := self._views.get(record.number)) is not None:
                yield view.decide(record)

    def _begin(self, begins: ViewBegins) -> None:
        before = next((one for one in self._views.values() if one.facts.view == begins.facts.view), None)
        own = self._new_rules(begins.facts)
        if own is not None and before is not None and before.recorded == begins.facts:
            # What was lost between the two is a gap to a decider that did not decide as it was recorded.
            self._views.pop(before.number)
            before.number, before.inputs_lost = begins.number, True
            self._views[begins.number] = before
            return
        view = self._views[begins.number] = _ReplayedView(begins, self._make, own)
        if own is None and begins.memory is not None:
            try:
                view.remember(begins.memory)
            except ForeignMemoryError as error:
                self.foreign[begins.facts.view] = str(error)
                self._views[begins.number] = _ReplayedView(begins, self._make, own)


class _ReplayedView:
    """The decider of one view, and what it is still to be told."""

    def __init__(self, begins: ViewBegins, make: DeciderFactory, own: tuple[ViewFacts, Rules] | None) -> None:
        self.number, self.recorded = begins.number, begins.facts
        self.facts, rules = (begins.facts, begins.rules) if own is None else own
        self.inputs_lost = False
        """True where inputs are missing before the next one."""
        self._own = own
        self._ids = deque[str]()
        self._made = 0
        self._open = begins.open
        self._decider: Decider = make(self.facts, rules, self._new_id)

    def remember(self, memory: dict[str, object]) -> None:
        """Begin with what the decider knew then. Raises ForeignMemoryError."""
        remember(self._decider, memory)
        self._open = None

    def decide(self, record: Input) -> Replayed:
        """What follows from an input."""
        now = time_of(record.what)
        before = () if now is None else self._begin_at(now)
        self._ids.extend(one.id for one in record.events if one.event_type is EventType.START)
        step = self._apply(record.what)
        self._ids.clear()
        return Replayed(self.facts, record.what, Step(step.state, (*before, *step.events)), record.events)

    def _begin_at(self, now: Moment) -> tuple[Event, ...]:
        if self._open is not None:
            self._decider.resume(self._open, now)
            self._open = None
        if not self.inputs_lost:
            return ()
        self.inputs_lost = False
        return self._decider.gap(now, Reason.NO_FRAMES).events

    def _apply(self, what: Happening) -> Step:
        decider = self._decider
        match what:
            case Seen():
                return decider.see(prediction_of(what, self.facts), what.surroundings)
            case StillSeen():
                return decider.still(what.now, what.surroundings)
            case TimePassed():
                return decider.pass_time(what.now)
            case GapBegan():
                return decider.gap(what.now, what.reason)
            case WatchingEnded():
                return decider.end(what.now, what.reason)
            case TakenUp():
                decider.resume(what.kept, what.now)
            case RulesChanged():
                self._adopt(what.rules)
        return Step(None)

    def _adopt(self, rules: Rules) -> None:
        if self._own is not None:
            return  # those that are tried hold all the time
        try:
            self._decider.adopt(rules)
        except ConfigError:  # it went on by the ones before, live too
            return

    def _new_id(self) -> str:
        """As it was live, so that an event is found among those that were sent; else a number."""
        self._made += 1
        return self._ids.popleft() if self._ids else f"{self.facts.view}-{self._made}"


def prediction_of(seen: Seen, facts: ViewFacts) -> Prediction:
    """What the decider got."""
    return Prediction(
        scores=seen.scores.array(),
        labels=facts.labels,
        preprocess_ms=0.0,
        invoke_ms=0.0,
        frame_sequence=0,
        captured_at_ns=seen.ns,
        captured_at=seen.at,
        origin=seen.origin,
        scene_ns=seen.scene_ns,
    )
