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


class TappedDecider(Decider):
    """Used under its view's lock, as any decider; `listen` may be called from any thread."""

    def __init__(self, inner: Decider) -> None:
        self._inner = inner
        self._listener: Listener | None = None
        self._heard_by: Listener | None = None  # who has begun, and has missed nothing since

    def listen(self, listener: Listener | None) -> None:
        """It hears of the next input on, in the place of who did until now; None: nobody does."""
        self._listener = listener

    # --- what happens to it ----------------------------------------------------------------------------

    @property
    def rules(self) -> Rules:
        """What it goes by now."""
        return self._inner.rules

    def adopt(self, rules: Rules) -> None:
        """As of a Decider."""
        listener = self._begun()
        self._inner.adopt(rules)
        if listener is not None:
            self._tell(listener, RulesChanged(rules))

    def renew(self) -> None:
        """As of a Decider. Who listens begins anew with what is left."""
        self._inner.renew()
        self._heard_by = None

    def see(self, prediction: Prediction, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """As of a Decider."""
        listener = self._begun()
        step = self._inner.see(prediction, surroundings)
        if listener is not None:
            self._tell(listener, seen(prediction, surroundings), step.events)
        return step

    def still(self, now: Moment, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """As of a Decider."""
        listener = self._begun()
        step = self._inner.still(now, surroundings)
        if listener is not None:
            self._tell(listener, StillSeen(now, surroundings), step.events)
        return step

    def pass_time(self, now: Moment) -> Step:
        """As of a Decider."""
        listener = self._begun()
        step = self._inner.pass_time(now)
        if listener is not None:
            # Each one: from without nobody can tell which had an effect within.
            self._tell(listener, TimePassed(now), step.events)
        return step

    def gap(self, now: Moment, reason: Reason) -> Step:
        """As of a Decider."""
        listener = self._begun()
        step = self._inner.gap(now, reason)
        if listener is not None:
            self._tell(listener, GapBegan(now, reason), step.events)
        return step

    def end(self, now: Moment, reason: Reason) -> Step:
        """As of a Decider."""
        listener = self._begun()
        step = self._inner.end(now, reason)
        if listener is not None:
            self._tell(listener, WatchingEnded(now, reason), step.events)
        return step

    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        """As of a Decider."""
        listener = self._begun()
        resumed = self._inner.resume(kept, now)
        if listener is not None:
            self._tell(listener, TakenUp(kept, now))
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

    # --- parts of it -----------------------------------------------------------------------------------

    def _begun(self) -> Listener | None:
        """Who hears of what comes now; called before it changes what the decider knows."""
        listener = self._listener
        if listener is not self._heard_by:
            begun = listener is not None and listener.begin(self._inner)
            self._heard_by = listener if begun else None
        return self._heard_by

    def _tell(self, listener: Listener, what: Happening, events: tuple[Event, ...] = ()) -> None:
        if not listener.hear(what, events):
            self._heard_by = None


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
