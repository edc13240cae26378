"""The decider of a view, fed with scores at chosen times."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.types import UNKNOWN, Event, EventType, Moment, Reason, Why
from tests.postprocess.benches import START, Bench, in_a_file, kinds, seen_by, shown


def test_a_label_enters_after_the_confirmation_time() -> None:
    bench = Bench(confirm_s=1.0)
    assert kinds(bench.see(0.0, 0.1, 0.9, 0)) == []
    assert bench.see(0.5, 0.1, 0.9, 0).state is None  # nobody knows yet
    step = bench.see(1.0, 0.1, 0.9, 0)
    assert kinds(step) == [(EventType.START, "open")]
    state = shown(step)
    assert (state.label, state.event_id, state.since, state.known) == ("open", "id1", START + 1.0, True)
    why = Why(threshold_enter=0.6, confirm_s=1.0, held_s=1.0)
    assert step.events[0].why == seen_by(why, "open", 0.1, 0.9, 0)


def test_a_break_starts_the_confirmation_over() -> None:
    bench = Bench(confirm_s=1.0)
    bench.see(0.0, 0, 0.9, 0)
    bench.see(0.5, 0, 0.5, 0)
    assert kinds(bench.see(1.0, 0, 0.9, 0)) == []
    assert kinds(bench.see(1.9, 0, 0.9, 0)) == []
    assert kinds(bench.see(2.0, 0, 0.9, 0)) == [(EventType.START, "open")]


def test_another_head_starts_the_confirmation_over() -> None:
    bench = Bench(confirm_s=1.0)
    bench.see(0.0, 0, 0.9, 0)
    bench.see(0.9, 0, 0.9, 0)
    bench.decider.renew()
    assert kinds(bench.see(1.0, 0, 0.9, 0)) == []
    assert kinds(bench.see(1.9, 0, 0.9, 0)) == []
    assert kinds(bench.see(2.0, 0, 0.9, 0)) == [(EventType.START, "open")]


def test_between_the_thresholds_nothing_changes() -> None:
    bench = Bench(confirm_s=0, threshold_enter=0.6, threshold_exit=0.4, update_step=0)
    assert kinds(bench.see(0, 0, 0.6, 0)) == [(EventType.START, "open")]
    for i, score in enumerate((0.41, 0.59, 0.4, 0.5)):
        assert kinds(bench.see(1 + i, 0, score, 0)) == []
    step = bench.see(9, 0, 0.39, 0)
    assert kinds(step) == [(EventType.END, "open")]
    assert (shown(step).label, shown(step).event_id) == (UNKNOWN, None)
    assert step.events[0].why.duration_s == 9.0
    assert kinds(bench.see(10, 0, 0.59, 0)) == []


def test_leaving_needs_the_confirmation_time_even_while_others_flicker() -> None:
    bench = Bench(confirm_s=1.0, update_step=0)
    bench.see(0, 0, 0.9, 0)
    bench.see(1, 0, 0.9, 0)
    assert kinds(bench.see(2.0, 0.7, 0.1, 0.2)) == []
    assert kinds(bench.see(2.5, 0.2, 0.1, 0.7)) == []  # another candidate: its own time starts
    assert kinds(bench.see(3.0, 0.7, 0.1, 0.2)) == [(EventType.END, "open")]


def test_one_label_replaces_another_in_one_step() -> None:
    bench = Bench(confirm_s=0)
    first = bench.see(0, 0.9, 0, 0)
    step = bench.see(1, 0.05, 0.95, 0)
    assert kinds(step) == [(EventType.END, "closed"), (EventType.START, "open")]
    end, start = step.events
    assert end.id == first.events[0].id != start.id
    assert end.why.reason == "replaced"
    assert end.why.by == "open"


def test_update_when_the_score_rises_by_a_step() -> None:
    bench = Bench(confirm_s=0, update_step=0.1)
    bench.see(0, 0, 0.6, 0)
    assert kinds(bench.see(1, 0, 0.65, 0)) == []
    step = bench.see(2, 0, 0.7, 0)
    assert kinds(step) == [(EventType.UPDATE, "open")]
    assert step.events[0].id == "id1"
    assert kinds(bench.see(3, 0, 0.75, 0)) == []
    assert kinds(bench.see(4, 0, 0.61, 0)) == []
    assert kinds(bench.see(5, 0, 0.8, 0)) == [(EventType.UPDATE, "open")]


def test_the_end_ends_what_is_in_view_once() -> None:
    bench = Bench(confirm_s=0)
    assert bench.decider.end(Moment(0, START), Reason.STOPPED).events == ()
    bench.see(0, 0.9, 0, 0)
    # The wall clock has jumped meanwhile: how long it lasted is what the monotonic clock says.
    step = bench.decider.end(Moment(5_000_000_000, START + 1e9), Reason.STOPPED)
    (end,) = step.events
    assert (end.event_type, end.label, end.why) == (
        EventType.END,
        "closed",
        Why(Reason.STOPPED, duration_s=5.0),
    )
    assert (shown(step).label, shown(step).known) == (UNKNOWN, False)
    assert bench.decider.end(Moment(6_000_000_000, START + 6), Reason.STOPPED).events == ()


def test_state_lists_the_top_labels_and_how_close_the_best_is() -> None:
    state = shown(Bench(top=2, confirm_s=0).see(0, 0.2, 0.3, 0.5))
    assert [(row.label, row.index) for row in state.top] == [("cat", 2), ("open", 1)]
    assert state.label == UNKNOWN
    assert state.score == pytest.approx(0.5)
    assert state.since == START


SCORES = st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3)


@given(
    frames=st.lists(st.tuples(st.floats(0, 2), SCORES), max_size=60),
    enter=st.floats(0.1, 1),
    confirm_s=st.sampled_from([0, 0.5, 1.5]),
)
def test_whatever_comes_events_pair_up(
    frames: list[tuple[float, list[float]]], enter: float, confirm_s: float
) -> None:
    bench = Bench(threshold_enter=enter, confirm_s=confirm_s)
    now, events = 0.0, list[Event]()
    label = UNKNOWN
    for pause_s, scores in frames:
        now += pause_s
        step = bench.see(now, *scores)
        for event in step.events:
            if event.event_type is EventType.START:
                assert label == UNKNOWN
                assert event.score >= np.float32(enter)
                label = event.label
            else:
                assert event.label == label
                label = UNKNOWN if event.event_type is EventType.END else label
        events += step.events
        assert step.state is None or step.state.label == label
    events += bench.decider.end(Moment(round(now * 1e9), START + now), Reason.STOPPED).events
    starts = [event.id for event in events if event.event_type is EventType.START]
    ends = [event.id for event in events if event.event_type is EventType.END]
    assert starts == ends
    assert len(set(starts)) == len(starts)


def test_what_was_seen_in_files_ends_with_the_last_picture() -> None:
    bench = Bench(confirm_s=0)
    step = bench.decider.see(in_a_file(5e8, 0, 0.9, 0, origin="1.jpg"))
    assert (shown(step).origin, step.events[0].origin) == ("1.jpg", "1.jpg")
    bench.decider.see(in_a_file(5e8 + 30, 0, 0.9, 0, origin="2.jpg"))
    (end,) = bench.decider.end(Moment(0, 1.9e9), Reason.STOPPED).events
    assert (end.ts, end.why.duration_s, end.origin) == (START + 5e8 + 30, 30.0, "2.jpg")


def test_time_that_runs_back_confirms_nothing() -> None:
    bench = Bench(confirm_s=10.0)
    for at_s in (100.0, 50.0, 55.0):
        assert bench.decider.see(in_a_file(at_s, 0, 0.9, 0)).events == ()
    (start,) = bench.decider.see(in_a_file(60.0, 0, 0.9, 0)).events
    assert start.why.held_s == 10.0
