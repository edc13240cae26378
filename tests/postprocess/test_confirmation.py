"""Two thresholds and a confirmation time, at their exact bounds. Scores are those that a float32 has exactly."""

import pytest

from edgeclassify.postprocess.confirmation import Claim, Confirmation, nearest
from edgeclassify.postprocess.scores.observation import observe
from edgeclassify.types import EventType, Reason
from tests.postprocess.benches import Bench, kinds, make_rules, seen

JUST_BELOW = 1 / 1024


@pytest.mark.parametrize(("score", "enters"), [(0.5, True), (0.5 - JUST_BELOW, False)])
def test_a_label_enters_at_the_threshold(score: float, enters: bool) -> None:
    step = Bench(confirm_s=0.0, threshold_enter=0.5).see(0.0, 0.1, score, 0.1)
    assert kinds(step) == [(EventType.START, "open")] * enters


@pytest.mark.parametrize(("score", "leaves"), [(0.25, False), (0.25 - JUST_BELOW, True)])
def test_a_label_leaves_below_the_other_threshold(score: float, leaves: bool) -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.5, threshold_exit=0.25)
    bench.see(0.0, 0.1, 0.75, 0.1)
    assert kinds(bench.see(1.0, 0.1, score, 0.1)) == [(EventType.END, "open")] * leaves


@pytest.mark.parametrize(("at_s", "enters"), [(2.5, True), (2.499_999_999, False)])
def test_a_label_enters_when_the_confirmation_time_is_over(at_s: float, enters: bool) -> None:
    bench = Bench(confirm_s=1.5)
    bench.see(1.0, 0.1, 0.9, 0.1)
    assert kinds(bench.see(at_s, 0.1, 0.9, 0.1)) == [(EventType.START, "open")] * enters


@pytest.mark.parametrize(("at_s", "leaves"), [(12.5, True), (12.499_999_999, False)])
def test_a_label_leaves_when_the_confirmation_time_is_over(at_s: float, leaves: bool) -> None:
    bench = Bench(confirm_s=1.5)
    for second in (8.0, 10.0):
        bench.see(second, 0.1, 0.9, 0.1)
    bench.see(11.0, 0.1, 0.1, 0.1)
    assert kinds(bench.see(at_s, 0.1, 0.1, 0.1)) == [(EventType.END, "open")] * leaves


def test_another_best_label_starts_the_confirmation_over() -> None:
    bench = Bench(confirm_s=1.0)
    bench.see(0.0, 0.1, 0.9, 0.1)
    bench.see(0.5, 0.9, 0.1, 0.1)
    assert kinds(bench.see(1.0, 0.9, 0.1, 0.1)) == []
    assert kinds(bench.see(1.5, 0.9, 0.1, 0.1)) == [(EventType.START, "closed")]


def test_a_score_that_recovers_starts_leaving_over() -> None:
    bench = Bench(confirm_s=1.0)
    for at_s, score in ((0.0, 0.9), (1.0, 0.9), (2.0, 0.1), (2.5, 0.9), (3.0, 0.1)):
        bench.see(at_s, 0.1, score, 0.1)
    assert kinds(bench.see(3.9, 0.1, 0.1, 0.1)) == []
    assert kinds(bench.see(4.0, 0.1, 0.1, 0.1)) == [(EventType.END, "open")]


def test_how_long_it_was_held_is_told_in_thousandths() -> None:
    bench = Bench(confirm_s=1.0)
    bench.see(0.0, 0.1, 0.9, 0.1)
    (start,) = bench.see(1.23456, 0.1, 0.9, 0.1).events
    bench.see(2.0, 0.1, 0.1, 0.1)
    (end,) = bench.see(4.34567, 0.1, 0.1, 0.1).events
    assert (start.why.held_s, end.why.held_s, end.why.reason) == (1.235, 2.346, Reason.BELOW_THRESHOLD)


def test_the_label_that_is_there_does_not_enter_again() -> None:
    bench = Bench(confirm_s=0.0, update_step=0)
    bench.see(0.0, 0.1, 0.9, 0.1)
    assert kinds(bench.see(1.0, 0.1, 0.9, 0.1)) == []


def test_of_two_that_are_equal_the_first_one_enters() -> None:
    assert kinds(Bench(confirm_s=0.0).see(0.0, 0.1, 0.75, 0.75)) == [(EventType.START, "open")]


def test_when_a_label_has_left_the_next_one_is_confirmed_as_before() -> None:
    bench = Bench(confirm_s=1.0)
    for at_s in (0.0, 1.0):
        bench.see(at_s, 0.1, 0.9, 0.1)
    bench.see(2.0, 0.1, 0.1, 0.1)
    bench.see(2.5, 0.9, 0.1, 0.1)
    assert kinds(bench.see(3.0, 0.9, 0.1, 0.1)) == [(EventType.END, "open")]
    assert kinds(bench.see(3.4, 0.9, 0.1, 0.1)) == []
    assert kinds(bench.see(3.5, 0.9, 0.1, 0.1)) == [(EventType.START, "closed")]


def test_a_label_that_comes_again_leaves_after_the_whole_time() -> None:
    bench = Bench(confirm_s=0.0, expire_s=2.0)
    for at_s, score in ((0.0, 0.9), (1.0, 0.1), (3.0, 0.1), (3.5, 0.9), (4.0, 0.1)):
        bench.see(at_s, 0.1, score, 0.1)
    assert kinds(bench.see(5.9, 0.1, 0.1, 0.1)) == []
    assert kinds(bench.see(6.0, 0.1, 0.1, 0.1)) == [(EventType.END, "open")]


def test_what_is_nearest_has_neither_been_asked_for_nor_held_back() -> None:
    observation = observe(seen(0.0, 0.1, 0.5, 0.1))
    start = Claim(EventType.START, 1, 0.5, 0.6, 0.0, held_s=0.0, asked_s=0.0, blocked_by=None)
    assert nearest(observation, None, make_rules(confirm_s=0.0)) == start
    assert start.blocked_s == 0.0
    end = Claim(EventType.END, 1, 0.5, 0.4, 2.0, held_s=0.0, asked_s=0.0, blocked_by=None)
    assert nearest(observation, 1, make_rules(threshold_exit=0.4, expire_s=2.0)) == end
    assert end.blocked_s == 0.0


def test_in_its_first_frame_a_change_has_been_held_for_no_time_at_all() -> None:
    claim = Confirmation().entering(observe(seen(5.0, 0.1, 0.9, 0.1)), None, make_rules())
    assert claim is not None
    assert (claim.held_s, claim.asked_s, claim.is_confirmed) == (0.0, 0.0, False)
