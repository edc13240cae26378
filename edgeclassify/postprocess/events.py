"""The state machine of a view: two thresholds, a confirmation time, and the label `unknown` below them.

A label enters when it is the best one, at `threshold_enter` or above, for `confirm_s` without a break. It
leaves when its score is below `threshold_exit` for `confirm_s`, or when another label enters. The two
thresholds keep a score that wavers around one value from producing an event per frame (hysteresis, as in a
Schmitt trigger).
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgeclassify.config import ViewConfig
from edgeclassify.errors import ConfigError
from edgeclassify.types import UNKNOWN, Event, EventType, Observation, ViewState, top_k

NS_PER_S = 1_000_000_000


def new_event_id() -> str:
    """A unique id for an occurrence: 32 hexadecimal digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Step:
    """What one observation led to: the state now, and the events on the way, in order."""

    state: ViewState
    events: tuple[Event, ...]


@dataclass(slots=True)
class _Occurrence:
    """The label that is in the view."""

    index: int
    id: str
    started_ns: int
    reported_score: float


class _Timer:
    """Since when something has been true without a break."""

    def __init__(self) -> None:
        self._subject: int | None = None
        self._since_ns = 0

    def held_ns(self, subject: int | None, now_ns: int) -> int | None:
        """How long `subject` has held by now; None starts over and is answered with None; so does time
        that runs back."""
        if subject is None or subject != self._subject or now_ns < self._since_ns:
            self._subject, self._since_ns = subject, now_ns
        return None if subject is None else now_ns - self._since_ns


class ViewStateMachine:
    """Observations of one view → its state and events. Used by one thread.

    `labels` are in the order of the observations' scores; `next_seq` numbers the events of the whole node.
    """

    def __init__(
        self,
        rules: ViewConfig,
        labels: Sequence[str],
        model: str,
        next_seq: Callable[[], int],
        new_id: Callable[[], str] = new_event_id,
    ) -> None:
        self.view = rules.name
        self._rules = rules
        self._labels = labels
        self._model = model
        self._next_seq = next_seq
        self._new_id = new_id
        self._occurrence: _Occurrence | None = None
        self._entering, self._leaving = _Timer(), _Timer()
        self._since = 0.0
        self._seq = 0
        self._seen: Observation | None = None

    def step(self, observation: Observation) -> Step:
        """Take one observation into account."""
        self._seen = observation
        if not self._since:
            self._since = observation.captured_at
        events = self._enter(observation) or self._leave(observation) or self._update(observation)
        return Step(self._state(observation), tuple(events))

    @property
    def threshold_enter(self) -> float:
        """The score at which a label enters."""
        return self._rules.threshold_enter

    def set_threshold_enter(self, score: float) -> None:
        """Change it from the next observation on. Raises ConfigError where the config's exit is higher."""
        lowest = self._rules.threshold_exit
        if lowest is not None and score < lowest:
            raise ConfigError(
                f"view {self.view}: expected a threshold of at least threshold_exit ({lowest:g}), found {score:g}"
            )
        self._rules = self._rules.model_copy(update={"threshold_enter": score})

    def look(self, observation: Observation) -> ViewState:
        """What an observation shows, without taking it into account."""
        return self._state(observation)

    def finish(self, at: float, reason: str, at_ns: int | None = None) -> tuple[Event, ...]:
        """Watching ends (the daemon stops, the view was removed): end what is in the view.

        `at`: seconds since the epoch; `at_ns`: the same moment on the monotonic clock, None: now. What was seen in
        files ends with the last picture: no clock of ours goes by their time.
        """
        if self._occurrence is None:
            return ()
        at_ns = time.monotonic_ns() if at_ns is None else at_ns
        if self._seen is not None and self._seen.own_time:
            at, at_ns = self._seen.captured_at, self._seen.scene_ns
        return (self._end(at, at_ns, self._occurrence.reported_score, {"reason": reason}),)

    def rest(self, at: float, reason: str) -> Step:
        """Watching pauses: what is in the view ends, and until the next observation nothing is known of it."""
        events = self.finish(at, reason)
        if not events:
            self._since = self._since or at
        self._entering, self._leaving = _Timer(), _Timer()
        state = ViewState(self.view, UNKNOWN, 0.0, self._since, at, self._seq, None, (), self._model)
        return Step(state, events)

    def _enter(self, observation: Observation) -> list[Event]:
        best = int(np.argmax(observation.scores))
        score = float(observation.scores[best])
        new = self._occurrence is None or best != self._occurrence.index
        candidate = best if new and score >= self._rules.threshold_enter else None
        held_ns = self._entering.held_ns(candidate, observation.scene_ns)
        if held_ns is None or held_ns < self._rules.confirm_s * NS_PER_S:
            return []
        at = observation.captured_at
        events = []
        if self._occurrence is not None:
            old_score = float(observation.scores[self._occurrence.index])
            replaced = {"reason": "replaced", "by": self._labels[best]}
            events.append(self._end(at, observation.scene_ns, old_score, replaced))
        self._occurrence = _Occurrence(best, self._new_id(), observation.scene_ns, score)
        self._since = at
        why = {
            "threshold_enter": self._rules.threshold_enter,
            "confirm_s": self._rules.confirm_s,
            "held_s": round(held_ns / NS_PER_S, 3),
        }
        return [*events, self._event(EventType.START, self._occurrence, score, at, why)]

    def _leave(self, observation: Observation) -> list[Event]:
        occurrence = self._occurrence
        if occurrence is None:
            return []
        score = float(observation.scores[occurrence.index])
        below = occurrence.index if score < self._rules.exit_score else None
        held_ns = self._leaving.held_ns(below, observation.scene_ns)
        if held_ns is None or held_ns < self._rules.confirm_s * NS_PER_S:
            return []
        why = {
            "reason": "below threshold",
            "threshold_exit": round(self._rules.exit_score, 4),
            "confirm_s": self._rules.confirm_s,
            "held_s": round(held_ns / NS_PER_S, 3),
        }
        return [self._end(observation.captured_at, observation.scene_ns, score, why)]

    def _update(self, observation: Observation) -> list[Event]:
        occurrence, step = self._occurrence, self._rules.update_step
        if occurrence is None or step == 0:
            return []
        score = float(observation.scores[occurrence.index])
        # Half a quantization step of an 8-bit output: 0.2 + 0.1 must reach 0.3 in floating point too.
        if score < occurrence.reported_score + step - 1 / 512:
            return []
        why = {"reason": "score rose", "from": round(occurrence.reported_score, 4)}
        occurrence.reported_score = score
        return [self._event(EventType.UPDATE, occurrence, score, observation.captured_at, why)]

    def _end(self, at: float, at_ns: int, score: float, why: dict[str, Any]) -> Event:
        occurrence = self._occurrence
        assert occurrence is not None
        self._occurrence = None
        self._since = at
        self._entering, self._leaving = _Timer(), _Timer()
        why = {**why, "duration_s": round(max(0, at_ns - occurrence.started_ns) / NS_PER_S, 3)}
        return self._event(EventType.END, occurrence, score, at, why)

    def _event(
        self, kind: EventType, occurrence: _Occurrence, score: float, at: float, why: dict[str, Any]
    ) -> Event:
        self._seq = self._next_seq()
        label = self._labels[occurrence.index]
        origin = None if self._seen is None else self._seen.origin
        return Event(occurrence.id, self._seq, self.view, kind, label, score, at, why, origin)

    def _state(self, observation: Observation) -> ViewState:
        scores, occurrence = observation.scores, self._occurrence
        top = top_k(scores, self._labels, self._rules.top)
        label = UNKNOWN if occurrence is None else self._labels[occurrence.index]
        # While unknown, the score says how close the best label is to entering.
        score = top[0].score if occurrence is None else float(scores[occurrence.index])
        return ViewState(
            view=self.view,
            label=label,
            score=score,
            since=self._since,
            ts=observation.captured_at,
            seq=self._seq,
            event_id=None if occurrence is None else occurrence.id,
            top=top,
            model=self._model,
            origin=observation.origin,
        )
