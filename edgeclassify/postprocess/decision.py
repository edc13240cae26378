"""The decider of a view: what follows from its predictions, and from time without any.

A prediction becomes an observation; `Gaps` says whether that can be compared with those before, the filter over
time what its scores are beside those, `Occurrences` which label enters or leaves with it, `ShownState` what the
view shows then.

Time without frames is no evidence: no confirmation time counts over a gap. What was in the view before a gap or a
restart goes on where it is seen again soon enough (see Pace), and has ended where it is not.
"""

import time
import uuid
from collections.abc import Callable, Sequence

from edgeclassify.postprocess.blocks import LocalTime
from edgeclassify.postprocess.gaps import Gap, Gaps
from edgeclassify.postprocess.interface import Decider, Rules, Step
from edgeclassify.postprocess.occurrences import Occurrences
from edgeclassify.postprocess.scores.filter_over_time import FilterOverTime, filter_of
from edgeclassify.postprocess.scores.groups import Grouping
from edgeclassify.postprocess.scores.observation import Observation, observe
from edgeclassify.postprocess.scores.rare import with_single_frames
from edgeclassify.postprocess.shown_state import ShownState
from edgeclassify.postprocess.sight import Sights
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.tempering import PLAIN, Tempering
from edgeclassify.types import (
    PLAIN_SURROUNDINGS,
    Block,
    Event,
    EventType,
    Moment,
    OpenOccurrence,
    Prediction,
    Reason,
    Surroundings,
    ViewState,
)

FRAME_AWAITED_S = 2.0
"""So long after a frame the next one is waited for, before it is told without one that a label is still there."""


def new_event_id() -> str:
    """A unique id for an occurrence: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class ViewDecider(Decider):
    """Decides for one view with two thresholds and a confirmation time.

    `labels` are in the order of the predictions' scores; `model` is its name. `grouping`: the view's labels, where
    they are not the model's (groups, labels that are not allowed). `tempering`: that of the model.
    `local_time`: for quiet hours.
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
        local_time: LocalTime = time.localtime,
    ) -> None:
        self._rules, self._grouping, self._tempering = rules, grouping, tempering
        if grouping is not None:
            labels = grouping.labels
        self._filter = filter_of(rules.filter, len(labels), several=tempering.several)
        self._gaps, self._sights = Gaps(), Sights()
        self._occurrences = Occurrences(view, labels, new_id, local_time)
        self._shown = ShownState(view, labels, model)

    @property
    def rules(self) -> Rules:
        """What it goes by now."""
        return self._rules

    def adopt(self, rules: Rules) -> None:
        """Go by these from the next prediction on. They hold for any labels."""
        if rules.filter != self._rules.filter:
            self._filter = self._new_filter(rules)
        self._rules = rules

    def renew(self) -> None:
        """What the head before took for usual here may never have been there."""
        self._filter = self._new_filter(self._rules)
        self._occurrences.begin_anew()
        self._shown.begin_anew()

    def _new_filter(self, rules: Rules) -> FilterOverTime:
        return filter_of(rules.filter, self._filter.labels, several=self._tempering.several)

    @property
    def told(self) -> ViewState | None:
        """The state that was given out last."""
        return self._shown.told

    # --- what happens to it ----------------------------------------------------------------------------

    def see(self, prediction: Prediction, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """Take one prediction into account."""
        observation = observe(prediction, self._grouping, self._tempering)
        self._shown.begin(observation.captured_at)
        self._notice_gap(observation)
        self._note(surroundings, observation.scene_ns)
        events = self._cross_gap(observation)
        if self._is_suspended:
            now = Moment(observation.scene_ns, observation.captured_at)
            self._gaps.note_unseen(now)
            return self._repeat([*events, *self._lasting(now)], now)
        self._occurrences.note_frame(observation, self._rules)
        observation = with_single_frames(self._filter.take(observation), observation, self._rules.rare)
        self._close_gap(observation)
        self._gaps.note(observation)
        sight = self._sights.of(observation)
        events += self._noted(self._occurrences.judge(observation, sight, self._gaps.now, self._rules))
        if events:  # whatever came, it is decided: nothing of before the gap is open any more
            self._gaps.close()
        occurrence = self._occurrences.now
        self._shown.conclude(observation, occurrence, self._gaps.now is None, self._rules)
        state = None
        if self._shown.known:
            candidate = self._occurrences.candidate
            state = self._shown.state(observation, occurrence, self._rules, sight.problems, candidate)
        return self._step(events, observation.captured_at, state)

    def still(self, now: Moment, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """A frame came in which nothing has moved."""
        self._shown.begin(now.at)
        if self._gaps.opens_by(now, self._rules.pace):
            self._break_off(now.at)
        self._note(surroundings, now.ns)
        self._gaps.note_unseen(now)
        return self._repeat(self._lasting(now), now)

    def pass_time(self, now: Moment) -> Step:
        """No frame came until now."""
        was_known = self._shown.known
        if self._gaps.opens_by(now, self._rules.pace):
            self._break_off(now.at)
        gap = self._gaps.now
        if gap is None:
            return self._last_on(now)
        events = [] if gap.own else self._lapse(gap, now)
        return self._step(events, now.at) if events or was_known is not self._shown.known else Step(None)

    def gap(self, now: Moment, reason: Reason) -> Step:
        """From now on frames prove nothing of before."""
        if self._gaps.now is not None:
            return Step(None)
        was_known = self._shown.known
        gap, shift_ns = self._gaps.open_at(now, reason)
        self._shift(shift_ns)
        self._break_off(now.at)
        events = self._lapse(gap, now)
        return self._step(events, now.at) if events or was_known else Step(None)

    def end(self, now: Moment, reason: Reason) -> Step:
        """Watching ends, or pauses."""
        at, gap, last = now, self._gaps.now, self._gaps.last
        if gap is None and last is not None and last.own_time:
            # With the last frame of a file: no clock of ours goes by its time.
            at = Moment(last.scene_ns, last.captured_at)
        events = self._end(at, gap, reason)
        self._shown.begin(now.at)
        self._filter.forget()
        self._occurrences.begin_anew()
        self._shown.forget()
        self._sights.forget()
        self._gaps.close()
        self._gaps.forget_frames()
        return self._step(events, now.at, said=reason is Reason.PAUSED)

    # --- what is asked of it ---------------------------------------------------------------------------

    def look(self, prediction: Prediction) -> ViewState:
        """What a prediction shows, without taking it into account."""
        frame = observe(prediction, self._grouping, self._tempering)
        observation = with_single_frames(self._filter.look(frame), frame, self._rules.rare)
        problems = self._sights.surroundings.problems
        return self._shown.state(observation, self._occurrences.now, self._rules, problems)

    def open(self, now: Moment) -> OpenOccurrence | None:
        """What is in the view, to be kept over a restart."""
        last_ns, own = self._gaps.last_seen(now)
        # By the time line of a file nobody can say how long ago that was.
        quiet_s = 0.0 if own else max(0, now.ns - last_ns) / NS_PER_S
        return self._occurrences.kept(last_ns, quiet_s)

    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        """This was in the view before the restart."""
        last_ns = now.ns - round(kept.quiet_s * NS_PER_S)
        if not self._occurrences.resume(kept, last_ns) or self._occurrences.now is None:
            return False
        self._filter.expect(self._occurrences.now.index, kept.age_s)
        self._gaps.open_after_restart(last_ns)
        return True

    # --- what a frame comes with -----------------------------------------------------------------------

    def _notice_gap(self, observation: Observation) -> None:
        """Where frames were missing before this one, or none was looked at for long, confirmation begins anew."""
        if self._gaps.opens_before(observation, self._rules.pace):
            self._break_off(observation.captured_at)
        elif self._gaps.lies_unseen(observation, self._rules.pace):
            self._begin_anew(Block.GAP)

    def _note(self, surroundings: Surroundings, now_ns: int) -> None:
        """Nothing starts or ends because the light has changed, nor by frames that can't be trusted."""
        self._sights.note(surroundings, now_ns)
        if surroundings.light_changed:
            self._begin_anew(Block.LIGHT)
        if self._is_suspended:
            self._begin_anew(Block.PROBLEM)
            self._gaps.forget_seen()

    @property
    def _is_suspended(self) -> bool:
        """True while frames can't be trusted, and nothing may start or end by them."""
        return self._rules.holds_on_problem and bool(self._sights.surroundings.problems)

    def _cross_gap(self, observation: Observation) -> list[Event]:
        """The events of the gap before this frame, if there is one: what was there may have ended in it."""
        gap = self._gaps.now
        if gap is None:
            return []
        now = Moment(observation.scene_ns, observation.captured_at)
        if observation.own_time is gap.own:
            return self._lapse(gap, now)
        if not self._rules.resumes:  # after a gap whose length can't be told
            return self._end(now, gap, gap.reason)
        self._shift(self._gaps.change_clock(gap, observation))
        return []

    def _close_gap(self, observation: Observation) -> None:
        """The gap before this frame is over where what was there is seen again, or nothing was there."""
        occurrence = self._occurrences.now
        if self._gaps.now is None:
            return
        if occurrence is None:
            self._gaps.close()
            self._shown.nothing_since(observation.captured_at)
        elif observation.scores[occurrence.index] >= self._rules.of(occurrence.index).exit_score:
            self._gaps.close()

    # --- what does not count any more ------------------------------------------------------------------

    def _lapse(self, gap: Gap, now: Moment) -> list[Event]:
        """What was there ends where it does not go on behind gaps, or has not been seen for too long."""
        gap_s = gap.lasted_s(now.ns)
        if self._rules.resumes and gap_s <= self._rules.pace.patience_s:
            return []
        return self._end(now, gap, gap.reason, gap_s=round(gap_s, 3))

    def _end(self, now: Moment, gap: Gap | None, reason: Reason, gap_s: float | None = None) -> list[Event]:
        """What is there ends, and no frame shows it."""
        sight = self._sights.without_frame(now, self._gaps.origin)
        return self._noted(self._occurrences.end(sight, gap, reason, gap_s=gap_s))

    def _break_off(self, at: float) -> None:
        """A gap: what is being confirmed begins anew, and nothing is known from then on."""
        self._begin_anew(Block.GAP)
        self._shown.forget()
        self._shown.nothing_since(at)
        self._sights.forget()

    def _begin_anew(self, by: Block) -> None:
        """What is being confirmed, or found out, must last for the whole time from now on."""
        self._filter.forget()
        self._occurrences.break_off(by)
        self._shown.begin_anew()

    def _shift(self, by_ns: int) -> None:
        """Another time line begins."""
        if by_ns:
            self._occurrences.shift(by_ns)
            self._sights.shift(by_ns)

    # --- what stays ------------------------------------------------------------------------------------

    def _last_on(self, now: Moment) -> Step:
        """Time has passed, and what is in the view is still there, as far as is known."""
        last = self._gaps.last
        # No clock of ours goes by the time of a file; and with a frame comes a picture.
        if last is None or last.own_time or now.ns - last.scene_ns < FRAME_AWAITED_S * NS_PER_S:
            return Step(None)
        events = self._lasting(now)
        return self._repeat(events, now) if events else Step(None)

    def _lasting(self, now: Moment) -> list[Event]:
        """What no frame shows, and holds since nothing else was seen: the label has been there for so long."""
        if self._gaps.now is not None:
            return []
        return self._occurrences.lasting(self._sights.unlooked(now, self._gaps.origin), self._rules)

    # --- what is given out -----------------------------------------------------------------------------

    def _repeat(self, events: list[Event], now: Moment) -> Step:
        """No frame was looked at: what was known stays known."""
        problems = self._sights.surroundings.problems
        state = self._shown.again(now, problems, self._occurrences.candidate, self._occurrences.now)
        return self._step(events, now.at, state, said=bool(problems))

    def _noted(self, events: list[Event]) -> list[Event]:
        """The same; of an end is noted that nothing is there since."""
        for event in events:
            if event.event_type is EventType.END:
                self._shown.nothing_since(event.ts)
        return events

    def _step(self, events: list[Event], at: float, state: ViewState | None = None, *, said: bool = False) -> Step:
        """`state`: None: nothing is known, which is `said`, or told where there is something to take back."""
        if state is None and (said or events or self.told is not None):
            state = self._shown.unknown(at, self._sights.surroundings.problems)
        if state is not None:
            self._shown.told = state
        return Step(state, tuple(events))
