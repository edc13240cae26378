"""The decider of a view: what follows from its predictions, and from time without any.

A prediction becomes an observation; `Gaps` says whether that can be compared with those before, `Occurrences`
which label enters or leaves with it, `ShownState` what the view shows then.

Time without frames is no evidence: no confirmation time counts over a gap. What was in the view before a gap or a
restart goes on where it is seen again soon enough (see Pace), and has ended where it is not.
"""

import uuid
from collections.abc import Callable, Sequence

from edgeclassify.postprocess.gaps import Gap, Gaps
from edgeclassify.postprocess.groups import Grouping
from edgeclassify.postprocess.interface import Decider, Rules, Step
from edgeclassify.postprocess.observation import Observation, observe
from edgeclassify.postprocess.occurrences import Occurrences, Sight
from edgeclassify.postprocess.shown_state import ShownState
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.tempering import PLAIN, Tempering
from edgeclassify.types import (
    PLAIN_SURROUNDINGS,
    Event,
    EventType,
    Moment,
    OpenOccurrence,
    Prediction,
    Reason,
    Surroundings,
    ViewState,
    Why,
)


def new_event_id() -> str:
    """A unique id for an occurrence: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class ViewDecider(Decider):
    """Decides for one view with two thresholds and a confirmation time.

    `labels` are in the order of the predictions' scores; `model` is its name. `grouping`: the view's labels, where
    they are not the model's (groups, labels that are not allowed). `tempering`: that of the model.
    """

    def __init__(
        self,
        view: str,
        labels: Sequence[str],
        model: str,
        rules: Rules,
        *,
        grouping: Grouping | None = None,
        tempering: Tempering = PLAIN,
        new_id: Callable[[], str] = new_event_id,
    ) -> None:
        self._rules, self._grouping, self._tempering = rules, grouping, tempering
        if grouping is not None:
            labels = grouping.labels
        self._gaps = Gaps()
        self._occurrences = Occurrences(view, labels, new_id)
        self._shown = ShownState(view, labels, model)

    @property
    def rules(self) -> Rules:
        """What it goes by now."""
        return self._rules

    def adopt(self, rules: Rules) -> None:
        """Go by these from the next prediction on. They hold for any labels."""
        self._rules = rules

    @property
    def told(self) -> ViewState | None:
        """The state that was given out last."""
        return self._shown.told

    # --- what happens to it ----------------------------------------------------------------------------

    def see(self, prediction: Prediction, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """Take one prediction into account."""
        observation = observe(prediction, self._grouping, self._tempering)
        self._shown.begin(observation.captured_at)
        events = self._cross_gap(observation)
        self._gaps.note(observation)
        events += self._occurrences.judge(observation, self._gaps.now, self._rules)
        if events:  # whatever came, it is decided: nothing of before the gap is open any more
            self._gaps.close()
        seen = self._gaps.now is None
        self._shown.conclude(observation, self._occurrences.now, seen, self._rules)
        return self._step(events, observation.captured_at, observation)

    def still(self, now: Moment, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """A frame came in which nothing has moved."""
        return Step(None)

    def pass_time(self, now: Moment) -> Step:
        """No frame came until now."""
        was_known = self._shown.known
        if self._gaps.opens_by(now, self._rules.pace):
            self._break_off(now.at)
        gap = self._gaps.now
        events = [] if gap is None or gap.own else self._lapse(gap, now)
        return self._step(events, now.at) if events or was_known is not self._shown.known else Step(None)

    def gap(self, now: Moment, reason: Reason) -> Step:
        """From now on frames prove nothing of before."""
        if self._gaps.now is not None:
            return Step(None)
        was_known = self._shown.known
        self._occurrences.shift(self._gaps.open_at(now, reason))
        self._break_off(now.at)
        return self._step([], now.at) if was_known else Step(None)

    def end(self, now: Moment, reason: Reason) -> Step:
        """Watching ends, or pauses."""
        at, gap, last = now, self._gaps.now, self._gaps.last
        if gap is None and last is not None and last.own_time:
            # With the last frame of a file: no clock of ours goes by its time.
            at = Moment(last.scene_ns, last.captured_at)
        events = self._occurrences.end(Sight(at.ns, at.at, self._gaps.origin), gap, Why(reason))
        self._shown.begin(now.at)
        self._occurrences.break_off()
        self._shown.forget()
        self._gaps.close()
        self._gaps.forget_frames()
        return self._step(events, now.at, said=reason is Reason.PAUSED)

    # --- what is asked of it ---------------------------------------------------------------------------

    def look(self, prediction: Prediction) -> ViewState:
        """What a prediction shows, without taking it into account."""
        observation = observe(prediction, self._grouping, self._tempering)
        return self._shown.state(observation, self._occurrences.now, self._rules)

    def open(self, now: Moment) -> OpenOccurrence | None:
        """What is in the view, to be kept over a restart."""
        occurrence = self._occurrences.now
        if occurrence is None:
            return None
        last_ns, own = self._gaps.last_seen(now)
        # By the time line of a file nobody can say how long ago that was.
        quiet_s = 0.0 if own else max(0, now.ns - last_ns) / NS_PER_S
        return self._occurrences.kept(occurrence, last_ns, quiet_s)

    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        """This was in the view before the restart."""
        last_ns = now.ns - round(kept.quiet_s * NS_PER_S)
        if not self._occurrences.resume(kept, last_ns):
            return False
        self._gaps.open_after_restart(last_ns)
        return True

    # --- parts of it -----------------------------------------------------------------------------------

    def _cross_gap(self, observation: Observation) -> list[Event]:
        """Cross the gap before this frame, if there is one: what of before still counts, and the events of it."""
        if self._gaps.opens_before(observation, self._rules.pace):
            self._break_off(observation.captured_at)
        gap = self._gaps.now
        if gap is None:
            return []
        events: list[Event] = []
        if observation.own_time is gap.own:
            events = self._lapse(gap, Moment(observation.scene_ns, observation.captured_at))
        else:
            self._occurrences.shift(self._gaps.change_clock(gap, observation))
        occurrence = self._occurrences.now
        if occurrence is None:
            self._gaps.close()
            self._shown.nothing_since(observation.captured_at)
        elif observation.scores[occurrence.index] >= self._rules.exit_score:
            self._gaps.close()
        return events

    def _lapse(self, gap: Gap, now: Moment) -> list[Event]:
        """What has not been seen for too long ends."""
        gap_s = gap.lasted_s(now.ns)
        if gap_s <= self._rules.pace.patience_s:
            return []
        sight = Sight(now.ns, now.at, self._gaps.origin)
        return self._occurrences.end(sight, gap, Why(gap.reason, gap_s=round(gap_s, 3)))

    def _break_off(self, at: float) -> None:
        """Whatever is being confirmed begins anew, and nothing is known from then on."""
        self._occurrences.break_off()
        self._shown.forget()
        self._shown.nothing_since(at)

    def _step(
        self, events: list[Event], at: float, observation: Observation | None = None, *, said: bool = False
    ) -> Step:
        """`said`: the state is given out in any case; else only where there is something to take back."""
        for event in events:
            if event.event_type is EventType.END:
                self._shown.nothing_since(event.ts)
        state = None
        if observation is not None and self._shown.known:
            state = self._shown.state(observation, self._occurrences.now, self._rules)
        elif said or events or self.told is not None:
            state = self._shown.unknown(at)
        if state is not None:
            self._shown.told = state
        return Step(state, tuple(events))
