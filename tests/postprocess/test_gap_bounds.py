"""When time without frames is a gap: the bounds, and which clock counts."""

from dataclasses import replace

import pytest

from edgeclassify.postprocess.confirmation import Confirmation
from edgeclassify.postprocess.gaps import Gap, Gaps
from edgeclassify.postprocess.interface import Step
from edgeclassify.postprocess.pace import Pace
from edgeclassify.postprocess.scores.observation import Observation, observe
from edgeclassify.types import EventType, Reason
from tests.postprocess.benches import START, Bench, in_a_file, kinds, make_rules, moment, seen, shown

PACE = Pace(interval_s=1.0, slack_s=2.0)
"""Frames up to 5 s apart belong together, while they come every second."""


def at(seconds: float) -> Observation:
    return observe(seen(seconds, 0.1, 0.1, 0.1))


def film(seconds: float) -> Observation:
    return observe(in_a_file(seconds, 0.1, 0.1, 0.1))


def after(*frames: Observation) -> Gaps:
    gaps = Gaps()
    for frame in frames:
        gaps.note(frame)
    return gaps


@pytest.mark.parametrize(("seconds", "late"), [(15.0, False), (15.001, True)])
def test_what_is_later_than_it_may_be_is_a_gap_by_a_frame_and_by_the_clock(seconds: float, late: bool) -> None:
    by_frame, by_clock = after(at(10.0)), after(at(10.0))
    assert by_frame.opens_before(at(seconds), PACE) is late
    assert by_clock.opens_by(moment(seconds), PACE) is late
    expected = Gap(Reason.NO_FRAMES, 10_000_000_000, own=False) if late else None
    assert (by_frame.now, by_clock.now) == (expected, expected)


def test_a_slow_camera_has_a_pace_of_its_own_as_far_as_two_pauses_show_it() -> None:
    """One pause that was long shows nothing; nor does a time line that ran back."""
    assert after(at(0.0), at(4.0), at(8.0)).opens_before(at(21.9), PACE) is False
    assert after(at(0.0), at(4.0), at(5.0)).opens_before(at(10.1), PACE) is True
    back = after(film(9.0), film(1.0), film(5.0))
    assert back.opens_before(film(10.0), PACE) is False
    assert back.opens_before(film(10.1), PACE) is True


def test_the_clock_says_nothing_of_files_or_of_what_comes_when_it_comes() -> None:
    assert after(film(10.0)).opens_by(moment(1000.0), PACE) is False
    assert after(at(10.0)).opens_by(moment(1000.0), replace(PACE, waits=True)) is False
    assert Gaps().opens_by(moment(1000.0), PACE) is False


def test_another_time_line_is_a_gap_however_soon() -> None:
    gaps = after(at(10.0))
    assert gaps.opens_before(film(10.5), PACE)
    assert gaps.now == Gap(Reason.NO_FRAMES, 10_000_000_000, own=False)
    assert gaps.change_clock(gaps.now, film(70.0)) == 60_000_000_000
    assert gaps.now == Gap(Reason.NO_FRAMES, 70_000_000_000, own=True)
    assert (gaps.last, gaps.origin) == (None, None)


def test_a_lost_camera_counts_from_its_last_frame_and_a_film_from_now() -> None:
    lost = after(at(10.0))
    assert lost.open_at(moment(14.0), Reason.NO_FRAMES) == (lost.now, 0)
    assert lost.now == Gap(Reason.NO_FRAMES, 10_000_000_000, own=False)
    assert lost.last is None
    ended = after(film(500.0))
    assert ended.open_at(moment(14.0), Reason.NO_FRAMES) == (ended.now, -486_000_000_000)
    assert ended.now == Gap(Reason.NO_FRAMES, 14_000_000_000, own=False)


def test_when_something_was_seen_last() -> None:
    gaps = Gaps()
    assert gaps.last_seen(moment(3.0)) == (3_000_000_000, False)
    gaps.note(film(7.0))
    assert gaps.last_seen(moment(3.0)) == (7_000_000_000, True)
    gaps.open_after_restart(1)
    assert gaps.last_seen(moment(3.0)) == (1, False)


@pytest.mark.parametrize(("score", "enters"), [(0.75, True), (0.7499, False)])
def test_the_score_that_a_label_needs_to_enter(score: float, enters: bool) -> None:
    rules = make_rules(threshold_enter=0.75, confirm_s=0.0)
    assert (Confirmation().entering(observe(seen(0.0, 0, score, 0)), None, rules) is not None) is enters


@pytest.mark.parametrize(("score", "leaves"), [(0.5, False), (0.4999, True)])
def test_the_score_below_which_it_leaves(score: float, leaves: bool) -> None:
    rules = make_rules(threshold_enter=0.75, threshold_exit=0.5, confirm_s=0.0)
    assert (Confirmation().leaving(observe(seen(0.0, 0, score, 0)), 1, rules) is not None) is leaves


def test_a_label_whose_confirmation_began_beside_another_need_not_wait_for_its_end() -> None:
    bench = Bench(confirm_s=1.0, update_step=0)
    for at_s in (0.0, 1.0):
        bench.see(at_s, 0, 0.9, 0)
    bench.see(1.5, 0, 0.1, 0)
    assert kinds(bench.see(2.4, 0, 0.1, 0.9)) == []
    assert kinds(bench.see(2.5, 0, 0.1, 0.9)) == [(EventType.END, "open")]
    assert kinds(bench.see(3.3, 0, 0.1, 0.9)) == []
    assert kinds(bench.see(3.4, 0, 0.1, 0.9)) == [(EventType.START, "cat")]


# --- since when nothing is there, or nobody knows what -----------------------------------------------------------


def test_nothing_is_there_since_the_label_left() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, 0, 0.9, 0)
    assert shown(bench.see(5.0, 0, 0, 0)).since == START + 5.0
    assert shown(bench.see(9.0, 0, 0, 0)).since == START + 5.0


def test_nothing_is_known_since_the_camera_was_lost_and_nothing_is_there_since_it_is_back() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, 0, 0, 0)
    assert shown(bench.lose(4.0)).since == START + 4.0
    assert shown(bench.see(8.0, 0, 0, 0)).since == START + 8.0


def test_a_view_that_was_never_watched_is_unknown_since_it_rests() -> None:
    assert shown(Bench().pause(6.0)).since == START + 6.0


def test_a_pause_ends_the_gap_before_it_and_is_none_itself() -> None:
    """What comes after it is not compared with what came before."""
    bench = Bench(PACE, confirm_s=5.0)
    bench.see(0.0, 0, 0, 0)
    bench.lose(2.0)
    bench.pause(3.0)
    bench.see(100.0, 0, 0.9, 0)
    assert kinds(bench.see(104.9, 0, 0.9, 0)) == []
    assert kinds(bench.see(105.0, 0, 0.9, 0)) == [(EventType.START, "open")]
    assert bench.wait(110.0).events == ()
    bench.pause(111.0)
    assert bench.wait(1000.0).state is None


# --- frames that were not looked at ------------------------------------------------------------------------


def test_a_camera_in_which_nothing_moves_has_a_pace_too() -> None:
    """Its frames are 10 s apart, as far as the last two pauses show it."""
    gaps = after(at(0.0))
    for seconds in (10.0, 20.0, 30.0):
        gaps.note_unseen(moment(seconds))
    assert gaps.opens_before(at(62.0), PACE) is False
    assert gaps.opens_before(at(62.1), PACE) is True


def test_how_far_apart_frames_were_looked_at_does_not_depend_on_what_time_it_is() -> None:
    gaps = after(*map(at, (1000.0, 1001.0, 1002.0)))
    assert gaps.lies_unseen(at(1007.0), PACE) is False
    assert gaps.lies_unseen(at(1007.1), PACE) is True


def test_after_a_loss_it_does_not_count_when_a_frame_was_looked_at() -> None:
    gaps = after(at(0.0), at(1.0))
    gaps.open_at(moment(2.0), Reason.NO_FRAMES)
    assert gaps.lies_unseen(at(1000.0), PACE) is False


def test_a_gap_with_nothing_there_is_over_with_its_first_frame_and_another_one_may_come() -> None:
    bench = Bench(pace=PACE, confirm_s=1.0)
    bench.lose(1.0)
    assert [bench.see(second, 0.1, 0.1, 0.1).state is not None for second in (2.0, 3.0)] == [False, True]
    assert not shown(bench.wait(100.0)).known


def test_a_camera_that_is_lost_already_is_not_lost_again() -> None:
    bench = Bench(pace=PACE, confirm_s=0.0)
    bench.see(0.0, 0.1, 0.9, 0.1)
    assert not shown(bench.lose(1.0)).known
    assert bench.lose(2.0) == Step(None)
    assert Bench().lose(1.0) == Step(None)


def test_watching_has_begun_with_the_first_frame_also_where_nothing_moves_in_it() -> None:
    bench = Bench(pace=PACE, confirm_s=0.0)
    bench.still(1.0)
    assert shown(bench.see(2.0, 0.1, 0.1, 0.1)).since == START + 1.0
