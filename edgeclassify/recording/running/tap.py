"""A decider that lets a recording hear what it gets, in order, and decides as the one within."""

from typing import Protocol

from edgeclassify.postprocess.interface import Decider, Rules, Step
from edgeclassify.recording.interface import (
    GapBegan,
    Happening,
    RulesChanged,
    Seen,
    StillSeen,
    TakenUp,
    TimePassed,
    WatchingEnded,
)
from edgeclassify.recording.scores import KeptScores
from edgeclassify.types import (
    PLAIN_SURROUNDINGS,
    Event,
    Moment,
    OpenOccurrence,
    Prediction,
    Reason,
    Surroundings,
    ViewState,
)


class Listener(Protocol):
    """Who hears of one view's decider. Returns at once, and never raises."""

    def begin(self, decider: Decider) -> bool:
        """Before the first input that it hears; False where it could not note what the decider knows."""

    def hear(self, what: Happening, events: tuple[Event, ...]) -> bool:
        """An input, and what came of it; False where it could not note it: it must begin anew."""


class _Ear:
    """One who hears of a decider, and whether it has begun, and has missed nothing since."""

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self._begun: Listener | None = None

    def begin(self, decider: Decider) -> bool:
        """Before an input changes what the decider knows; False where nobody hears of that input."""
        listener = self.listener
        if listener is not self._begun:
            begun = listener is not None and listener.begin(decider)
            self._begun = listener if begun else None
        return self._begun is not None

    def hear(self, what: Happening, events: tuple[Event, ...]) -> None:
        """Of an input for which it has begun."""
        if self._begun is not None and not self._begun.hear(what, events):
            self._begun = None

    def begin_anew(self) -> None:
        """With the next input: what the decider knows has changed by none."""
        self._begun = None


class TappedDecider(Decider):
    """Used under its view's lock, as any decider; `listen` and `remember` may be called from any thread.

    Two may hear of it: who records, and who remembers the last hours for the page.
    """

    def __init__(self, inner: Decider) -> None:
        self._inner = inner
        self._recording, self._memory = _Ear(), _Ear()

    def listen(self, listener: Listener | None) -> None:
        """Who records hears of the next input on, in the place of who did until now; None: nobody does."""
        self._recording.listener = listener

    def remember(self, listener: Listener | None) -> None:
        """As `listen`, for who remembers."""
        self._memory.listener = listener

    # --- what happens to it ----------------------------------------------------------------------------

    @property
    def rules(self) -> Rules:
        """What it goes by now."""
        return self._inner.rules

    def adopt(self, rules: Rules) -> None:
        """As of a Decider."""
        ears = self._begun()
        self._inner.adopt(rules)
        _tell(ears, RulesChanged(rules))

    def renew(self) -> None:
        """As of a Decider. Who listens begins anew with what is left."""
        self._inner.renew()
        self._recording.begin_anew()
        self._memory.begin_anew()

    def see(self, prediction: Prediction, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """As of a Decider."""
        ears = self._begun()
        step = self._inner.see(prediction, surroundings)
        if ears:
            _tell(ears, seen(prediction, surroundings), step.events)
        return step

    def still(self, now: Moment, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """As of a Decider."""
        ears = self._begun()
        step = self._inner.still(now, surroundings)
        _tell(ears, StillSeen(now, surroundings), step.events)
        return step

    def pass_time(self, now: Moment) -> Step:
        """As of a Decider."""
        ears = self._begun()
        step = self._inner.pass_time(now)
        # Each one: from without nobody can tell which had an effect within.
        _tell(ears, TimePassed(now), step.events)
        return step

    def gap(self, now: Moment, reason: Reason) -> Step:
        """As of a Decider."""
        ears = self._begun()
        step = self._inner.gap(now, reason)
        _tell(ears, GapBegan(now, reason), step.events)
        return step

    def end(self, now: Moment, reason: Reason) -> Step:
        """As of a Decider."""
        ears = self._begun()
        step = self._inner.end(now, reason)
        _tell(ears, WatchingEnded(now, reason), step.events)
        return step

    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        """As of a Decider."""
        ears = self._begun()
        resumed = self._inner.resume(kept, now)
        _tell(ears, TakenUp(kept, now))
        return resumed

    # --- what is asked of it: no input -----------------------------------------------------------------

    def look(self, prediction: Prediction) -> ViewState:
        """As of a Decider."""
        return self._inner.look(prediction)

    @property
    def told(self) -> ViewState | None:
        """As of a Decider."""
        return self._inner.told

    def open(self, now: Moment) -> OpenOccurrence | None:
        """As of a Decider."""
        return self._inner.open(now)

    def _begun(self) -> tuple[_Ear, ...]:
        """Those who hear of what comes now; called before it changes what the decider knows."""
        return tuple(ear for ear in (self._recording, self._memory) if ear.begin(self._inner))


def _tell(ears: tuple[_Ear, ...], what: Happening, events: tuple[Event, ...] = ()) -> None:
    for ear in ears:
        ear.hear(what, events)


def seen(prediction: Prediction, surroundings: Surroundings) -> Seen:
    """What a recording keeps of a prediction."""
    return Seen(
        prediction.captured_at_ns,
        prediction.captured_at,
        KeptScores.of(prediction.scores),
        prediction.scene_ns,
        prediction.origin,
        surroundings,
    )
