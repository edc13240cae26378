"""Time without frames: what it confirms (nothing), what it ends, and what goes on after it."""

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from edgeclassify.postprocess.interface import Step
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import UNKNOWN, Event, EventType, Reason, Why
from tests.postprocess.benches import START, Bench, aged, in_a_file, kinds, moment, shown

CAT, OPEN, NOTHING = (0.0, 0.1, 0.9), (0.1, 0.9, 0.0), (0.1, 0.1, 0.1)
ENTERED, LEFT = [(EventType.START, "cat")], [(EventType.END, "cat")]
QUICK = Pace(interval_s=0.5, slack_s=10.0, resume_s=60.0)
"""Frames up to 11.5 s apart belong together."""


def with_a_cat(pace: Pace = QUICK, **rules: Any) -> Bench:
    bench = Bench(pace, confirm_s=1.0, update_step=0, **rules)
    for at_s in (0.0, 0.5, 1.0):
        step = bench.see(at_s, *CAT)
    assert kinds(step) == ENTERED
    return bench


# --- nothing is said before it is known ----------------------------------------------------------------------


def test_that_nothing_is_there_is_known_after_the_confirmation_time() -> None:
    bench = Bench(QUICK, confirm_s=1.0)
    assert [bench.see(at_s, *NOTHING).state for at_s in (0.0, 0.5, 0.9)] == [None, None, None]
    state = shown(bench.see(1.0, *NOTHING))
    assert (state.label, state.known, state.event_id) == (UNKNOWN, True, None)


def test_that_nothing_is_there_is_known_although_labels_flicker() -> None:
    bench = Bench(QUICK, confirm_s=1.0)
    for at_s, scores in ((0.0, CAT), (0.4, OPEN), (0.8, CAT)):
        assert bench.see(at_s, *scores).state is None
    assert shown(bench.see(1.2, *OPEN)).known


def test_one_frame_is_enough_where_nothing_has_to_be_confirmed() -> None:
    assert shown(Bench(confirm_s=0).see(0.0, *NOTHING)).known


# --- gaps between frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pace", "apart_s", "confirmed"),
    [
        pytest.param(QUICK, 11.4, True, id="late"),
        pytest.param(QUICK, 11.6, False, id="a gap"),
        pytest.param(QUICK, 14_400.0, False, id="hours"),
        pytest.param(Pace(600.0, 10.0), 600.0, True, id="stills at their pace"),
        pytest.param(Pace(600.0, 10.0), 1811.0, False, id="a gap between stills"),
        pytest.param(Pace(0.5, 300.0), 290.0, True, id="a camera that may take long"),
        pytest.param(Pace(0.5, 10.0, least_s=60.0), 189.0, True, id="held back"),
        pytest.param(Pace(0.5, 10.0, least_s=60.0), 191.0, False, id="a gap while held back"),
        pytest.param(Pace(600.0, 10.0, least_s=60.0), 1809.0, True, id="held back by less than it is apart"),
        pytest.param(Pace(waits=True), 3600.0, False, id="single pictures"),
    ],
)
def test_a_confirmation_does_not_span_a_gap(pace: Pace, apart_s: float, confirmed: bool) -> None:
    bench = Bench(pace, confirm_s=5.0)
    bench.see(0.0, *CAT)
    assert kinds(bench.see(apart_s, *CAT)) == (ENTERED if confirmed else [])


def test_what_was_held_before_the_gap_does_not_count() -> None:
    bench = Bench(QUICK, confirm_s=5.0)
    for at_s in (0.0, 2.0, 4.0, 100.0, 103.0):
        assert kinds(bench.see(at_s, *CAT)) == []
    (start,) = bench.see(105.0, *CAT).events
    assert start.why.held_s == 5.0


def test_a_slow_camera_has_a_pace_of_its_own() -> None:
    """Faster than planned it is not, and still every label must be confirmed one day."""
    bench = Bench(QUICK, confirm_s=1.0)
    assert [kinds(bench.see(at_s, *CAT)) for at_s in (0.0, 20.0, 40.0, 60.0)] == [[], [], [], ENTERED]
    bench.see(60.5, *CAT)  # quick again: then 20 s are a gap again
    assert bench.wait(81.0).state is not None


def test_a_slow_camera_has_a_pace_also_where_its_silence_was_noticed() -> None:
    bench = Bench(QUICK, confirm_s=1.0)
    for at_s in (0.0, 20.0, 40.0):
        bench.see(at_s, *CAT)
        bench.wait(at_s + 15.0)
    assert kinds(bench.see(60.0, *CAT)) == ENTERED


def test_one_outage_is_no_pace() -> None:
    bench = Bench(QUICK, confirm_s=5.0)
    for at_s in (0.0, 0.5, 100.0):
        bench.see(at_s, *CAT)
    assert kinds(bench.see(190.0, *CAT)) == []


def test_leaving_is_not_confirmed_over_a_gap_either() -> None:
    bench = with_a_cat()
    assert kinds(bench.see(1.5, *NOTHING)) == []
    step = bench.see(31.5, *NOTHING)
    assert (kinds(step), shown(step).label, shown(step).known) == ([], UNKNOWN, False)
    (end,) = bench.see(32.5, *NOTHING).events
    assert (end.why.reason, end.why.held_s, end.why.duration_s) == ("below threshold", 1.0, 0.5)


# --- what is in the view, and no frames --------------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False], ids=["the camera is lost", "nobody says why"])
def test_what_is_there_again_soon_goes_on(told: bool) -> None:
    bench = with_a_cat()
    step = bench.lose(4.0) if told else bench.wait(13.0)
    state = shown(step)
    assert (step.events, state.label, state.known, state.event_id, state.top) == ((), UNKNOWN, False, None, ())
    assert bench.wait(60.9) == Step(None)
    step = bench.see(61.0, *CAT)
    state = shown(step)
    assert (step.events, state.label, state.event_id, state.since) == ((), "cat", "id1", START + 1.0)


def test_a_gap_is_told_once() -> None:
    bench = with_a_cat()
    assert bench.lose(2.0).state is not None
    assert (bench.lose(3.0), bench.wait(20.0)) == (Step(None), Step(None))


def test_what_is_not_seen_for_too_long_ends_then_although_no_frame_comes() -> None:
    bench = with_a_cat()
    bench.lose(2.0)
    assert bench.wait(61.0).events == ()
    step = bench.wait(61.1)
    (end,) = step.events
    assert (end.id, end.label, end.ts) == ("id1", "cat", START + 61.1)
    assert end.why == Why(Reason.NO_FRAMES, gap_s=60.1, duration_s=0.0)
    assert not shown(step).known
    assert bench.wait(200.0) == Step(None)
    assert [kinds(bench.see(at_s, *CAT)) for at_s in (300.0, 301.0)] == [[], ENTERED]


def test_a_frame_that_comes_too_late_ends_it_too() -> None:
    bench = with_a_cat()
    step = bench.see(200.0, *CAT)
    assert (kinds(step), step.events[0].why.reason, step.events[0].why.gap_s) == (LEFT, "no frames", 199.0)
    assert kinds(bench.see(201.0, *CAT)) == ENTERED


def test_what_is_gone_after_the_gap_leaves_as_usual() -> None:
    bench = with_a_cat()
    bench.lose(2.0)
    assert (bench.see(30.0, *NOTHING).events, shown(bench.see(30.5, *NOTHING)).known) == ((), False)
    step = bench.see(31.0, *NOTHING)
    assert (kinds(step), step.events[0].why.reason) == (LEFT, "below threshold")
    assert (shown(step).label, shown(step).known) == (UNKNOWN, True)


def test_what_replaces_it_after_the_gap_is_named() -> None:
    bench = with_a_cat()
    bench.lose(2.0)
    bench.see(30.0, 0.1, 0.9, 0.5)  # the cat may still be there: it is above its exit
    step = bench.see(31.0, 0.1, 0.9, 0.5)
    assert [(e.event_type, e.label, e.why.reason) for e in step.events] == [
        (EventType.END, "cat", "replaced"),
        (EventType.START, "open", None),
    ]
    assert shown(step).label == "open"


def test_stills_far_apart_have_no_gap_between_them() -> None:
    bench = Bench(Pace(interval_s=600.0, slack_s=10.0, resume_s=60.0), confirm_s=0)
    bench.see(0.0, *CAT)
    assert bench.wait(1800.0) == Step(None)
    assert shown(bench.see(1800.0, *CAT)).event_id == "id1"
    assert kinds(bench.wait(3700.0)) == LEFT


def test_pictures_of_a_folder_come_when_they_come() -> None:
    bench = Bench(Pace(waits=True), confirm_s=0)
    assert kinds(bench.decider.see(in_a_file(0.0, *CAT))) == ENTERED
    assert bench.wait(90_000.0) == Step(None)
    step = bench.decider.see(in_a_file(86_400.0, *CAT))
    assert (step.events, shown(step).event_id) == ((), "id1")
    assert kinds(bench.decider.see(in_a_file(90_000.0, *NOTHING))) == LEFT


def test_the_time_of_a_film_is_no_clock() -> None:
    """It is read in a moment, or stands still while its reader rests."""
    bench = Bench(QUICK, confirm_s=0)
    bench.decider.see(in_a_file(5e6, *CAT))
    assert bench.wait(1e6) == Step(None)
    bench.lose(1e6)
    assert bench.wait(1e6 + 59).events == ()
    step = bench.decider.see(in_a_file(5e6 + 1, *CAT))
    assert (step.events, shown(step).event_id) == ((), "id1")
    (end,) = bench.decider.see(in_a_file(5e6 + 2, *NOTHING)).events
    assert end.why.duration_s == 1.0


def test_a_film_in_the_place_of_a_camera_begins_a_time_of_its_own() -> None:
    bench = with_a_cat()
    bench.decider.see(in_a_file(5e6, *CAT))
    for at_s in (5e6 + 1, 5e6 + 2):
        step = bench.decider.see(in_a_file(at_s, *NOTHING))
    assert (kinds(step), step.events[0].why.duration_s) == (LEFT, 2.0)


# --- pauses and ends ---------------------------------------------------------------------------------------------


def test_a_pause_ends_what_is_there_and_nothing_is_known_after_it() -> None:
    bench = with_a_cat()
    step = bench.pause(2.0)
    assert (kinds(step), step.events[0].why.reason, shown(step).known) == (LEFT, "paused", False)
    assert bench.wait(500.0) == Step(None)
    assert not shown(bench.see(600.0, *NOTHING)).known
    assert shown(bench.see(601.0, *NOTHING)).known


def test_a_pause_is_said_even_of_a_view_that_was_never_watched() -> None:
    assert not shown(Bench().pause(2.0)).known


def test_what_is_lost_and_then_ended_lasted_until_it_was_seen_last() -> None:
    bench = with_a_cat()
    bench.see(5.0, *CAT)
    bench.lose(8.0)
    (end,) = bench.decider.end(moment(9.0), Reason.STOPPED).events
    assert end.why == Why(Reason.STOPPED, duration_s=4.0)


# --- restarts --------------------------------------------------------------------------------------------------


def test_what_was_there_before_a_restart_goes_on_with_its_id() -> None:
    bench = with_a_cat().restarted(1.0, away_s=30.0, confirm_s=1.0)
    assert bench.wait(1.5) == Step(None)
    step = bench.see(2.0, *CAT)
    state = shown(step)
    assert (step.events, state.label, state.event_id, state.since) == ((), "cat", "id1", START + 1.0)
    bench.see(3.0, *NOTHING)
    (end,) = bench.see(4.0, *NOTHING).events
    # There for 0 s before, away for 30, and 3 s since.
    assert (end.id, end.why.reason, end.why.duration_s) == ("id1", "below threshold", 33.0)


def test_one_look_above_its_exit_is_enough_to_go_on() -> None:
    bench = with_a_cat().restarted(1.0, away_s=5.0, confirm_s=1.0, threshold_enter=0.6, threshold_exit=0.4)
    assert bench.see(2.0, 0.0, 0.0, 0.39).state is None
    assert shown(bench.see(2.5, 0.0, 0.0, 0.4)).event_id == "id1"


def test_what_is_not_there_after_a_restart_ends_with_a_reason_of_its_own() -> None:
    bench = with_a_cat().restarted(1.0, away_s=5.0, confirm_s=1.0)
    assert bench.see(2.0, *NOTHING) == Step(None)
    step = bench.see(3.0, *NOTHING)
    (end,) = step.events
    assert (end.id, end.why.reason, end.why.duration_s) == ("id1", "gone after restart", 0.0)
    assert (shown(step).label, shown(step).known) == (UNKNOWN, True)


def test_what_is_in_its_place_after_a_restart_begins() -> None:
    bench = with_a_cat().restarted(1.0, away_s=5.0, confirm_s=1.0)
    bench.see(2.0, *OPEN)
    step = bench.see(3.0, *OPEN)
    assert [(e.event_type, e.label, e.why.reason, e.why.by) for e in step.events] == [
        (EventType.END, "cat", "gone after restart", "open"),
        (EventType.START, "open", None, None),
    ]


@pytest.mark.parametrize("frames", [True, False])
def test_what_was_there_too_long_ago_ends(frames: bool) -> None:
    bench = with_a_cat().restarted(1.0, away_s=59.0, confirm_s=1.0)
    assert bench.wait(2.0) == Step(None)
    step = bench.see(2.1, *CAT) if frames else bench.wait(2.1)
    (end,) = step.events
    assert end.why == Why(Reason.GONE_AFTER_RESTART, gap_s=60.1, duration_s=0.0)
    assert not shown(step).known  # the broker may still keep what it showed at last


def test_a_restart_within_an_outage_counts_from_the_last_look() -> None:
    first = with_a_cat()
    first.lose(20.0)
    second = first.restarted(31.0, away_s=10.0, confirm_s=1.0)
    assert second.wait(50.9) == Step(None)
    assert kinds(second.wait(51.1)) == LEFT


def test_a_film_goes_on_after_a_restart() -> None:
    bench = Bench(QUICK, confirm_s=0)
    bench.decider.see(in_a_file(0.0, *CAT))
    bench.decider.see(in_a_file(7.0, *CAT))
    kept = bench.decider.open(moment(1e6))
    assert kept is not None
    assert (kept.age_s, kept.quiet_s) == (7.0, 0.0)
    other = Bench(QUICK, confirm_s=0)
    assert other.decider.resume(aged(kept, 5.0), moment(2e6))
    step = other.decider.see(in_a_file(100.0, *CAT))
    assert (step.events, shown(step).event_id) == ((), "id1")
    (end,) = other.decider.see(in_a_file(102.0, *NOTHING)).events
    assert end.why.duration_s == 9.0


def test_what_is_not_in_the_film_after_a_restart_lasted_as_long_as_it_was_seen() -> None:
    bench = Bench(QUICK, confirm_s=1.0)
    for at_s in (0.0, 1.0, 7.0):
        bench.decider.see(in_a_file(at_s, *CAT))
    kept = bench.decider.open(moment(1e6))
    assert kept is not None
    other = Bench(QUICK, confirm_s=1.0)
    assert other.decider.resume(aged(kept, 5.0), moment(2e6))
    for at_s in (100.0, 100.5):
        assert other.decider.see(in_a_file(at_s, *NOTHING)).events == ()
    (end,) = other.decider.see(in_a_file(101.0, *NOTHING)).events
    assert (end.why.reason, end.why.duration_s) == ("gone after restart", 6.0)


def test_a_film_that_is_lost_with_nothing_in_it() -> None:
    bench = Bench(QUICK, confirm_s=0)
    bench.decider.see(in_a_file(0.0, *NOTHING))
    assert not shown(bench.lose(1e6)).known
    assert bench.wait(2e6) == Step(None)


def test_events_and_states_have_no_number_yet() -> None:
    step = Bench(confirm_s=0).see(0.0, *CAT)
    assert (step.events[0].seq, shown(step).seq) == (0, 0)


@pytest.mark.parametrize(
    ("pace", "apart_s", "patience_s"),
    [
        (Pace(0.0, 2.0, 1.0), 2.0, 2.0),
        (Pace(0.5, 2.0, 300.0), 3.5, 300.0),
        (Pace(600.0, 10.0, 300.0), 1810.0, 1810.0),
        (Pace(0.0, 2.0, 1.0, waits=True), 2.0, math.inf),
    ],
)
def test_what_is_not_late_is_not_missed(pace: Pace, apart_s: float, patience_s: float) -> None:
    assert (pace.longest_apart_s(), pace.patience_s) == (apart_s, patience_s)
    assert pace.longest_apart_s(1000.0) == 3000.0 + pace.slack_s


def test_a_label_that_the_model_has_no_more_is_refused() -> None:
    kept = with_a_cat().decider.open(moment(1.0))
    assert kept is not None
    other = Bench(QUICK)
    assert not other.decider.resume(type(kept)("gate", "id9", "dog", 0.9, START), moment(0.0))
    assert other.decider.open(moment(1.0)) is None


def test_what_is_kept_says_how_long_ago_it_was_seen() -> None:
    bench = with_a_cat()
    bench.see(4.0, *CAT)
    kept = bench.decider.open(moment(4.5))
    assert kept is not None
    assert (kept.view, kept.id, kept.label, kept.started_at) == ("gate", "id1", "cat", START + 1.0)
    assert (kept.age_s, kept.quiet_s) == (3.0, 0.5)
    bench.lose(8.0)
    kept = bench.decider.open(moment(9.0))
    assert kept is not None
    assert (kept.age_s, kept.quiet_s) == (3.0, 5.0)
    assert Bench().decider.open(moment(0.0)) is None


# --- whatever comes --------------------------------------------------------------------------------------------

SCORES = st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3)
STEPS: st.SearchStrategy[tuple[str, list[float]]] = st.one_of(
    st.tuples(st.just("see"), SCORES),
    st.tuples(st.sampled_from(["wait", "lose", "rest", "restart"]), st.just([])),
)


@given(
    steps=st.lists(st.tuples(st.sampled_from([0.1, 0.6, 5.0, 12.0, 70.0, 4000.0]), STEPS), max_size=50),
    confirm_s=st.sampled_from([0.0, 1.0, 5.0]),
    waits=st.booleans(),
)
def test_every_start_has_one_end_whatever_comes(
    steps: list[tuple[float, tuple[str, list[float]]]], confirm_s: float, waits: bool
) -> None:
    pace = Pace(0.5, 10.0, 60.0, waits=waits)
    bench, now, events = Bench(pace, confirm_s=confirm_s), 0.0, list[Event]()
    runs = itertools.count()
    open_id: str | None = None
    for pause_s, (what, scores) in steps:
        now += pause_s
        if what == "restart":
            kept = bench.decider.open(moment(now))
            bench = Bench(pace, id_prefix=f"id{next(runs)}-", confirm_s=confirm_s)
            assert kept is None or bench.decider.resume(kept, moment(now))
            continue
        if what == "see":
            step = bench.see(now, *scores)
        else:
            step = {"wait": bench.wait, "lose": bench.lose, "rest": bench.pause}[what](now)
        for event in step.events:
            if event.event_type is EventType.START:
                assert open_id is None
                assert event.open is not None
                assert event.why.held_s is not None
                assert confirm_s <= event.why.held_s
                open_id = event.id
            else:
                assert event.id == open_id
                open_id = None if event.event_type is EventType.END else open_id
            assert (event.open is None) == (event.event_type is EventType.END)
        events += step.events
        if step.state is not None:
            assert step.state.event_id in (None, open_id)
            assert step.state.known or step.state.event_id is None
    events += bench.decider.end(moment(now), Reason.STOPPED).events
    starts = [event.id for event in events if event.event_type is EventType.START]
    assert starts == [event.id for event in events if event.event_type is EventType.END]
    assert len(set(starts)) == len(starts)


# --- exact bounds, and what a gap leaves behind --------------------------------------------------------------


@pytest.mark.parametrize(("at_s", "held"), [(11.5, True), (11.500_000_001, False)])
def test_frames_belong_together_up_to_the_bound(at_s: float, held: bool) -> None:
    bench = Bench(QUICK, confirm_s=1.0)
    bench.see(0.0, *CAT)
    assert kinds(bench.see(at_s, *CAT)) == ENTERED * held


@pytest.mark.parametrize(("at_s", "known"), [(12.5, True), (12.500_000_001, False)])
def test_silence_is_a_gap_after_the_bound(at_s: float, known: bool) -> None:
    bench = with_a_cat()  # last seen after a second
    assert (bench.wait(at_s).state is None) is known


@pytest.mark.parametrize(("at_s", "ends"), [(61.0, False), (61.000_000_001, True)])
def test_what_is_not_seen_ends_after_the_bound(at_s: float, ends: bool) -> None:
    bench = with_a_cat()
    bench.wait(20.0)
    assert kinds(bench.wait(at_s)) == LEFT * ends


def test_how_long_a_gap_lasted_is_told_in_thousandths() -> None:
    bench = with_a_cat()
    (end,) = bench.wait(100.12345).events
    assert (end.why.reason, end.why.gap_s, end.why.duration_s) == (Reason.NO_FRAMES, 99.123, 0.0)


def test_no_silence_of_our_clock_is_a_gap_in_a_film() -> None:
    bench = Bench(QUICK, confirm_s=0.0)
    bench.decider.see(in_a_file(5.0, *CAT))
    assert bench.wait(1e6) == Step(None)


def test_no_silence_is_a_gap_where_pictures_come_when_they_come() -> None:
    bench = Bench(Pace(waits=True), confirm_s=0.0)
    bench.see(0.0, *CAT)
    assert bench.wait(1e6) == Step(None)


def entered_at(bench: Bench, times_s: list[float], *, film: bool = False) -> float | None:
    """When the cat enters that is there all the time."""
    for at_s in times_s:
        step = bench.decider.see(in_a_file(at_s, *CAT)) if film else bench.see(at_s, *CAT)
        if step.events:
            return at_s
    return None


def test_after_a_loss_the_pace_is_learned_anew() -> None:
    bench = Bench(QUICK, confirm_s=50.0)
    bench.see(0.0, *NOTHING)
    bench.lose(1.0)
    assert entered_at(bench, [100.0, 200.0, 300.0, 400.0, 500.0]) == 400.0


def test_in_a_film_the_pace_is_learned_anew() -> None:
    bench = Bench(QUICK, confirm_s=50.0)
    bench.see(0.0, *NOTHING)
    assert entered_at(bench, [1000.0, 1100.0, 1200.0, 1300.0, 1400.0], film=True) == 1300.0


def test_time_that_runs_back_is_no_pace() -> None:
    bench = Bench(QUICK, confirm_s=50.0)
    for at_s in (500.0, 100.0):
        bench.decider.see(in_a_file(at_s, *NOTHING))
    assert entered_at(bench, [200.0, 300.0, 400.0, 500.0], film=True) == 400.0
