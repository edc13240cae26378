"""What holds a change back whose scores are there: a minimum time, a cooldown, quiet hours."""

import time
from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.postprocess.blocks import Blocks
from edgeclassify.postprocess.interface import OwnRules, QuietHours
from edgeclassify.postprocess.pace import Pace
from edgeclassify.postprocess.scores.observation import observe
from edgeclassify.types import Block, EventType, Reason
from tests.postprocess.benches import Bench, in_a_file, kinds, make_rules, moment, seen

NOTHING, OPEN, CLOSED = (0.1, 0.1, 0.1), (0.1, 0.9, 0.1), (0.9, 0.1, 0.1)
STARTED, ENDED = [(EventType.START, "open")], [(EventType.END, "open")]
NS = 1 / 1_000_000_000
MIDNIGHT = 1_699_920_000.0
"""Seconds since the epoch of a day's first second, UTC."""


# --- how long a label takes to leave -------------------------------------------------------------------------


@pytest.mark.parametrize(("at_s", "ends"), [(15.0, True), (15.0 - NS, False)])
def test_a_label_leaves_when_its_expiry_is_over(at_s: float, ends: bool) -> None:
    bench = Bench(confirm_s=1.0, expire_s=5.0)
    for second in (0.0, 1.0, 9.0):
        bench.see(second, *OPEN)
    bench.see(10.0, *NOTHING)
    step = bench.see(at_s, *NOTHING)
    assert kinds(step) == ENDED * ends
    assert [(end.why.confirm_s, end.why.held_s) for end in step.events] == [(5.0, 5.0)] * ends


def test_without_an_expiry_of_its_own_a_label_leaves_after_the_confirmation_time() -> None:
    bench = Bench(confirm_s=1.0)
    for at_s in (0.0, 1.0):
        bench.see(at_s, *OPEN)
    bench.see(2.0, *NOTHING)
    assert kinds(bench.see(3.0, *NOTHING)) == ENDED


def test_another_label_need_not_wait_for_the_expiry() -> None:
    bench = Bench(confirm_s=1.0, expire_s=60.0)
    for at_s in (0.0, 1.0):
        bench.see(at_s, *OPEN)
    bench.see(2.0, *CLOSED)
    assert kinds(bench.see(3.0, *CLOSED)) == [*ENDED, (EventType.START, "closed")]


# --- minimum hold --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scores", [NOTHING, CLOSED])
@pytest.mark.parametrize(("at_s", "ends"), [(11.0, True), (11.0 - NS, False)])
def test_a_label_neither_leaves_nor_is_replaced_before_its_minimum_time_is_over(
    scores: tuple[float, ...], at_s: float, ends: bool
) -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0)
    bench.see(1.0, *OPEN)
    assert kinds(bench.see(2.0, *scores)) == []
    step = bench.see(at_s, *scores)
    assert kinds(step)[:1] == ENDED * ends
    for end in step.events[:1]:
        assert (end.why.blocked_by, end.why.blocked_s, end.why.held_s) == (
            Block.HOLD,
            9.0,
            9.0 * (scores == NOTHING) or None,
        )


def test_a_label_that_is_seen_again_within_its_minimum_time_stays() -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0)
    for at_s, scores in ((1.0, OPEN), (2.0, NOTHING), (10.0, OPEN)):
        step = bench.see(at_s, *scores)
    assert kinds(bench.see(20.0, *OPEN)) == []
    (end,) = bench.see(21.0, *NOTHING).events
    assert (end.why.blocked_by, end.why.blocked_s) == (None, None)
    assert step.state is not None


def test_each_label_has_its_own_minimum_time() -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0, own={1: OwnRules(hold_s=2.0)})
    bench.see(0.0, *OPEN)
    assert kinds(bench.see(2.0, *CLOSED)) == [*ENDED, (EventType.START, "closed")]
    assert kinds(bench.see(4.0, *OPEN)) == []
    assert kinds(bench.see(12.0, *OPEN)) == [(EventType.END, "closed"), *STARTED]


def test_a_pause_ends_it_within_its_minimum_time() -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0)
    bench.see(0.0, *OPEN)
    (end,) = bench.pause(1.0).events
    assert (end.why.reason, end.why.duration_s, end.why.blocked_by) == (Reason.PAUSED, 1.0, None)


def test_across_a_gap_nothing_is_held() -> None:
    """Nobody knows that it has stayed."""
    bench = Bench(Pace(0.5, 10.0, 60.0), confirm_s=1.0, hold_s=100.0)
    for at_s in (0.0, 1.0):
        bench.see(at_s, *OPEN)
    bench.lose(2.0)
    for at_s in (5.0, 5.5):
        assert kinds(bench.see(at_s, *NOTHING)) == []
    (end,) = bench.see(6.0, *NOTHING).events
    assert (end.why.reason, end.why.duration_s) == (Reason.BELOW_THRESHOLD, 0.0)


def test_what_is_seen_again_after_a_gap_is_held() -> None:
    bench = Bench(Pace(0.5, 10.0, 60.0), confirm_s=0.0, hold_s=50.0)
    bench.see(0.0, *OPEN)
    bench.lose(1.0)
    bench.see(20.0, *OPEN)
    assert kinds(bench.see(30.0, *NOTHING)) == []
    assert kinds(bench.see(40.0, *NOTHING)) == []
    assert kinds(bench.see(50.0, *NOTHING)) == ENDED


def test_the_minimum_time_goes_on_over_a_restart() -> None:
    bench = Bench(Pace(0.5, 10.0, 60.0), confirm_s=0.0, hold_s=50.0)
    bench.see(0.0, *OPEN)
    bench.see(5.0, *OPEN)
    other = bench.restarted(5.0, away_s=20.0, confirm_s=0.0, hold_s=50.0)
    assert kinds(other.see(6.0, *OPEN)) == []
    for at_s in (10.0, 20.0, 29.9):  # 5 s before the restart, 20 away
        assert kinds(other.see(at_s, *NOTHING)) == []
    assert kinds(other.see(30.0, *NOTHING)) == ENDED


def test_time_that_runs_back_prolongs_the_minimum_time_by_no_more_than_itself() -> None:
    bench = Bench(confirm_s=0.0, hold_s=10.0)
    bench.decider.see(in_a_file(1e6, *OPEN))
    assert kinds(bench.decider.see(in_a_file(5.0, *NOTHING))) == []
    assert kinds(bench.decider.see(in_a_file(14.9, *NOTHING))) == []
    (end,) = bench.decider.see(in_a_file(15.0, *NOTHING)).events
    assert end.why.duration_s == 10.0


# --- cooldown ------------------------------------------------------------------------------------------------


def after_an_end(**rules: Any) -> Bench:
    """The label has ended at 10 s."""
    bench = Bench(confirm_s=0.0, cooldown_s=5.0, **rules)
    bench.see(0.0, *OPEN)
    assert kinds(bench.see(10.0, *NOTHING)) == ENDED
    return bench


@pytest.mark.parametrize(("at_s", "starts"), [(15.0, True), (15.0 - NS, False)])
def test_a_label_does_not_start_again_before_its_cooldown_is_over(at_s: float, starts: bool) -> None:
    assert kinds(after_an_end().see(at_s, *OPEN)) == STARTED * starts


def test_what_cools_down_starts_when_that_is_over() -> None:
    bench = after_an_end()
    for at_s in (12.0, 14.0):
        assert kinds(bench.see(at_s, *OPEN)) == []
    (start,) = bench.see(16.0, *OPEN).events
    assert (start.why.held_s, start.why.blocked_by, start.why.blocked_s) == (4.0, Block.COOLDOWN, 4.0)


def test_another_label_may_start_meanwhile() -> None:
    assert kinds(after_an_end().see(11.0, *CLOSED)) == [(EventType.START, "closed")]


def test_what_was_replaced_cools_down_too() -> None:
    bench = Bench(confirm_s=0.0, cooldown_s=5.0)
    bench.see(0.0, *OPEN)
    bench.see(10.0, *CLOSED)
    assert kinds(bench.see(14.0, *OPEN)) == [(EventType.END, "closed")]  # it leaves, and nothing takes its place
    assert kinds(bench.see(14.5, *OPEN)) == []
    assert kinds(bench.see(15.0, *OPEN)) == STARTED


def test_each_label_has_its_own_cooldown() -> None:
    bench = after_an_end(own={1: OwnRules(cooldown_s=1.0)})
    assert kinds(bench.see(10.5, *OPEN)) == []
    assert kinds(bench.see(11.0, *OPEN)) == STARTED


def test_each_end_begins_a_cooldown() -> None:
    bench = after_an_end()
    bench.see(15.0, *OPEN)
    bench.see(16.0, *NOTHING)
    assert kinds(bench.see(20.0, *OPEN)) == []
    assert kinds(bench.see(21.0, *OPEN)) == STARTED


def test_an_end_that_no_frame_shows_begins_a_cooldown() -> None:
    bench = Bench(confirm_s=0.0, cooldown_s=5.0)
    bench.see(0.0, *OPEN)
    bench.pause(10.0)
    assert kinds(bench.see(14.0, *OPEN)) == []
    assert kinds(bench.see(15.0, *OPEN)) == STARTED


def test_a_cooldown_goes_on_by_another_time_line() -> None:
    """A film's own time, then the clock again."""
    bench = Bench(confirm_s=0.0, cooldown_s=5.0)
    bench.decider.see(in_a_file(1e6, *OPEN))
    bench.decider.see(in_a_file(1e6 + 1, *NOTHING))
    bench.lose(50.0)  # the film is over by now
    assert kinds(bench.see(54.0, *OPEN)) == []
    assert kinds(bench.see(55.0, *OPEN)) == STARTED


def test_time_that_runs_back_prolongs_a_cooldown_by_no_more_than_itself() -> None:
    bench = Bench(confirm_s=0.0, cooldown_s=5.0)
    bench.decider.see(in_a_file(1e6, *OPEN))
    bench.decider.see(in_a_file(1e6 + 1, *NOTHING))
    for at_s in (50.0, 54.9):
        assert kinds(bench.decider.see(in_a_file(at_s, *OPEN))) == []
    assert kinds(bench.decider.see(in_a_file(55.0, *OPEN))) == STARTED


# --- muted labels --------------------------------------------------------------------------------------------


def test_a_muted_label_does_not_start_until_its_rules_say_otherwise() -> None:
    bench = Bench(own={1: OwnRules(muted=True)})
    for at_s in (0.0, 1.0, 2.0):
        step = bench.see(at_s, *OPEN)
        assert kinds(step) == []
    assert step.state is not None
    assert step.state.candidate is not None
    assert (step.state.candidate.label, step.state.candidate.blocked_by) == ("open", Block.MUTED)
    assert kinds(bench.see(3.0, *CLOSED)) + kinds(bench.see(4.0, *CLOSED)) == [(EventType.START, "closed")]
    bench.decider.adopt(make_rules())
    (end, start) = [*bench.see(5.0, *OPEN).events, *bench.see(6.0, *OPEN).events]
    assert [end.event_type, start.label] == [EventType.END, "open"]


def test_a_label_that_is_muted_while_it_is_there_ends_as_ever() -> None:
    bench = Bench(confirm_s=0.0)
    assert kinds(bench.see(0.0, *OPEN)) == STARTED
    bench.decider.adopt(make_rules(confirm_s=0.0, own={1: OwnRules(muted=True)}))
    assert kinds(bench.see(1.0, *OPEN)) == []
    assert kinds(bench.see(2.0, *NOTHING)) == ENDED
    assert kinds(bench.see(3.0, *OPEN)) == []


# --- quiet hours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "minute", "covered"),
    [
        ((60, 120), 59, False),
        ((60, 120), 60, True),
        ((60, 120), 119, True),
        ((60, 120), 120, False),
        ((1320, 360), 1319, False),
        ((1320, 360), 1320, True),
        ((1320, 360), 0, True),
        ((1320, 360), 359, True),
        ((1320, 360), 360, False),
        ((1320, 360), 720, False),
    ],
)
def test_a_span_of_the_day_has_its_first_minute_and_not_its_last(
    span: tuple[int, int], minute: int, covered: bool
) -> None:
    assert QuietHours(*span).covers(minute) is covered


def at_night(bench: Bench, hour: float, *scores: float) -> list[tuple[EventType, str]]:
    """What comes of a frame at that hour of local time; as long after the epoch by both clocks."""
    prediction = in_a_file(0.0, *scores)
    at = MIDNIGHT + hour * 3600
    return kinds(
        bench.decider.see(
            replace(prediction, scene_ns=None, captured_at=at, captured_at_ns=round(at * 1e9), origin=None)
        )
    )


NIGHT = (QuietHours(22 * 60, 6 * 60),)


@pytest.mark.parametrize(
    ("hour", "starts"), [(21.99, True), (22.0, False), (23.99, False), (24.0, False), (29.99, False), (30.0, True)]
)
def test_nothing_starts_in_quiet_hours(hour: float, starts: bool) -> None:
    assert at_night(Bench(confirm_s=0.0, quiet_hours=NIGHT), hour, *OPEN) == STARTED * starts


def test_what_is_there_ends_in_quiet_hours_too_and_nothing_takes_its_place() -> None:
    bench = Bench(Pace(10_000.0), confirm_s=0.0, quiet_hours=NIGHT)
    assert at_night(bench, 21.0, *OPEN) == STARTED
    assert at_night(bench, 23.0, *CLOSED) == ENDED
    assert at_night(bench, 24.0, *CLOSED) == []
    assert at_night(bench, 30.0, *CLOSED) == [(EventType.START, "closed")]


def test_what_stays_above_its_exit_stays_where_no_other_may_take_its_place() -> None:
    bench = Bench(Pace(10_000.0), confirm_s=0.0, threshold_exit=0.1, quiet_hours=NIGHT)
    assert at_night(bench, 21.0, *OPEN) == STARTED
    assert at_night(bench, 23.0, *CLOSED) == []


def test_what_is_there_at_their_end_starts_then_and_says_how_long_it_waited() -> None:
    bench = Bench(Pace(10_000.0), confirm_s=60.0, quiet_hours=NIGHT)
    for hour in (28.0, 29.0):
        assert at_night(bench, hour, *OPEN) == []
    (start,) = bench.decider.see(
        replace(
            in_a_file(0.0, *OPEN),
            scene_ns=None,
            captured_at=MIDNIGHT + 30 * 3600,
            captured_at_ns=round((MIDNIGHT + 30 * 3600) * 1e9),
        )
    ).events
    assert (start.why.blocked_by, start.why.blocked_s) == (Block.QUIET_HOURS, 2 * 3600 - 60.0)


def test_a_day_may_have_several_quiet_hours() -> None:
    bench = Bench(confirm_s=0.0, quiet_hours=(QuietHours(60, 120), QuietHours(720, 780)))
    assert [at_night(bench, hour, *OPEN) for hour in (1.5, 12.5, 13.0)] == [[], [], STARTED]


def test_quiet_hours_are_those_of_the_local_clock_with_its_summer_time() -> None:
    """In the night of 2024-03-31 the clocks of Berlin went from 2:00 to 3:00."""
    summer = MIDNIGHT + 3600

    def berlin(at: float) -> time.struct_time:
        return time.gmtime(at + (7200 if at >= summer else 3600))

    bench = Bench(confirm_s=0.0, local_time=berlin, quiet_hours=(QuietHours(180, 240),))
    assert at_night(bench, 0.99, *OPEN) == STARTED  # 1:59
    assert at_night(bench, 0.995, *NOTHING) == ENDED
    assert at_night(bench, 1.0, *OPEN) == []  # 3:00
    assert at_night(bench, 2.0, *OPEN) == STARTED  # 4:00


def test_blocks_are_of_the_label_that_would_start() -> None:
    """That another one cools down is no reason."""
    bench = Bench(confirm_s=1.0, cooldown_s=30.0)
    for at_s, scores in ((0.0, OPEN), (1.0, OPEN), (2.0, NOTHING), (3.0, NOTHING), (4.0, OPEN), (6.0, OPEN)):
        bench.see(at_s, *scores)
    bench.see(7.0, *CLOSED)
    (start,) = bench.see(8.0, *CLOSED).events
    assert (start.label, start.why.blocked_by, start.why.blocked_s) == ("closed", None, None)


def test_rules_that_change_count_at_once() -> None:
    bench = after_an_end()
    bench.decider.adopt(make_rules(confirm_s=0.0, cooldown_s=1.0))
    assert kinds(bench.see(11.0, *OPEN)) == STARTED
    bench.decider.adopt(make_rules(confirm_s=0.0, hold_s=3.0))
    assert kinds(bench.see(13.9, *NOTHING)) == []
    assert kinds(bench.see(14.0, *NOTHING)) == ENDED


def test_a_label_that_cools_down_over_a_restart_may_start() -> None:
    """Of what ended before nothing is known."""
    bench = after_an_end()
    assert bench.decider.open(moment(11.0)) is None
    assert kinds(Bench(confirm_s=0.0, cooldown_s=5.0).see(11.0, *OPEN)) == STARTED


def test_what_was_recognized_stays_so_where_another_time_line_begins() -> None:
    blocks, rules = Blocks(time.gmtime), make_rules(unknown_below=0.5)
    blocks.note_frame(observe(seen(1000.0, 0.1, 0.9, 0.1)), rules)
    blocks.shift(-900_000_000_000)
    now = observe(seen(101.0, 0.1, 0.1, 0.1))
    blocks.note_frame(now, rules)
    assert blocks.of_start(1, now, rules) is None
    assert blocks.of_start(2, now, rules) is Block.UNKNOWN


@pytest.mark.parametrize(
    ("zone", "hour", "starts"),
    [
        ("Asia/Kolkata", 2.99, True),  # 8:29 there
        ("Asia/Kolkata", 3.0, False),
        ("Asia/Kolkata", 3.99, False),
        ("Asia/Kolkata", 4.0, True),
        (None, 3.0, True),
        (None, 8.5, False),
    ],
)
def test_quiet_hours_are_those_of_the_time_zone_that_is_set(zone: str | None, hour: float, starts: bool) -> None:
    bench = Bench(confirm_s=0.0, quiet_hours=(QuietHours(510, 570),), time_zone=zone)
    assert at_night(bench, hour, *OPEN) == STARTED * starts
