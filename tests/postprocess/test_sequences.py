"""Whatever happens to a view, what holds of its events and states."""

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.postprocess.interface import FilterKind, FilterRules, OwnRules, Rules, Step
from edgeclassify.types import UNKNOWN, Block, Event, EventType, Reason
from tests.postprocess.benches import LABELS, START, Bench, in_a_file, make_rules, seen
from tests.postprocess.sequences import HAPPENINGS, LONGEST_S, PACE, Happening, Player, any_rules, played

BY_SCORES = (Reason.BELOW_THRESHOLD, Reason.REPLACED)
"""Reasons of an end that a frame shows."""
CLOSE = 1e-6
"""Seconds: times since the epoch have no more digits."""


@dataclass
class Checked:
    """Follows a view, and holds what comes of it against what was said of it."""

    rules: Rules
    open_id: str | None = None
    label: str = UNKNOWN
    started_s: float = 0.0
    whole: bool = True
    """True while no gap has come since the label started."""
    broken_off_s: float = 0.0
    """What is confirmed was seen since then at most."""
    last_s: float | None = None
    seen_s: float | None = None
    ended: dict[str, float] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    told_s: dict[str, float] = field(default_factory=dict)
    """Of each occurrence the longest time that it has been told to have lasted."""

    def check(self, now_s: float, happening: Happening, step: Step) -> None:
        self._follow(now_s, happening)
        for event in step.events:
            self._check_event(now_s, happening, event)
        if step.state is not None:
            state = step.state
            assert state.known == (state.candidate is not None)
            assert state.event_id == (self.open_id if state.known else None)
            assert state.label == (self.label if state.known else UNKNOWN)
            assert (state.duration_s is None) == (state.event_id is None)
            assert state.duration_s is None or abs(state.duration_s - (now_s - self.started_s)) <= 1e-3
            assert 0 <= state.score <= 1
            assert state.ts == pytest.approx(START + now_s)
            if happening.kind in ("see", "still"):
                assert state.problems == happening.surroundings.problems

    def _follow(self, now_s: float, happening: Happening) -> None:
        """What no confirmation may span."""
        is_frame = happening.kind in ("see", "still")
        silent_s = 0.0 if self.last_s is None else now_s - self.last_s
        unseen_s = 0.0 if self.seen_s is None else now_s - self.seen_s
        around = happening.surroundings
        if happening.kind in ("lose", "rest", "restart"):
            self.whole, self.broken_off_s, self.last_s, self.seen_s = False, now_s, None, None
            if happening.kind == "restart":
                self.ended.clear()
            return
        if silent_s > 3 * LONGEST_S:
            self.whole = False
        if is_frame:
            suspended = bool(around.problems) and self.rules.holds_on_problem
            if around.light_changed or suspended or max(silent_s, unseen_s) > 3 * LONGEST_S:
                self.broken_off_s = now_s
            if silent_s > LONGEST_S:  # it may be a gap, if no usual one
                self.whole = False
            self.last_s = now_s
            if happening.kind == "see":
                self.seen_s = now_s

    def _check_event(self, now_s: float, happening: Happening, event: Event) -> None:
        why = event.why
        assert event.ts == pytest.approx(START + now_s)
        assert (why.blocked_by is None) == (why.blocked_s is None)
        assert why.blocked_s is None or why.blocked_s >= 0
        assert (event.open is None) == (event.event_type is EventType.END)
        assert 0 <= event.score <= 1
        by_scores = why.reason in BY_SCORES if event.event_type is EventType.END else why.lasting_s is None
        if by_scores:
            assert happening.kind == "see"
            assert not (self.rules.holds_on_problem and happening.surroundings.problems)
            assert event.problems == happening.surroundings.problems
            assert why.best[0].score == max(row.score for row in why.best)
        if event.event_type is EventType.START:
            self._check_start(now_s, event)
        else:
            assert event.id == self.open_id
            assert event.label == self.label
        if event.event_type is EventType.END:
            self._check_end(now_s, event)
        if event.event_type is EventType.LASTING:
            self._check_lasting(now_s, event)

    def _check_lasting(self, now_s: float, event: Event) -> None:
        marks_s, why = self.rules.of(LABELS.index(event.label)).lasting, event.why
        assert why.lasting_s is not None
        assert why.lasting_s == next(mark for mark in marks_s if mark > self.told_s.get(event.id, 0.0))
        assert why.duration_s is not None
        assert why.lasting_s <= why.duration_s + 1e-3
        assert abs(why.duration_s - (now_s - self.started_s)) <= 1e-3
        assert event.open is not None
        assert event.open.lasting_told_s == why.lasting_s
        self.told_s[event.id] = why.lasting_s

    def _check_start(self, now_s: float, event: Event) -> None:
        why, own = event.why, self.rules.of(LABELS.index(event.label))
        assert self.open_id is None
        assert event.id not in self.ids
        assert why.threshold_enter == own.threshold_enter
        assert why.score is not None
        assert why.score >= own.threshold_enter - 1e-7  # as a float32 has it
        assert why.held_s is not None
        assert own.confirm_s <= why.held_s <= now_s - self.broken_off_s + 1e-3
        assert now_s - self.ended.get(event.label, -1e9) >= own.cooldown_s - CLOSE
        minute = int((event.ts % 86_400) // 60)
        assert not any(hours.covers(minute) for hours in self.rules.quiet_hours)
        self.open_id, self.label, self.started_s, self.whole = event.id, event.label, now_s, True
        self.ids.append(event.id)

    def _check_end(self, now_s: float, event: Event) -> None:
        why, own = event.why, self.rules.of(LABELS.index(event.label))
        assert why.duration_s is not None
        assert 0 <= why.duration_s <= now_s - self.started_s + 1e-3
        if why.reason in BY_SCORES and self.whole:
            assert why.duration_s >= own.hold_s - 1e-3
        if why.reason is Reason.BELOW_THRESHOLD:
            assert why.score is not None
            assert why.score < own.exit_score
            assert why.held_s is not None
            assert own.expire_s <= why.held_s <= now_s - self.broken_off_s + 1e-3
        if why.blocked_by is Block.HOLD:
            assert own.hold_s > 0 or own.rare or self.rules.rare
        self.open_id, self.label = None, UNKNOWN
        self.ended[event.label] = now_s


@settings(deadline=None)
@given(any_rules(), HAPPENINGS)
def test_whatever_happens_what_was_said_of_events_and_states_holds(
    rules: Rules, happenings: list[Happening]
) -> None:
    checked = Checked(rules)
    for now_s, happening, step in played(rules, happenings):
        checked.check(now_s, happening, step)


@settings(deadline=None)
@given(any_rules(), HAPPENINGS)
def test_every_start_has_one_end(rules: Rules, happenings: list[Happening]) -> None:
    events = [
        event for _, _, step in played(rules, [*happenings, Happening(0.5, "rest")]) for event in step.events
    ]
    starts = [event.id for event in events if event.event_type is EventType.START]
    assert starts == [event.id for event in events if event.event_type is EventType.END]


@settings(deadline=None)
@given(any_rules(), HAPPENINGS)
def test_the_same_gives_the_same(rules: Rules, happenings: list[Happening]) -> None:
    one, other = ([step for _, _, step in played(rules, happenings)] for _ in range(2))
    assert one == other


@settings(deadline=None)
@given(any_rules(), HAPPENINGS)
def test_a_frame_that_was_not_looked_at_and_time_alone_start_nothing(
    rules: Rules, happenings: list[Happening]
) -> None:
    for _, happening, step in played(rules, happenings):
        if happening.kind != "see":
            assert {event.event_type for event in step.events} <= {EventType.END, EventType.LASTING}
        if happening.kind == "still":
            assert {event.event_type for event in step.events} <= {EventType.LASTING}


@settings(deadline=None)
@given(any_rules(), HAPPENINGS)
def test_one_look_changes_nothing(rules: Rules, happenings: list[Happening]) -> None:
    looked, plain = Player(rules), Player(rules)
    for happening in happenings:
        looked.bench.decider.look(in_a_file(0.0, 0.5, 0.5, 0.5))
        assert looked.play(happening) == plain.play(happening)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.sampled_from([(0.9, 0.1, 0.1), (0.1, 0.9, 0.1), (0.1, 0.1, 0.1)])),
        max_size=40,
    ),
    any_rules(),
)
def test_pictures_in_any_order_lose_no_end(frames: list[tuple[float, tuple[float, ...]]], rules: Rules) -> None:
    bench, open_id = Bench(), None
    bench.decider.adopt(rules)
    for at_s, scores in frames:
        for event in bench.decider.see(in_a_file(at_s, *scores)).events:
            assert (open_id is None) == (event.event_type is EventType.START)
            assert event.event_type is EventType.START or event.id == open_id
            open_id = None if event.event_type is EventType.END else event.id


# --- the frame rate ------------------------------------------------------------------------------------------

Scene = tuple[float, tuple[float, float, float]]
OF = {"closed": (0.9, 0.05, 0.05), "open": (0.05, 0.9, 0.05), "cat": (0.05, 0.05, 0.9), UNKNOWN: (0.1, 0.1, 0.1)}
LABEL = st.sampled_from(list(OF))
LONG_S, SHORT_S = st.floats(12, 25), st.floats(0.1, 0.9)


@st.composite
def scenes(draw: st.DrawFn) -> list[Scene]:
    """What is there for long, with something short in between that one frame shows at most, of one a second."""
    found: list[Scene] = []
    for _ in range(draw(st.integers(1, 6))):
        found += [(draw(LONG_S), OF[draw(LABEL)]), (draw(SHORT_S), OF[draw(LABEL)])]
    return found


def seen_at(fps: float, found: list[Scene], rules: Rules) -> list[tuple[EventType, str, float]]:
    """The events of what is there, at that frame rate."""
    bench, begin_s, frame = Bench(), 0.0, 0
    bench.decider.adopt(rules)
    events = []
    for lasts_s, scores in found:
        while frame / fps < begin_s + lasts_s:
            step = bench.see(frame / fps, *scores)
            events += [(event.event_type, event.label, frame / fps) for event in step.events]
            frame += 1
        begin_s += lasts_s
    return events


@pytest.mark.parametrize(
    ("rules", "tolerance_s"),
    [
        (make_rules(confirm_s=3.0, expire_s=4.0, update_step=0, pace=PACE), 1.0),
        (make_rules(confirm_s=2.0, hold_s=5.0, cooldown_s=6.0, update_step=0, pace=PACE), 1.0),
        (make_rules(confirm_s=2.0, update_step=0, pace=PACE, filter=FilterRules(FilterKind.EXPONENTIAL)), 2.0),
    ],
    ids=["plain", "hold and cooldown", "exponential"],
)
@settings(deadline=None, max_examples=40)
@given(scenes())
def test_the_same_scenes_give_the_same_events_at_any_frame_rate(
    rules: Rules, tolerance_s: float, found: list[Scene]
) -> None:
    fast = seen_at(10, found, rules)
    for fps in (1, 2, 5):
        slow = seen_at(fps, found, rules)
        assert [event[:2] for event in slow] == [event[:2] for event in fast]
        for (_, _, one_s), (_, _, other_s) in zip(slow, fast, strict=True):
            assert abs(one_s - other_s) <= tolerance_s


NAMES = tuple(f"label {index}" for index in range(20))
BELIEVING = make_rules(
    threshold_enter=0.97, confirm_s=0.0, expire_s=3.0, update_step=0, unknown_below=0.25, pace=PACE,
    filter=FilterRules(FilterKind.BAYES),
)  # fmt: skip
"""As a camera has them by default."""
CLEARLY = st.floats(0.7, 0.95)
Lasting = tuple[float, int | None, float]


def starts_at(fps: float, found: list[Lasting]) -> list[tuple[str, float]]:
    """The labels that start, and when, at that frame rate."""
    ids = map(str, itertools.count())
    decider = ViewDecider("gate", NAMES, "m", BELIEVING, new_id=lambda: next(ids))
    begin_s, frame, starts = 0.0, 0, []
    for lasts_s, index, score in found:
        scores = np.full(len(NAMES), (1 - score) / (len(NAMES) - 1), np.float32)
        if index is None:
            scores[:] = 1 / len(NAMES)
        else:
            scores[index] = score
        while frame / fps < begin_s + lasts_s:
            at_s = frame / fps
            prediction = replace(seen(at_s, *scores), labels=NAMES)
            for event in decider.see(prediction).events:
                if event.event_type is EventType.START:
                    starts.append((event.label, at_s))
            frame += 1
        begin_s += lasts_s
    return starts


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(20, 40), st.sampled_from([None, 0, 1, 2, 3]), CLEARLY), min_size=1, max_size=6)
)
def test_by_belief_what_lasts_starts_in_the_same_order_at_any_frame_rate(found: list[Lasting]) -> None:
    """One frame a second is worth less than two (a frame speaks for 0.6 s at most), so it takes longer.

    What lasts: long enough for what was usual before to be given up where nothing is clear.
    """
    fast = starts_at(10, found)
    for fps, tolerance_s in ((1, 3.0), (2, 1.0), (5, 0.5)):
        slow = starts_at(fps, found)
        assert [label for label, _ in slow] == [label for label, _ in fast]
        for (_, one_s), (_, other_s) in zip(slow, fast, strict=True):
            assert abs(one_s - other_s) <= tolerance_s


def test_by_belief_what_is_clear_starts_once_and_within_seconds() -> None:
    found: list[Lasting] = [(20.0, 3, 0.8), (30.0, None, 0.8), (20.0, 1, 0.8), (20.0, 3, 0.8)]
    for fps in (1, 2, 5, 10):
        starts = starts_at(fps, found)
        assert [label for label, _ in starts] == ["label 3", "label 1", "label 3"]
        for (_, at_s), begin_s in zip(starts, (0.0, 50.0, 70.0), strict=True):
            assert 0 <= at_s - begin_s <= 4.0


# --- thresholds ----------------------------------------------------------------------------------------------

ONE_LABEL = HAPPENINGS.map(
    lambda found: [replace(one, scores=(0.0, *one.scores[1:2], 0.0)) if one.scores else one for one in found]
)
"""One label has scores, the others none."""


def shown_labels(rules: Rules, happenings: list[Happening]) -> list[bool]:
    """Whether a label is in the view after each."""
    player, found, open_now = Player(rules), [], False
    for happening in happenings:
        for event in player.play(happening).events:
            open_now = event.event_type is not EventType.END
        found.append(open_now)
    return found


@settings(deadline=None)
@given(any_rules([FilterRules()]), ONE_LABEL, st.sampled_from([0.35, 0.6, 0.9]), st.sampled_from([0.1, 0.3]))
def test_one_label_is_there_no_longer_with_a_higher_threshold(
    rules: Rules, happenings: list[Happening], higher: float, leave: float
) -> None:
    """As long as its stay depends on none before (no minimum time, no cooldown), and it ends by the same score."""
    plain = replace(rules, hold_s=0.0, cooldown_s=0.0, own={}, threshold_enter=0.35, threshold_exit=leave)
    low = shown_labels(plain, happenings)
    high = shown_labels(replace(plain, threshold_enter=higher), happenings)
    assert all(is_low or not is_high for is_low, is_high in zip(low, high, strict=True))
    assert _starts(high) <= _starts(low)


@settings(deadline=None)
@given(any_rules([FilterRules()]), ONE_LABEL, st.sampled_from([0.1, 0.3, 0.6]))
def test_one_label_stays_no_shorter_with_a_lower_exit(
    rules: Rules, happenings: list[Happening], leave: float
) -> None:
    plain = replace(rules, hold_s=0.0, cooldown_s=0.0, own={}, threshold_enter=0.6, threshold_exit=0.6)
    short = shown_labels(plain, happenings)
    long = shown_labels(replace(plain, threshold_exit=leave), happenings)
    assert all(is_long or not is_short for is_short, is_long in zip(short, long, strict=True))


@settings(deadline=None)
@given(any_rules([FilterRules()]), HAPPENINGS, st.sampled_from([0.3, 0.6, 0.9]))
def test_nothing_starts_earlier_with_a_higher_threshold(
    rules: Rules, happenings: list[Happening], higher: float
) -> None:
    """Of several labels the first start: what comes after it depends on what is there."""
    plain = replace(rules, own={}, threshold_enter=0.3, threshold_exit=0.2)
    low = [*shown_labels(plain, happenings), True].index(True)
    high = [*shown_labels(replace(plain, threshold_enter=higher), happenings), True].index(True)
    assert low <= high


@settings(deadline=None)
@given(any_rules(), HAPPENINGS, st.sampled_from([0.0, 1.0, 3.0]))
def test_nothing_starts_earlier_with_a_longer_confirmation(
    rules: Rules, happenings: list[Happening], longer: float
) -> None:
    plain = replace(rules, own={}, confirm_s=0.0, expire_s=1.0)
    short = [*shown_labels(plain, happenings), True].index(True)
    long = [*shown_labels(replace(plain, confirm_s=longer), happenings), True].index(True)
    assert short <= long


def _starts(found: list[bool]) -> int:
    return sum(after and not before for before, after in itertools.pairwise([False, *found]))


def test_own_rules_are_what_they_are_checked_by() -> None:
    assert make_rules(own={2: OwnRules(threshold_enter=0.25)}).of(2).threshold_enter == 0.25
