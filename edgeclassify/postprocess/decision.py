"""The state machine of a view: two thresholds, a confirmation time, and the label `unknown` below them.

A label enters when it is the best one, at `threshold_enter` or above, for `confirm_s` without a break. It
leaves when its score is below `threshold_exit` for `confirm_s`, or when another label enters. The two
thresholds keep a score that wavers around one value from producing an event per frame (hysteresis, as in a
Schmitt trigger).

Time without frames is no evidence: no confirmation time counts over a gap. What was in the view before a gap or a
restart goes on where it is seen again soon enough (see Pace), and has ended where it is not.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import numpy as np

from edgeclassify.config import ViewConfig
from edgeclassify.errors import ConfigError
from edgeclassify.postprocess.occurrence import Gap, Occurrence
from edgeclassify.postprocess.pace import Pace
from edgeclassify.postprocess.timer import NS_PER_S, Timer
from edgeclassify.types import (
    UNKNOWN,
    Event,
    EventType,
    Moment,
    Observation,
    OpenOccurrence,
    Reason,
    ViewState,
    top_k,
)


def new_event_id() -> str:
    """A unique id for an occurrence: 32 hexadecimal digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Step:
    """What came of it: the events, in order, and the state now; None: there is nothing to be said of it yet."""

    state: ViewState | None
    events: tuple[Event, ...] = ()


class ViewStateMachine:
    """Observations of one view, and time without any → its state and events. Used under its `lock`.

    `labels` are in the order of the observations' scores. Events have no number (`seq` 0) yet, and states none: an
    event gets it where it is kept. `pace` may be changed at any time.

    Of a view that has just begun, or begins again after a gap, nothing is known: a label must enter, go on, or
    `confirm_s` must pass without any.
    """

    def __init__(
        self,
        rules: ViewConfig,
        labels: Sequence[str],
        model: str,
        *,
        pace: Pace | None = None,
        new_id: Callable[[], str] = new_event_id,
    ) -> None:
        self.view = rules.name
        self.lock = Lock()
        """To be held by whoever uses it: the inference thread decides, others switch and end."""
        self.pace = Pace() if pace is None else pace
        self._rules = rules
        self._labels = labels
        self._model = model
        self._new_id = new_id
        self._occurrence: Occurrence | None = None
        self._entering, self._leaving, self._watching = Timer(), Timer(), Timer()
        self._seen: Observation | None = None
        self._apart_ns = (0, 0)  # between the last three frames
        self._gap: Gap | None = None
        self._known = False
        self._since = 0.0
        self.told: ViewState | None = None
        """The state that was given out last."""

    # --- what happens to it ----------------------------------------------------------------------------

    def see(self, observation: Observation) -> Step:
        """Take one observation into account."""
        self._since = self._since or observation.captured_at
        events = self._cross_gap(observation)
        self._note(observation)
        events += self._enter(observation) or self._leave(observation) or self._update(observation)
        if events:  # whatever came, it is decided: nothing of before the gap is open any more
            self._gap = None
        self._conclude(observation)
        return self._step(events, observation.captured_at, observation)

    def pass_time(self, now: Moment) -> Step:
        """No frame came until now. What has not been seen for too long ends; a view without frames is unknown."""
        seen, was_known = self._seen, self._known
        by_clock = seen is not None and not (self.pace.waits or seen.own_time)
        if self._gap is None and seen is not None and by_clock and now.ns - seen.scene_ns > self._longest_apart_ns:
            self._break_off(Gap(Reason.NO_FRAMES, seen.scene_ns, own=False), now.at)
        events = [] if self._gap is None or self._gap.own else self._lapse(now)
        return self._step(events, now.at) if events or was_known is not self._known else Step(None)

    def gap(self, now: Moment, reason: Reason = Reason.NO_FRAMES) -> Step:
        """From now on no frames come (the camera is lost): what comes after that proves nothing of before."""
        if self._gap is not None:
            return Step(None)
        seen, was_known, since_ns = self._seen, self._known, now.ns
        if seen is not None and not seen.own_time:
            since_ns = seen.scene_ns
        elif seen is not None and self._occurrence is not None:
            self._occurrence.started_ns += now.ns - seen.scene_ns
        self._break_off(Gap(reason, since_ns, own=False), now.at)
        self._seen, self._apart_ns = None, (0, 0)
        return self._step([], now.at) if was_known else Step(None)

    def rest(self, now: Moment, reason: Reason = Reason.PAUSED) -> Step:
        """Watching pauses: what is in the view ends, and until the next observation nothing is known of it."""
        events = self._end_all(now, reason)
        self._since = self._since or now.at
        self._forget()
        self._seen, self._apart_ns = None, (0, 0)
        return self._step(events, now.at, said=True)

    def end(self, now: Moment, reason: Reason) -> Step:
        """Watching ends (the daemon stops, the view was removed): what is in the view ends."""
        events = self._end_all(now, reason)
        self._forget()
        return self._step(events, now.at)

    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        """At the start: this was in the view before the restart. False where the model has no such label."""
        if kept.label not in self._labels:
            return False
        last_ns = now.ns - round(kept.quiet_s * NS_PER_S)
        self._occurrence = Occurrence.resumed(kept, list(self._labels).index(kept.label), last_ns)
        self._gap = Gap(Reason.GONE_AFTER_RESTART, last_ns, own=False)
        return True

    # --- what is asked of it ---------------------------------------------------------------------------

    def look(self, observation: Observation) -> ViewState:
        """What an observation shows, without taking it into account."""
        return self._state(observation)

    def open(self, now: Moment) -> OpenOccurrence | None:
        """What is in the view, to be kept over a restart; None: nothing."""
        if self._occurrence is None:
            return None
        last_ns, own = self._last_seen(now)
        # By the time line of a file nobody can say how long ago that was.
        quiet_s = 0.0 if own else max(0, now.ns - last_ns) / NS_PER_S
        return self._kept(self._occurrence, last_ns, quiet_s)

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

    # --- gaps ------------------------------------------------------------------------------------------

    @property
    def _longest_apart_ns(self) -> float:
        return self.pace.longest_apart_s(min(self._apart_ns) / NS_PER_S) * NS_PER_S

    def _cross_gap(self, observation: Observation) -> list[Event]:
        """A frame came: how long after the one before, and what of before still counts?"""
        seen = self._seen
        if self._gap is None and seen is not None:
            late = observation.scene_ns - seen.scene_ns > self._longest_apart_ns
            if late or observation.own_time is not seen.own_time:
                gap = Gap(Reason.NO_FRAMES, seen.scene_ns, seen.own_time)
                self._break_off(gap, observation.captured_at)
        if self._gap is None:
            return []
        events: list[Event] = []
        if observation.own_time is self._gap.own:
            events = self._lapse(Moment(observation.scene_ns, observation.captured_at))
        else:
            self._change_clock(self._gap, observation)
        occurrence = self._occurrence
        if occurrence is None:
            self._gap, self._since = None, observation.captured_at
        elif observation.scores[occurrence.index] >= self._rules.exit_score:
            self._gap = None
        return events

    def _change_clock(self, gap: Gap, observation: Observation) -> None:
        """Another time line begins: how long the label was there is kept, how long the gap was can't be told."""
        if self._occurrence is not None:
            self._occurrence.started_ns += observation.scene_ns - gap.since_ns
        self._gap = replace(gap, since_ns=observation.scene_ns, own=observation.own_time)
        self._seen, self._apart_ns = None, (0, 0)

    def _break_off(self, gap: Gap, at: float) -> None:
        self._forget()
        self._gap, self._since = gap, at

    def _forget(self) -> None:
        """Whatever is being confirmed begins anew, and nothing is known."""
        self._entering, self._leaving, self._watching = Timer(), Timer(), Timer()
        self._gap, self._known = None, False

    def _lapse(self, now: Moment) -> list[Event]:
        """What has not been seen for too long ends."""
        gap, occurrence = self._gap, self._occurrence
        if gap is None or occurrence is None:
            return []
        gap_s = (now.ns - gap.since_ns) / NS_PER_S
        if gap_s <= self.pace.patience_s:
            return []
        why = {"reason": gap.reason, "gap_s": round(gap_s, 3)}
        return [self._end(now.at, now.ns, occurrence.reported_score, why)]

    def _note(self, observation: Observation) -> None:
        if self._seen is not None:
            self._apart_ns = (self._apart_ns[1], max(0, observation.scene_ns - self._seen.scene_ns))
        self._seen = observation

    def _last_seen(self, now: Moment) -> tuple[int, bool]:
        """When the newest frame came, and whether that is on the time line of a file."""
        if self._gap is not None:
            return self._gap.since_ns, self._gap.own
        if self._seen is not None:
            return self._seen.scene_ns, self._seen.own_time
        return now.ns, False

    # --- decisions -------------------------------------------------------------------------------------

    def _enter(self, observation: Observation) -> list[Event]:
        best = int(np.argmax(observation.scores))
        score = float(observation.scores[best])
        new = self._occurrence is None or best != self._occurrence.index
        candidate = best if new and score >= self._rules.threshold_enter else None
        held_ns = self._entering.held_ns(candidate, observation.scene_ns)
        if held_ns is None or held_ns < self._confirm_ns:
            return []
        at = observation.captured_at
        events = []
        if self._occurrence is not None:
            old_score = float(observation.scores[self._occurrence.index])
            reason = self._reason_of_end(Reason.REPLACED)
            replaced = {"reason": reason, "by": self._labels[best]}
            events.append(self._end(at, observation.scene_ns, old_score, replaced))
        self._occurrence = occurrence = Occurrence(best, self._new_id(), at, observation.scene_ns, score)
        why: dict[str, Any] = {
            "threshold_enter": self._rules.threshold_enter,
            "confirm_s": self._rules.confirmation_s,
            "held_s": round(held_ns / NS_PER_S, 3),
        }
        return [*events, self._event(EventType.START, occurrence, score, observation, why)]

    def _leave(self, observation: Observation) -> list[Event]:
        occurrence = self._occurrence
        if occurrence is None:
            return []
        score = float(observation.scores[occurrence.index])
        below = occurrence.index if score < self._rules.exit_score else None
        held_ns = self._leaving.held_ns(below, observation.scene_ns)
        if held_ns is None or held_ns < self._confirm_ns:
            return []
        why = {
            "reason": self._reason_of_end(Reason.BELOW_THRESHOLD),
            "threshold_exit": round(self._rules.exit_score, 4),
            "confirm_s": self._rules.confirmation_s,
            "held_s": round(held_ns / NS_PER_S, 3),
        }
        return [self._end(observation.captured_at, observation.scene_ns, score, why)]

    def _reason_of_end(self, usual: Reason) -> Reason:
        """After a restart nobody knows when it left: only that it was not there any more."""
        gap = self._gap
        return gap.reason if gap is not None and gap.reason is Reason.GONE_AFTER_RESTART else usual

    def _update(self, observation: Observation) -> list[Event]:
        occurrence, step = self._occurrence, self._rules.update_step
        if occurrence is None or self._gap is not None or step == 0:
            return []
        score = float(observation.scores[occurrence.index])
        # Half a quantization step of an 8-bit output: 0.2 + 0.1 must reach 0.3 in floating point too.
        if score < occurrence.reported_score + step - 1 / 512:
            return []
        why = {"reason": Reason.SCORE_ROSE, "from": round(occurrence.reported_score, 4)}
        occurrence.reported_score = score
        return [self._event(EventType.UPDATE, occurrence, score, observation, why)]

    def _conclude(self, observation: Observation) -> None:
        """Is it known by now what is there, if only that nothing is?"""
        watched_ns = self._watching.held_ns(0, observation.scene_ns)
        shown = self._occurrence is not None and self._gap is None
        if shown or (self._occurrence is None and watched_ns is not None and watched_ns >= self._confirm_ns):
            self._known = True

    @property
    def _confirm_ns(self) -> float:
        return self._rules.confirmation_s * NS_PER_S

    # --- events and states -----------------------------------------------------------------------------

    def _end_all(self, now: Moment, reason: Reason) -> list[Event]:
        """End what is in the view now; in files with their last picture: no clock of ours goes by their time."""
        occurrence, seen = self._occurrence, self._seen
        if occurrence is None:
            return []
        if self._gap is None and seen is not None and seen.own_time:
            now = Moment(seen.scene_ns, seen.captured_at)
        return [self._end(now.at, now.ns, occurrence.reported_score, {"reason": reason})]

    def _end(self, at: float, at_ns: int, score: float, why: dict[str, Any]) -> Event:
        occurrence, gap = self._occurrence, self._gap
        assert occurrence is not None
        self._occurrence, self._since = None, at
        self._entering, self._leaving = Timer(), Timer()
        last_ns = at_ns if gap is None else gap.since_ns  # nobody knows whether it was there in the gap
        why = {**why, "duration_s": round(occurrence.lasted_s(last_ns), 3)}
        return self._made(EventType.END, occurrence, score, at, why)

    def _event(
        self, kind: EventType, occurrence: Occurrence, score: float, seen: Observation, why: dict[str, Any]
    ) -> Event:
        made = self._made(kind, occurrence, score, seen.captured_at, why)
        return replace(made, open=self._kept(occurrence, seen.scene_ns))

    def _made(
        self, kind: EventType, occurrence: Occurrence, score: float, at: float, why: dict[str, Any]
    ) -> Event:
        origin = None if self._seen is None else self._seen.origin
        return Event(occurrence.id, 0, self.view, kind, self._labels[occurrence.index], score, at, why, origin)

    def _kept(self, occurrence: Occurrence, last_ns: int, quiet_s: float = 0.0) -> OpenOccurrence:
        return occurrence.kept(self.view, self._labels[occurrence.index], last_ns, quiet_s)

    def _step(
        self, events: list[Event], at: float, observation: Observation | None = None, *, said: bool = False
    ) -> Step:
        """`said`: the state is given out in any case; else only where there is something to take back."""
        state = None
        if observation is not None and self._known:
            state = self._state(observation)
        elif said or events or self.told is not None:
            state = self._unknown(at)
        self.told = self.told if state is None else state
        return Step(state, tuple(events))

    def _unknown(self, at: float) -> ViewState:
        return ViewState(self.view, UNKNOWN, 0.0, self._since, at, 0, None, (), self._model, known=False)

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
            since=self._since if occurrence is None else occurrence.started_at,
            ts=observation.captured_at,
            seq=0,
            event_id=None if occurrence is None else occurrence.id,
            top=top,
            model=self._model,
            origin=observation.origin,
            known=self._known,
        )
