"""That a label has been there for so long: when it is told, how often, and what its event says."""

from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.postprocess.interface import OwnRules, Step
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import UNKNOWN, Event, EventType, OpenOccurrence, Problem, Reason, Why
from tests.postprocess.benches import START, Bench, in_a_file, kinds, make_rules, moment, seen, seen_by, shown

OPEN = 1
THERE, GONE, OTHER = (0.1, 0.75, 0.1), (0.1, 0.1, 0.1), (0.1, 0.1, 0.75)
SLOW = Pace(slack_s=2000.0)
"""Frames may be half an hour apart."""


def lasting(*marks_s: float, pace: Pace = SLOW, **rules: Any) -> Bench:
    """A view in which `open` begins at second 0, and is told after so many seconds."""
    usual: dict[str, Any] = {"confirm_s": 0.0, "own": {OPEN: OwnRules(lasting=marks_s)}}
    bench = Bench(pace, **(usual | rules))
    assert kinds(bench.see(0.0, *THERE)) == [(EventType.START, "open")]
    return bench


def marks(step: Step) -> list[float | None]:
    """Those that it tells."""
    return [event.why.lasting_s for event in step.events if event.event_type is EventType.LASTING]


def test_it_is_told_with_the_frame_that_shows_it_once() -> None:
    bench = lasting(10.0, 60.0)
    told = [marks(bench.see(at_s, *THERE)) for at_s in (5.0, 9.999, 10.0, 10.5, 59.9, 61.0, 500.0)]
    assert told == [[], [], [10.0], [], [], [60.0], []]


def test_it_tells_its_figures_and_belongs_to_the_occurrence() -> None:
    bench = lasting(10.0)
    (event,) = bench.see(12.34567, 0.0, 0.625, 0.25).events
    kept = OpenOccurrence("gate", "id1", "open", 0.75, START, 12.34567, 0.0, 10.0)
    why = seen_by(Why(lasting_s=10.0, duration_s=12.346), "open", 0.0, 0.625, 0.25)
    assert event == Event("id1", 0, "gate", EventType.LASTING, "open", 0.625, START + 12.34567, why, None, kept)


def test_a_label_without_times_is_not_told_of() -> None:
    bench = lasting(10.0)
    bench.see(5.0, *OTHER)
    assert kinds(bench.see(500.0, *OTHER)) == []


def test_of_several_that_passed_unseen_each_is_told() -> None:
    bench = lasting(10.0, 60.0, 300.0)
    step = bench.see(70.0, *THERE)
    assert marks(step) == [10.0, 60.0]
    assert [event.open.lasting_told_s for event in step.events if event.open is not None] == [10.0, 60.0]
    assert {event.why.duration_s for event in step.events} == {70.0}


def test_it_comes_after_an_update_of_the_same_frame() -> None:
    bench = lasting(10.0)
    assert kinds(bench.see(10.0, 0.0, 0.9, 0.0)) == [(EventType.UPDATE, "open"), (EventType.LASTING, "open")]


def test_the_next_occurrence_is_told_of_anew() -> None:
    bench = lasting(10.0)
    bench.see(10.0, *THERE)
    bench.see(11.0, *GONE)
    bench.see(12.0, *THERE)
    assert [marks(bench.see(at_s, *THERE)) for at_s in (21.0, 22.0)] == [[], [10.0]]


def test_it_is_not_told_in_the_frame_with_which_it_ends() -> None:
    bench = lasting(10.0)
    assert kinds(bench.see(10.0, *GONE)) == [(EventType.END, "open")]
    assert kinds(bench.see(11.0, *GONE)) == []


def test_not_while_its_end_is_being_confirmed() -> None:
    bench = lasting(10.0, expire_s=5.0)
    assert kinds(bench.see(9.0, *GONE)) == []
    assert kinds(bench.see(11.0, *GONE)) == []
    assert kinds(bench.still(11.5)) == []
    assert kinds(bench.wait(13.9)) == []
    assert marks(bench.see(13.95, *THERE)) == [10.0]


def test_a_label_that_stays_for_its_minimum_time_is_told_of() -> None:
    bench = lasting(10.0, hold_s=100.0)
    assert marks(bench.see(12.0, *GONE)) == [10.0]


def test_time_alone_tells_it_where_no_frame_is_near() -> None:
    bench = lasting(10.0)
    assert bench.wait(9.999) == Step(None)
    step = bench.wait(10.0)
    (event,) = step.events
    assert (event.why, event.score, event.ts) == (Why(lasting_s=10.0, duration_s=10.0), 0.75, START + 10.0)
    state = shown(step)
    assert (state.label, state.known, state.ts, state.duration_s) == ("open", True, START + 10.0, 10.0)
    assert (state.raw_score, state.event_id) == (None, "id1")
    assert bench.wait(11.0) == Step(None)


@pytest.mark.parametrize(("frame_s", "told"), [(8.0, [10.0]), (8.001, [])])
def test_a_frame_that_is_due_is_waited_for(frame_s: float, told: list[float]) -> None:
    bench = lasting(10.0)
    bench.see(frame_s, *THERE)
    assert marks(bench.wait(10.0)) == told


def test_a_view_without_a_frame_yet_waits() -> None:
    bench = Bench(SLOW, own={OPEN: OwnRules(lasting=(1.0,))})
    assert bench.wait(100.0) == Step(None)


def test_time_says_nothing_of_a_file_but_the_next_frame_does() -> None:
    bench = Bench(SLOW, confirm_s=0.0, own={OPEN: OwnRules(lasting=(10.0,))})
    bench.decider.see(in_a_file(100.0, *THERE))
    assert bench.wait(5000.0) == Step(None)
    assert marks(bench.decider.see(in_a_file(109.0, *THERE))) == []
    assert marks(bench.decider.see(in_a_file(110.0, *THERE, origin="b.jpg"))) == [10.0]


def test_a_frame_in_which_nothing_moved_tells_it() -> None:
    bench = lasting(10.0)
    assert kinds(bench.still(9.999)) == []
    step = bench.still(10.0)
    assert marks(step) == [10.0]
    assert (shown(step).label, shown(step).duration_s) == ("open", 10.0)
    assert kinds(bench.still(10.5)) == []


def test_a_frame_that_cant_be_trusted_says_so() -> None:
    bench = lasting(10.0, holds_on_problem=True)
    step = bench.see(10.0, *GONE, problems=(Problem.DARK,))
    assert [(event.event_type, event.problems) for event in step.events] == [(EventType.LASTING, (Problem.DARK,))]
    assert step.events[0].why == Why(lasting_s=10.0, duration_s=10.0)
    assert shown(step).duration_s == 10.0


def test_what_went_over_in_a_gap_is_told_when_it_is_seen_again() -> None:
    bench = lasting(10.0, pace=Pace(slack_s=5.0, resume_s=100.0))
    assert shown(bench.wait(6.0)).label == UNKNOWN
    assert marks(bench.wait(12.0)) == []
    assert kinds(bench.still(13.0)) == []
    assert kinds(bench.see(14.0, *GONE)) == [(EventType.END, "open")]

    bench = lasting(10.0, pace=Pace(slack_s=5.0, resume_s=100.0))
    bench.wait(6.0)
    assert marks(bench.see(14.0, *THERE)) == [10.0]


def test_in_a_gap_a_frame_that_shows_something_else_tells_nothing() -> None:
    bench = lasting(10.0, pace=Pace(slack_s=5.0, resume_s=100.0), expire_s=3.0)
    bench.wait(6.0)
    assert kinds(bench.see(14.0, *GONE)) == []
    assert kinds(bench.see(15.0, *GONE)) == []
    assert kinds(bench.see(17.0, *GONE)) == [(EventType.END, "open")]


def test_a_pause_ends_it() -> None:
    bench = lasting(10.0)
    assert kinds(bench.pause(5.0)) == [(EventType.END, "open")]
    assert kinds(bench.wait(20.0)) == []


# --- over a restart, and with other rules ------------------------------------------------------------------


def test_over_a_restart_nothing_is_told_twice_and_nothing_left_out() -> None:
    rules: dict[str, Any] = {"confirm_s": 0.0, "own": {OPEN: OwnRules(lasting=(10.0, 60.0, 300.0))}}
    bench = lasting(10.0, 60.0, 300.0)
    bench.see(12.0, *THERE)
    other = bench.restarted(1000.0, away_s=50.0, **rules)
    assert other.decider.open(moment(1000.0)) == OpenOccurrence(
        "gate", "id1", "open", 0.75, START, 12.0, 1038.0, 10.0
    )


def test_after_a_restart_what_has_passed_meanwhile_is_told_once_it_is_seen() -> None:
    rules: dict[str, Any] = {"confirm_s": 0.0, "own": {OPEN: OwnRules(lasting=(10.0, 60.0, 300.0))}}
    bench = lasting(10.0, 60.0, 300.0)
    bench.see(12.0, *THERE)
    other = bench.restarted(12.0, away_s=50.0, **rules)
    assert kinds(other.wait(12.5)) == []
    step = other.see(13.0, *THERE)
    assert [(event.id, event.why.lasting_s, event.why.duration_s) for event in step.events] == [
        ("id1", 60.0, 63.0)
    ]
    assert marks(other.see(249.0, *THERE)) == []
    assert marks(other.see(250.0, *THERE)) == [300.0]


def test_what_a_former_version_kept_has_told_nothing() -> None:
    bench = Bench(confirm_s=0.0, own={OPEN: OwnRules(lasting=(10.0,))})
    kept = OpenOccurrence("gate", "old", "open", 0.7, START, age_s=20.0)
    assert bench.decider.resume(kept, moment(100.0))
    assert marks(bench.see(100.5, *THERE)) == [10.0]


def test_other_rules_tell_what_is_longer_than_what_was_told() -> None:
    bench = lasting(60.0)
    bench.see(60.0, *THERE)
    bench.decider.adopt(
        make_rules(pace=SLOW, confirm_s=0.0, own={OPEN: OwnRules(lasting=(30.0, 60.0, 90.0, 120.0))})
    )
    assert marks(bench.see(100.0, *THERE)) == [90.0]
    bench.decider.adopt(make_rules(pace=SLOW, confirm_s=0.0))
    assert marks(bench.see(200.0, *THERE)) == []


# --- the state --------------------------------------------------------------------------------------------


def test_a_state_says_for_how_long_the_label_has_been_there() -> None:
    bench = lasting()
    assert shown(bench.see(4.56789, *THERE)).duration_s == 4.568
    assert shown(bench.still(7.0)).duration_s == 7.0
    assert bench.decider.look(seen(9.0, *THERE)).duration_s == 9.0
    assert shown(bench.see(10.0, *GONE)).duration_s is None
    assert shown(bench.still(11.0)).duration_s is None


def test_while_nobody_can_tell_there_is_no_duration() -> None:
    bench = lasting(pace=Pace(slack_s=5.0))
    assert shown(bench.lose(4.0)).duration_s is None
    assert shown(bench.see(6.0, *THERE)).duration_s == 6.0


def test_its_duration_is_that_of_the_clock_that_does_not_jump() -> None:
    bench = lasting()
    jumped = replace(seen(5.0, *THERE), captured_at=START - 86_400.0)
    assert shown(bench.decider.see(jumped)).duration_s == 5.0


def test_it_ends_with_its_reason_where_it_is_not_seen_again() -> None:
    bench = lasting(10.0)
    other = bench.restarted(20.0, away_s=400.0, confirm_s=0.0, own={OPEN: OwnRules(lasting=(10.0,))})
    (end,) = other.see(2500.0, *THERE).events[:1]
    assert (end.event_type, end.why.reason) == (EventType.END, Reason.GONE_AFTER_RESTART)
