"""What would have been by other rules: which stays are gone, which are new, and the scores behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import Happening
from edgeclassify.recording.recent.deciding_again import Decided, decide_again, without
from edgeclassify.recording.recent.outcome import MOST_EVENTS, Stay
from edgeclassify.recording.recent.recent_inputs import RecentInputs
from edgeclassify.recording.recent.score_lines import LINES, POINTS
from edgeclassify.types import Reason
from tests.recording.inputs import RULES, START, happenings, make_begins, make_rules, put_into, seen
from tests.recording.recent.test_recent_inputs import FACTS, heard

RULES_NOW = make_rules()


@dataclass(frozen=True)
class Compared:
    now: Decided
    then: Decided

    @property
    def gone(self) -> Sequence[Stay]:
        return without(self.now.outcome.stays, self.then.outcome.stays)

    @property
    def new(self) -> Sequence[Stay]:
        return without(self.then.outcome.stays, self.now.outcome.stays)


def compared(
    happened: Sequence[Happening],
    tried: Rules,
    now: Rules = RULES_NOW,
    live: Rules = RULES_NOW,
    since: float = 0.0,
) -> Compared:
    """`live`: by which it was decided when it happened; `now`: those that hold by now."""
    inputs = RecentInputs(decider_of, piece=16)
    decider = heard(inputs, live)
    for one in happened:
        put_into(decider, one)
        inputs.pack()
    stretch = inputs.since("gate", since)
    assert stretch is not None
    return Compared(*(decide_again(stretch, since, (FACTS, rules), decider_of) for rules in (now, tried)))


def scene(begin: float, seconds: float, *scores: float) -> list[Happening]:
    return [seen(begin + i * 0.5, *scores) for i in range(int(seconds * 2))]


OPENS_TWICE = [
    *scene(0, 5, 0.9, 0.0, 0.0),
    *scene(5, 5, 0.0, 0.9, 0.0),
    *scene(10, 5, 0.9, 0.0, 0.0),
    *scene(15, 5, 0.2, 0.5, 0.0),
    *scene(20, 5, 0.9, 0.0, 0.0),
]


AS_IT_IS = [("closed", 1.0), ("open", 6.0), ("closed", 11.0), ("closed", 21.0)]
"""By the rules of now: what begins at 15 s is neither of them."""


def labels(stays: Sequence[Stay]) -> list[tuple[str, float]]:
    return [(stay.label, stay.since - START) for stay in stays]


def test_a_lower_threshold_has_a_stay_more() -> None:
    found = compared(OPENS_TWICE, replace(RULES_NOW, threshold_enter=0.4))
    assert labels(found.now.outcome.stays) == AS_IT_IS
    assert labels(found.then.outcome.stays) == [
        ("closed", 1.0), ("open", 6.0), ("closed", 11.0), ("open", 16.0), ("closed", 21.0),
    ]  # fmt: skip
    assert (found.gone, labels(found.new)) == ([], [("open", 16.0)])
    assert (found.now.outcome.starts, found.then.outcome.starts) == (4, 5)
    assert (found.now.since, found.now.until, found.now.frames) == (START, START + 24.5, 50)
    assert (found.now.outcome.stays[-1].until, found.now.outcome.stays[2].until) == (None, START + 16.0)
    assert found.now.outcome.stays[0].until == found.now.outcome.stays[1].since


def test_a_longer_confirmation_has_a_stay_less() -> None:
    found = compared(OPENS_TWICE[:30], replace(RULES_NOW, confirm_s=6.0))
    assert labels(found.gone) == [("closed", 1.0), ("open", 6.0), ("closed", 11.0)]
    assert (found.then.outcome.starts, found.new) == (0, [])
    told = [(str(one.event_type), one.label, one.why.reason) for one in found.now.outcome.events]
    assert told[:3] == [
        ("start", "closed", None), ("end", "closed", Reason.REPLACED), ("start", "open", None),
    ]  # fmt: skip


def test_the_scores_are_those_that_thresholds_are_compared_with() -> None:
    found = compared(OPENS_TWICE, RULES_NOW)
    lines = found.then.lines.lines()
    assert lines.labels == ["closed", "open", "cat"]
    assert len(lines.t) == len(lines.scores[0]) == 48  # nothing is known in the first second
    assert lines.scores[1][8:18] == pytest.approx([0.9] * 10)
    assert lines.scores[1][28:38] == pytest.approx([0.5] * 10)
    assert max(lines.scores[2]) == 0


def test_many_frames_are_few_points_and_no_peak_is_lost() -> None:
    frames = [seen(i * 0.1, 0.1, 0.95 if i == 4321 else 0.2, 0.0) for i in range(6000)]
    lines = compared(frames, RULES_NOW).then.lines.lines()
    assert len(lines.t) <= POINTS + 1
    assert len(lines.labels) <= LINES
    assert max(lines.scores[lines.labels.index("open")]) == pytest.approx(0.95)


@settings(deadline=None, max_examples=25)
@given(happenings(40), RULES)
def test_by_the_rules_that_held_it_is_as_it_was(what: list[Happening], rules: Rules) -> None:
    what = [*what, *scene(5000, 2, 0.9, 0.0, 0.0)]
    inputs = RecentInputs(decider_of, piece=7)
    decider = heard(inputs, rules)
    live = []
    for one in what:
        live += put_into(decider, one)
        inputs.pack()
    stretch = inputs.since("gate", 0.0)
    assert stretch is not None
    found = decide_again(stretch, 0.0, (FACTS, rules), decider_of)
    if all(one == rules for piece in stretch.pieces for one in piece.rules):
        told = [(str(one.event_type), one.label, one.id, one.ts) for one in found.outcome.events]
        assert told == live
        assert found.outcome.starts == sum(one[0] == "start" for one in live)


def test_rules_that_have_changed_meanwhile_hold_for_all_of_it() -> None:
    found = compared(OPENS_TWICE, RULES_NOW, live=replace(RULES_NOW, threshold_enter=0.4))
    assert labels(found.now.outcome.stays) == AS_IT_IS
    assert (found.gone, found.new) == ([], [])


def test_what_was_there_before_is_there_from_the_begin() -> None:
    found = compared(OPENS_TWICE, RULES_NOW, since=START + 8.0)
    first = found.now.outcome.stays[0]
    assert (first.label, first.since, found.now.since) == ("open", START + 8.0, START + 8.0)
    assert found.now.outcome.starts == 2  # closed, at 11 s and at 21 s
    assert all(one.ts >= START + 8.0 for one in found.now.outcome.events)
    assert found.now.frames == 34


def test_events_are_bounded_and_starts_are_all_counted() -> None:
    flapping = [one for i in range(400) for one in (seen(i * 2, 0.9, 0, 0), seen(i * 2 + 1, 0, 0.9, 0))]
    quick = replace(RULES_NOW, confirm_s=0.0)
    found = compared(flapping, quick, now=quick, live=quick)
    assert len(found.now.outcome.events) == MOST_EVENTS
    assert found.now.outcome.starts == 800


def test_it_breathes() -> None:
    inputs = RecentInputs(decider_of)
    decider = heard(inputs)
    for one in OPENS_TWICE:
        put_into(decider, one)
    stretch, breaths = inputs.since("gate", 0.0), []
    assert stretch is not None
    made = make_begins().facts, RULES_NOW
    decide_again(stretch, 0.0, made, decider_of, lambda: breaths.append(1))
    assert len(breaths) == len(OPENS_TWICE)


TIMES = st.integers(0, 30).map(float)
STAYS = st.lists(st.builds(Stay, st.sampled_from(["open", "closed"]), TIMES, st.none() | TIMES), max_size=12)
"""In any order: the clock may have been set back."""


@given(STAYS, STAYS)
def test_what_overlaps_none_is_found_whatever_the_order(stays: list[Stay], others: list[Stay]) -> None:
    def meet(one: Stay, other: Stay) -> bool:
        return one.label == other.label and one.since <= other.end and other.since <= one.end

    assert without(stays, others) == [one for one in stays if not any(meet(one, other) for other in others)]


def test_a_clock_that_was_set_back_makes_no_more_points() -> None:
    """What is kept of each is an array of all scores."""
    monotonic = [seen(i * 0.5, 0.2, 0.1, 0.0) for i in range(14)]
    ahead = [replace(one, at=one.at + 3600) for one in monotonic[4:12]]
    within_a_piece = compared([*monotonic[:4], *ahead, *monotonic[12:]], RULES_NOW).then
    assert within_a_piece.until == START + 6.5
    assert max(within_a_piece.lines.lines().t) < START + 7.0
    many = [seen(i * 0.5, 0.2, 0.1, 0.0) for i in range(100)]
    found = compared([*(replace(one, at=one.at + 3600) for one in many[:90]), *many[90:]], RULES_NOW).then
    assert found.until >= START + 3600 + 30
