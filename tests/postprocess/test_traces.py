"""What an event tells of its decision, and what a state tells of the change that is nearest."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.postprocess.interface import OwnRules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.sight import Sight, Sights
from edgeclassify.types import (
    PLAIN_SURROUNDINGS,
    Block,
    Candidate,
    EventType,
    LabelScore,
    Problem,
    Reason,
    Shift,
    Surroundings,
    Why,
)
from tests.postprocess.benches import Bench, in_a_file, moment, seen, shown

NOTHING, OPEN, CLOSED = (0.125, 0.25, 0.0), (0.125, 0.75, 0.0), (0.75, 0.125, 0.0)
SHIFT = Shift(0.02, -0.01)
QUICK = Pace(interval_s=0.5, slack_s=2.0, resume_s=60.0)


def candidate(bench: Bench, at_s: float, *scores: float, **surroundings: Any) -> Candidate:
    """The change that is nearest after a frame."""
    found = shown(bench.see(at_s, *scores, **surroundings)).candidate
    assert found is not None
    return found


# --- events --------------------------------------------------------------------------------------------------


def test_each_event_lists_the_best_labels_by_then() -> None:
    bench = Bench(confirm_s=0.0)
    steps = [bench.see(0.0, *OPEN), bench.see(1.0, 0.0, 0.9, 0.1), bench.see(2.0, *NOTHING)]
    assert [[(row.label, row.index) for row in step.events[0].why.best] for step in steps] == [
        [("open", 1), ("closed", 0), ("cat", 2)],
        [("open", 1), ("cat", 2), ("closed", 0)],
        [("open", 1), ("closed", 0), ("cat", 2)],
    ]
    assert [step.events[0].why.score for step in steps] == pytest.approx([0.75, 0.9, 0.25])


def test_three_labels_are_listed() -> None:
    scores = np.linspace(0.1, 0.5, 5, dtype=np.float32)
    why = Sight(0, 0.0, None, Observation(scores, 0, 0.0)).explain(Why(), 1, "abcde")
    assert [row.label for row in why.best] == ["e", "d", "c"]


def test_the_score_that_counts_and_the_models_own_are_told_apart() -> None:
    raw = np.array([0.5, 0.25], np.float32)
    observation = Observation(np.array([0.75, 0.125], np.float32), 0, 0.0, raw=raw)
    why = Sight(0, 0.0, None, observation).explain(Why(held_s=1.0), 1, ("a", "b"))
    best = (LabelScore(0, "a", 0.75), LabelScore(1, "b", 0.125))
    assert why == Why(held_s=1.0, score=0.125, raw_score=0.25, best=best)


def test_an_event_that_no_frame_shows_has_no_scores() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(0.0, *OPEN)
    (end,) = bench.pause(1.0).events
    assert end.why == Why(Reason.PAUSED, duration_s=1.0)
    assert end.score == 0.75


def test_what_the_scene_did_is_told() -> None:
    bench = Bench(confirm_s=0.0)
    (start,) = bench.see(0.0, *OPEN, shifted=SHIFT, problems=(Problem.MOVED,)).events
    assert (start.why.shifted, start.problems) == (SHIFT, (Problem.MOVED,))
    (update,) = bench.see(1.0, 0.0, 0.9, 0.0, light_changed=True).events
    assert (update.why.shifted, update.why.light_changed_s, update.problems) == (None, 0.0, ())


def test_an_end_that_no_frame_shows_tells_of_the_light() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(0.0, *OPEN, light_changed=True)
    (end,) = bench.pause(1.0).events
    assert end.why.light_changed_s == 1.0


def test_what_was_replaced_tells_what_held_that_back() -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0)
    bench.see(0.0, *OPEN)
    bench.see(4.0, *CLOSED)
    end, start = bench.see(10.0, *CLOSED).events
    assert (end.why.by, end.why.blocked_by, end.why.blocked_s) == ("closed", Block.HOLD, 6.0)
    assert (start.why.blocked_by, start.why.blocked_s) == (Block.HOLD, 6.0)


def test_a_label_that_leaves_after_another_was_held_back_tells_its_own_time() -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0)
    bench.see(0.0, *OPEN)
    bench.see(4.0, *CLOSED)
    bench.see(6.0, *NOTHING)
    (end,) = bench.see(10.0, *NOTHING).events
    assert (end.why.reason, end.why.blocked_by, end.why.blocked_s) == (Reason.BELOW_THRESHOLD, Block.HOLD, 6.0)


def test_for_how_long_is_told_in_thousandths() -> None:
    bench = Bench(confirm_s=0.0, cooldown_s=2.0)
    bench.see(0.0, *OPEN)
    bench.see(1.0, *NOTHING)
    bench.see(2.0, *OPEN)
    (start,) = bench.see(3.23456, *OPEN).events
    assert start.why.blocked_s == 1.235


def test_another_time_line_is_nothing_that_held_it_back() -> None:
    """For nobody knows how long it is from one to the other."""
    bench = Bench(confirm_s=1.0)
    bench.see(0.0, *OPEN)
    bench.decider.see(in_a_file(5e6, *OPEN))
    (start,) = bench.decider.see(in_a_file(5e6 + 1, *OPEN)).events
    assert (start.why.held_s, start.why.blocked_by) == (1.0, None)


def test_what_held_another_change_back_is_not_told() -> None:
    bench = Bench(confirm_s=1.0)
    bench.see(0.0, *OPEN)
    bench.lose(0.5)
    bench.see(1.0, *CLOSED)
    (start,) = bench.see(2.0, *CLOSED).events
    assert (start.why.blocked_by, start.why.blocked_s) == (None, None)


def test_a_break_in_between_is_nothing_that_held_it_back() -> None:
    bench = Bench(confirm_s=1.0)
    for at_s, scores in ((0.0, OPEN), (1.5, NOTHING), (2.0, OPEN)):
        if at_s == 1.5:
            bench.lose(1.0)
        bench.see(at_s, *scores)
    (start,) = bench.see(3.0, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by) == (1.0, None)


def test_the_last_of_several_is_told_and_the_time_of_all() -> None:
    bench = Bench(QUICK, confirm_s=2.0, cooldown_s=20.0)
    for at_s in (0.0, 2.0):
        bench.see(at_s, *OPEN)
    for at_s in (3.0, 5.0):
        bench.see(at_s, *NOTHING)
    bench.see(6.0, *OPEN)
    bench.see(7.0, *OPEN, light_changed=True)
    for at_s in range(8, 25):
        assert bench.see(float(at_s), *OPEN).events == ()
    (start,) = bench.see(25.0, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by, start.why.blocked_s) == (18.0, Block.COOLDOWN, 17.0)


# --- sights --------------------------------------------------------------------------------------------------


def test_a_sight_is_of_the_newest_frame() -> None:
    sights = Sights()
    around = Surroundings(light_changed=True, problems=(Problem.DARK,), shifted=SHIFT)
    sights.note(around, 2_000_000_000)
    observation = Observation(np.zeros(3, np.float32), 5_000_000_000, 7.0, "a.jpg")
    assert sights.of(observation) == Sight(5_000_000_000, 7.0, "a.jpg", observation, around, 3.0)
    sights.forget()
    expected = Sight(9_000_000_000, moment(9.0).at, "b.jpg", None, PLAIN_SURROUNDINGS, 7.0)
    assert sights.without_frame(moment(9.0), "b.jpg") == expected


# --- the nearest change --------------------------------------------------------------------------------------


def test_of_an_empty_view_the_best_label_is_nearest() -> None:
    bench = Bench(confirm_s=1.0, own={2: OwnRules(threshold_enter=0.75, confirm_s=3.0)})
    bench.see(0.0, *NOTHING)
    assert candidate(bench, 1.0, *NOTHING) == Candidate(EventType.START, "open", 0.25, 0.6, 0.0, 1.0)
    assert candidate(bench, 1.5, 0.0, 0.0, 0.5) == Candidate(EventType.START, "cat", 0.5, 0.75, 0.0, 3.0)


def test_a_label_that_is_being_confirmed_says_for_how_long() -> None:
    bench = Bench(confirm_s=2.0)
    bench.see(0.0, *NOTHING)
    bench.see(1.0, *OPEN)
    assert candidate(bench, 2.23456, *OPEN) == Candidate(EventType.START, "open", 0.75, 0.6, 1.235, 2.0)


def test_a_label_that_is_confirmed_says_what_holds_it_back() -> None:
    bench = Bench(confirm_s=0.0, cooldown_s=10.0)
    bench.see(0.0, *OPEN)
    bench.see(1.0, *NOTHING)
    assert candidate(bench, 5.0, *OPEN) == Candidate(
        EventType.START, "open", 0.75, 0.6, 0.0, 0.0, blocked_by=Block.COOLDOWN
    )


def test_of_a_label_that_is_there_its_own_end_is_nearest() -> None:
    bench = Bench(confirm_s=1.0, expire_s=5.0, threshold_exit=0.5, update_step=0)
    for at_s in (0.0, 1.0):
        step = bench.see(at_s, *OPEN)
    expected = Candidate(EventType.END, "open", 0.75, 0.5, 0.0, 5.0)
    assert shown(step).candidate == expected
    assert candidate(bench, 2.0, *OPEN) == expected
    assert candidate(bench, 3.0, *NOTHING) == replace(expected, score=0.25)
    assert candidate(bench, 6.0, *NOTHING) == replace(expected, score=0.25, held_s=3.0)


def test_a_better_label_is_nearer_though_it_lacks_its_score() -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.6, threshold_exit=0.25, update_step=0)
    bench.see(0.0, *OPEN)
    assert candidate(bench, 1.0, 0.5, 0.375, 0.0) == Candidate(EventType.START, "closed", 0.5, 0.6, 0.0, 0.0)


def test_a_label_that_would_take_the_place_comes_before_the_end_of_the_one_that_is_there() -> None:
    bench = Bench(confirm_s=2.0, update_step=0)
    for at_s in (0.0, 2.0):
        bench.see(at_s, *OPEN)
    bench.see(3.0, *CLOSED)
    assert candidate(bench, 4.0, *CLOSED) == Candidate(EventType.START, "closed", 0.75, 0.6, 1.0, 2.0)


@pytest.mark.parametrize(("scores", "change"), [(CLOSED, EventType.START), (NOTHING, EventType.END)])
def test_what_is_held_back_by_the_minimum_time_says_so(scores: tuple[float, ...], change: EventType) -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0, update_step=0)
    bench.see(0.0, *OPEN)
    found = candidate(bench, 1.0, *scores)
    assert (found.change, found.blocked_by) == (change, Block.HOLD)


def test_when_a_label_has_left_the_best_one_is_nearest() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(0.0, *OPEN)
    assert candidate(bench, 1.0, *NOTHING) == Candidate(EventType.START, "open", 0.25, 0.6, 0.0, 0.0)


def test_what_was_broken_off_says_by_what() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    bench.see(0.0, *NOTHING)
    for at_s in (2.0, 3.0):
        bench.see(at_s, *OPEN)
    found = shown(bench.still(4.0, light_changed=True)).candidate
    expected = Candidate(EventType.START, "open", 0.75, 0.6, 0.0, 2.0, blocked_by=Block.LIGHT)
    assert found == expected
    assert candidate(bench, 5.0, *OPEN) == expected
    assert candidate(bench, 6.0, *OPEN) == replace(expected, held_s=1.0)


def test_where_nothing_is_known_no_change_is_near() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(0.0, *OPEN)
    assert shown(bench.lose(1.0)).candidate is None


def test_one_look_shows_no_change() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(0.0, *OPEN)
    assert bench.decider.look(seen(1.0, *NOTHING)).candidate is None
