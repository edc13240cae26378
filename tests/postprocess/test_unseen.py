"""Frames that were not looked at since nothing moved, and such as prove nothing: another light, bad frames."""

from typing import Any

import pytest

from edgeclassify.postprocess.interface import Step
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import UNKNOWN, Block, EventType, Problem, Reason, Surroundings
from tests.postprocess.benches import START, Bench, in_a_file, kinds, moment, shown

NOTHING, OPEN, CLOSED = (0.1, 0.1, 0.1), (0.1, 0.9, 0.1), (0.9, 0.1, 0.1)
STARTED, ENDED = [(EventType.START, "open")], [(EventType.END, "open")]
QUICK = Pace(interval_s=0.5, slack_s=2.0, resume_s=60.0)
"""Frames up to 3.5 s apart belong together."""
COVERED = (Problem.COVERED,)
LIGHT = Surroundings(light_changed=True)


def with_open(pace: Pace = QUICK, **rules: Any) -> Bench:
    """The label has entered at 1 s."""
    bench = Bench(pace, confirm_s=1.0, update_step=0, **rules)
    bench.see(0.0, *OPEN)
    assert kinds(bench.see(1.0, *OPEN)) == STARTED
    return bench


def still_until(
    bench: Bench, begin_s: float, end_s: float, every_s: float = 0.5, **surroundings: Any
) -> list[Step]:
    """Frames in which nothing moves, from `begin_s` on and up to `end_s`."""
    times = [begin_s + i * every_s for i in range(round((end_s - begin_s) / every_s) + 1)]
    return [bench.still(at_s, **surroundings) for at_s in times]


# --- nothing moves -------------------------------------------------------------------------------------------


def test_what_is_in_the_view_stays_while_nothing_moves() -> None:
    bench = with_open()
    steps = still_until(bench, 1.5, 600.0)
    assert all(step.events == () for step in steps)
    state = shown(steps[-1])
    assert (state.label, state.known, state.ts, state.since) == ("open", True, START + 600.0, START + 1.0)
    assert (bench.wait(600.5).state, bench.wait(600.5).events) == (None, ())
    step = bench.see(601.0, *OPEN)
    assert (step.events, shown(step).event_id) == ((), "id1")


def test_that_nothing_is_there_stays_known_too() -> None:
    bench = Bench(QUICK, confirm_s=0.0)
    bench.see(0.0, *NOTHING)
    state = shown(still_until(bench, 0.5, 60.0)[-1])
    assert (state.label, state.known, state.since) == (UNKNOWN, True, START)


def test_a_frame_that_was_not_looked_at_has_no_score_of_the_models_own() -> None:
    bench = with_open()
    assert shown(bench.see(1.5, *OPEN)).raw_score == pytest.approx(0.9)
    state = shown(bench.still(2.0))
    assert state.raw_score is None
    assert state.score == pytest.approx(0.9)
    assert bench.decider.told is state


def test_no_frame_that_was_not_looked_at_confirms_anything() -> None:
    bench = Bench(QUICK, confirm_s=1.0)
    bench.see(0.0, *OPEN)
    assert [step.events for step in still_until(bench, 0.5, 3.0)] == [()] * 6


def test_a_short_time_in_which_nothing_moves_counts_when_the_next_frame_shows_the_same() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    bench.see(0.0, *OPEN)
    still_until(bench, 0.5, 3.0)
    (start,) = bench.see(3.5, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by) == (3.5, None)


@pytest.mark.parametrize(("at_s", "starts"), [(3.5, True), (3.500_000_001, False)])
def test_a_long_time_in_which_nothing_was_looked_at_confirms_nothing(at_s: float, starts: bool) -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    bench.see(0.0, *OPEN)
    still_until(bench, 0.5, 3.0)
    assert kinds(bench.see(at_s, *OPEN)) == STARTED * starts


def test_what_was_broken_off_by_that_says_so() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    bench.see(0.0, *OPEN)
    still_until(bench, 0.5, 9.5)
    assert kinds(bench.see(10.0, *OPEN)) == []
    (start,) = bench.see(12.0, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by, start.why.blocked_s) == (2.0, Block.GAP, 10.0)


def test_leaving_is_not_confirmed_across_it_either() -> None:
    bench = with_open()
    bench.see(1.5, *NOTHING)
    still_until(bench, 2.0, 9.5)
    step = bench.see(10.0, *NOTHING)
    assert (kinds(step), shown(step).label) == ([], "open")
    (end,) = bench.see(11.0, *NOTHING).events
    assert (end.why.duration_s, end.why.blocked_by, end.why.blocked_s) == (10.0, Block.GAP, 8.5)


def test_where_frames_are_looked_at_rarely_each_label_is_confirmed_one_day() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    found = []
    for begin_s in (0.0, 10.0, 20.0, 30.0):
        found.append(kinds(bench.see(begin_s, *OPEN)))
        still_until(bench, begin_s + 0.5, begin_s + 9.5)
    assert found == [[], [], [], STARTED]


def test_the_pace_of_looks_is_no_pace_of_frames() -> None:
    """That looks are 10 s apart makes a silence of 10 s no usual one."""
    bench = with_open()
    for begin_s in (1.5, 11.5, 21.5):
        bench.see(begin_s, *OPEN)
        still_until(bench, begin_s + 0.5, begin_s + 9.5)
    assert bench.wait(34.5).state is None
    assert not shown(bench.wait(34.500_000_001)).known


def test_where_nothing_is_known_yet_time_without_a_look_shows_nothing() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    assert bench.see(0.0, *NOTHING).state is None
    assert [step.state for step in still_until(bench, 0.5, 9.5)] == [None] * 19
    assert bench.see(10.0, *NOTHING).state is None
    assert shown(bench.see(12.0, *NOTHING)).known


@pytest.mark.parametrize(("at_s", "known"), [(4.5, True), (4.500_000_001, False)])
def test_silence_before_a_frame_that_was_not_looked_at_is_a_gap(at_s: float, known: bool) -> None:
    bench = with_open()
    assert shown(bench.still(at_s)).known is known


def test_a_frame_that_was_not_looked_at_ends_no_gap() -> None:
    bench = with_open()
    bench.lose(2.0)
    state = shown(bench.still(3.0))
    assert (state.label, state.known) == (UNKNOWN, False)
    (end,) = bench.wait(61.1).events
    assert (end.why.reason, end.why.duration_s) == (Reason.NO_FRAMES, 0.0)


def test_what_is_kept_was_there_when_nothing_moved() -> None:
    bench = with_open()
    still_until(bench, 1.5, 20.0)
    kept = bench.decider.open(moment(21.0))
    assert kept is not None
    assert (kept.age_s, kept.quiet_s) == (19.0, 1.0)


def test_in_a_film_frames_that_were_not_looked_at_keep_it_from_having_gaps() -> None:
    bench = Bench(QUICK, confirm_s=1.0, update_step=0)
    for at_s in (1e6, 1e6 + 1):
        bench.decider.see(in_a_file(at_s, *OPEN))
    for at_s in range(2, 20):
        assert shown(bench.still(1e6 + at_s)).known
    step = bench.decider.see(in_a_file(1e6 + 20, *OPEN))
    assert (step.events, shown(step).event_id) == ((), "id1")


# --- the light changes ---------------------------------------------------------------------------------------


def test_a_label_that_the_light_shows_is_confirmed_from_then_on() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    bench.see(0.0, *OPEN)
    bench.see(1.0, *OPEN, light_changed=True)
    assert kinds(bench.see(2.0, *OPEN)) == []
    assert kinds(bench.see(2.9, *OPEN)) == []
    (start,) = bench.see(3.0, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by, start.why.blocked_s) == (2.0, Block.LIGHT, 1.0)
    assert start.why.light_changed_s == 2.0


def test_without_a_confirmation_time_the_light_holds_nothing_back() -> None:
    bench = Bench(QUICK, confirm_s=0.0)
    (start,) = bench.see(0.0, *OPEN, light_changed=True).events
    assert (start.why.light_changed_s, start.why.blocked_by) == (0.0, None)


def test_a_label_that_the_light_hides_leaves_from_then_on() -> None:
    bench = with_open()
    bench.see(1.5, *NOTHING)
    assert kinds(bench.see(2.0, *NOTHING, light_changed=True)) == []
    assert kinds(bench.see(2.5, *NOTHING)) == []
    (end,) = bench.see(3.0, *NOTHING).events
    assert (end.why.held_s, end.why.blocked_by, end.why.light_changed_s) == (1.0, Block.LIGHT, 1.0)


def test_what_is_known_stays_known_when_the_light_changes() -> None:
    bench = with_open()
    state = shown(bench.see(2.0, *OPEN, light_changed=True))
    assert (state.label, state.known) == ("open", True)


def test_that_nothing_is_there_has_to_last_after_the_light_changed() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    bench.see(0.0, *NOTHING)
    bench.see(1.0, *NOTHING, light_changed=True)
    assert bench.see(2.9, *NOTHING).state is None
    assert shown(bench.see(3.0, *NOTHING)).known


@pytest.mark.parametrize(("at_s", "told"), [(60.0, 60.0), (60.001, None)])
def test_a_change_of_the_light_is_told_for_a_minute(at_s: float, told: float | None) -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(0.0, *NOTHING, light_changed=True)
    bench.see(30.0, *NOTHING)
    (start,) = bench.see(at_s, *OPEN).events
    assert start.why.light_changed_s == told


def test_the_newest_change_of_the_light_counts_also_of_a_frame_that_was_not_looked_at() -> None:
    bench = Bench(QUICK, confirm_s=0.0)
    bench.see(0.0, *NOTHING, light_changed=True)
    bench.still(1.0, light_changed=True)
    (start,) = bench.see(2.23456, *OPEN).events
    assert start.why.light_changed_s == 1.235


def test_light_in_a_frame_that_was_not_looked_at_begins_the_confirmation_anew() -> None:
    bench = Bench(QUICK, confirm_s=1.0)
    bench.see(0.0, *OPEN)
    bench.still(0.5, light_changed=True)
    assert kinds(bench.see(1.0, *OPEN)) == []
    assert kinds(bench.see(2.0, *OPEN)) == STARTED


def test_how_long_ago_the_light_changed_stays_over_another_time_line() -> None:
    bench = Bench(QUICK, confirm_s=0.0)
    bench.decider.see(in_a_file(1e6, *NOTHING))
    bench.decider.still(moment(1e6 + 1), LIGHT)
    bench.decider.see(in_a_file(1e6 + 2, *NOTHING))
    bench.lose(50.0)
    (start,) = bench.see(53.0, *OPEN).events
    assert start.why.light_changed_s == 4.0


def test_a_light_that_is_yet_to_come_is_not_told() -> None:
    """Where the time of a film runs back."""
    bench = Bench(QUICK, confirm_s=0.0)
    bench.decider.see(in_a_file(50.0, *NOTHING), LIGHT)
    (start,) = bench.decider.see(in_a_file(49.0, *OPEN)).events
    assert start.why.light_changed_s is None


# --- the camera's frames can't be trusted --------------------------------------------------------------------


def test_what_comes_of_such_frames_is_marked() -> None:
    bench = Bench(QUICK, confirm_s=0.0)
    step = bench.see(0.0, *OPEN, problems=COVERED)
    assert (step.events[0].problems, shown(step).problems) == (COVERED, COVERED)
    step = bench.see(1.0, *NOTHING, problems=(Problem.DARK, Problem.DEFOCUSED))
    assert step.events[0].problems == shown(step).problems == (Problem.DARK, Problem.DEFOCUSED)
    step = bench.see(2.0, *OPEN)
    assert (step.events[0].problems, shown(step).problems) == ((), ())


def test_a_frame_that_was_not_looked_at_says_what_is_wrong_too() -> None:
    bench = with_open()
    assert shown(bench.still(1.5, problems=COVERED)).problems == COVERED
    assert shown(bench.still(2.0)).problems == ()


def test_what_no_frame_shows_is_not_marked() -> None:
    bench = with_open()
    bench.see(2.0, *OPEN, problems=COVERED)
    assert shown(bench.lose(3.0)).problems == ()
    step = bench.wait(70.0)
    assert (kinds(step), step.events[0].problems) == (ENDED, ())
    bench.see(80.0, *OPEN, problems=COVERED)
    assert shown(bench.pause(81.0)).problems == ()


def test_a_view_of_which_nothing_is_known_says_what_is_wrong() -> None:
    bench = with_open()
    bench.lose(2.0)
    state = shown(bench.see(3.0, *NOTHING, problems=COVERED))
    assert (state.known, state.problems) == (False, COVERED)


def test_what_one_look_shows_is_marked_as_the_newest_frame() -> None:
    bench = with_open()
    assert bench.decider.look(in_a_file(0.0, *OPEN)).problems == ()
    bench.still(2.0, problems=COVERED)
    assert bench.decider.look(in_a_file(0.0, *OPEN)).problems == COVERED


def test_nothing_starts_or_ends_by_them_where_that_is_asked_for() -> None:
    bench = with_open(holds_on_problem=True)
    for at_s in (2.0, 3.0, 4.0, 5.0, 6.0):
        step = bench.see(at_s, *CLOSED, problems=COVERED)
        state = shown(step)
        assert (step.events, state.label) == ((), "open")
        assert state.score == pytest.approx(0.9)
        assert (state.problems, state.ts, state.raw_score) == (COVERED, START + at_s, None)
    assert kinds(bench.see(6.5, *CLOSED)) == []
    step = bench.see(7.5, *CLOSED)
    assert kinds(step) == [*ENDED, (EventType.START, "closed")]
    assert step.events[1].why.held_s == 1.0


def test_what_they_broke_off_says_so() -> None:
    bench = Bench(QUICK, confirm_s=2.0, holds_on_problem=True)
    bench.see(0.0, *OPEN)
    for at_s in (1.0, 4.0, 7.0):
        bench.see(at_s, *OPEN, problems=COVERED)
    bench.see(8.0, *OPEN)
    (start,) = bench.see(10.0, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by, start.why.blocked_s) == (2.0, Block.PROBLEM, 8.0)


def test_where_they_are_only_marked_confirmation_goes_on() -> None:
    bench = Bench(QUICK, confirm_s=2.0)
    bench.see(0.0, *OPEN)
    bench.see(1.0, *OPEN, problems=COVERED)
    (start,) = bench.see(2.0, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by) == (2.0, None)


def test_what_is_wrong_is_told_before_anything_is_known() -> None:
    bench = Bench(QUICK, confirm_s=2.0, holds_on_problem=True)
    state = shown(bench.see(0.0, *OPEN, problems=COVERED))
    assert (state.label, state.known, state.problems) == (UNKNOWN, False, COVERED)
    for at_s in (2.0, 4.0):
        assert not shown(bench.see(at_s, *NOTHING, problems=COVERED)).known
    assert not shown(bench.see(5.0, *NOTHING)).known
    assert shown(bench.see(7.0, *NOTHING)).known


def test_such_frames_are_no_silence() -> None:
    bench = with_open(holds_on_problem=True)
    for at_s in range(2, 100):
        bench.see(float(at_s), *NOTHING, problems=COVERED)
        assert bench.wait(at_s + 0.5).state is None
    step = bench.see(100.0, *OPEN)
    assert (step.events, shown(step).event_id) == ((), "id1")


def test_a_gap_ends_what_was_there_also_while_they_last() -> None:
    bench = with_open(holds_on_problem=True)
    bench.lose(2.0)
    assert kinds(bench.see(60.0, *OPEN, problems=COVERED)) == []
    step = bench.see(61.1, *OPEN, problems=COVERED)
    assert (kinds(step), step.events[0].why.reason) == (ENDED, Reason.NO_FRAMES)
    assert shown(step).since == START + 61.1


def test_such_a_frame_shows_nothing_again_after_a_gap() -> None:
    bench = with_open(holds_on_problem=True)
    bench.lose(2.0)
    assert not shown(bench.see(3.0, *OPEN, problems=COVERED)).known
    assert shown(bench.see(4.0, *OPEN)).known


def test_a_problem_in_frames_that_were_not_looked_at_breaks_confirmation_off_too() -> None:
    bench = Bench(QUICK, confirm_s=1.0, holds_on_problem=True)
    bench.see(0.0, *OPEN)
    bench.still(0.5, problems=COVERED)
    assert kinds(bench.see(1.0, *OPEN)) == []
    (start,) = bench.see(2.0, *OPEN).events
    assert start.why.blocked_by is Block.PROBLEM


# --- gaps that end what was there ----------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["lost", "silence", "a late frame"])
def test_a_gap_ends_what_was_there_where_that_is_asked_for(way: str) -> None:
    bench = with_open(resumes=False)
    step = {
        "lost": lambda: bench.lose(2.0),
        "silence": lambda: bench.wait(5.0),
        "a late frame": lambda: bench.see(5.0, *OPEN),
    }[way]()
    (end,) = step.events
    gap_s = 1.0 if way == "lost" else 4.0
    assert (end.why.reason, end.why.gap_s, end.why.duration_s) == (Reason.NO_FRAMES, gap_s, 0.0)
    assert not shown(step).known
    assert shown(step).since == end.ts


def test_what_is_there_behind_it_starts_anew() -> None:
    bench = with_open(resumes=False)
    bench.lose(2.0)
    assert kinds(bench.see(3.0, *OPEN)) == []
    (start,) = bench.see(4.0, *OPEN).events
    assert start.id == "id2"


def test_a_restart_is_such_a_gap() -> None:
    other = with_open(resumes=False).restarted(1.0, away_s=0.5, confirm_s=1.0, resumes=False)
    (end,) = other.wait(1.25).events
    assert (end.id, end.why.reason, end.why.gap_s) == ("id1", Reason.GONE_AFTER_RESTART, 0.75)


def test_another_time_line_ends_it_whose_length_nobody_knows() -> None:
    bench = with_open(resumes=False)
    (end,) = bench.decider.see(in_a_file(5e6, *OPEN)).events
    assert (end.why.reason, end.why.gap_s, end.why.duration_s) == (Reason.NO_FRAMES, None, 0.0)


def test_a_short_silence_is_no_gap() -> None:
    bench = with_open(resumes=False)
    assert bench.wait(4.5).events == ()
    assert kinds(bench.see(4.5, *OPEN)) == []
