"""What is in a view, and what its events tell: figures, durations, and what is kept of it."""

import pytest
from hypothesis import given, strategies as st

from edgeclassify.postprocess.decision import new_event_id
from edgeclassify.types import Event, EventType, OpenOccurrence, Reason, Why
from tests.postprocess.benches import START, Bench, kinds, moment, seen_by

HALF_STEP = 1 / 512


def test_each_id_is_another_one() -> None:
    ids = {new_event_id() for _ in range(100)}
    assert len(ids) == 100
    assert {len(one) for one in ids} == {32}
    assert all(int(one, 16) for one in ids)


def test_a_start_tells_its_figures() -> None:
    bench = Bench(confirm_s=1.5, threshold_enter=0.5)
    bench.see(0.0, 0.1, 0.75, 0.1)
    (start,) = bench.see(2.0, 0.1, 0.625, 0.1).events
    kept = OpenOccurrence("gate", "id1", "open", 0.625, START + 2.0, 0.0, 0.0)
    why = seen_by(Why(threshold_enter=0.5, confirm_s=1.5, held_s=2.0), "open", 0.1, 0.625, 0.1)
    assert start == Event("id1", 0, "gate", EventType.START, "open", 0.625, START + 2.0, why, None, kept)


def test_an_update_tells_the_score_before() -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.123456, update_step=0.25)
    bench.see(1.0, 0.0, 0.1640625, 0.0)
    (update,) = bench.see(4.0, 0.0, 0.5, 0.0).events
    kept = OpenOccurrence("gate", "id1", "open", 0.5, START + 1.0, 3.0, 0.0)
    why = seen_by(Why(Reason.SCORE_ROSE, score_before=0.1641), "open", 0.0, 0.5, 0.0)
    assert update == Event("id1", 0, "gate", EventType.UPDATE, "open", 0.5, START + 4.0, why, None, kept)


def test_an_end_tells_its_figures_and_how_long_it_lasted() -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.500001)
    bench.see(1.0, 0.1, 0.75, 0.1)
    (end,) = bench.see(3.34567, 0.1, 0.25, 0.1).events
    why = Why(Reason.BELOW_THRESHOLD, threshold_exit=0.3333, confirm_s=0.0, held_s=0.0, duration_s=2.346)
    why = seen_by(why, "open", 0.1, 0.25, 0.1)
    assert end == Event("id1", 0, "gate", EventType.END, "open", 0.25, START + 3.34567, why, None, None)


def test_what_is_replaced_ends_with_its_own_score_and_another_id() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, 0.0, 0.75, 0.25)
    end, start = bench.see(5.0, 0.0, 0.125, 0.875).events
    why = seen_by(Why(Reason.REPLACED, by="cat", duration_s=4.0), "open", 0.0, 0.125, 0.875)
    assert (end.id, end.score, end.why) == ("id1", 0.125, why)
    assert (start.id, start.label, start.score) == ("id2", "cat", 0.875)


def test_what_is_ended_has_the_score_that_was_told_last() -> None:
    bench = Bench(confirm_s=0.0, update_step=0.125)
    for at_s, score in ((0.0, 0.75), (1.0, 0.875), (2.0, 0.9375)):
        bench.see(at_s, 0.0, score, 0.0)
    (end,) = bench.decider.end(moment(3.0), Reason.STOPPED).events
    assert end.score == 0.875


@pytest.mark.parametrize(
    ("score", "told"), [(0.75 - HALF_STEP, True), (0.75 - HALF_STEP - 2**-20, False), (1.0, True)]
)
def test_an_update_comes_half_a_quantization_step_early(score: float, told: bool) -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.5, update_step=0.25)
    bench.see(0.0, 0.0, 0.5, 0.0)
    assert kinds(bench.see(1.0, 0.0, score, 0.0)) == [(EventType.UPDATE, "open")] * told


def test_the_next_update_counts_from_the_one_before() -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.25, update_step=0.25)
    told = [
        bool(bench.see(at_s, 0.0, score, 0.0).events) for at_s, score in enumerate((0.25, 0.625, 0.5, 0.75, 0.875))
    ]
    assert told == [True, True, False, False, True]


@pytest.mark.parametrize(("step", "told"), [(0.0, False), (1 / 1024, True)])
def test_without_a_step_no_rise_is_told(step: float, told: bool) -> None:
    bench = Bench(confirm_s=0.0, update_step=step)
    bench.see(0.0, 0.0, 0.75, 0.0)
    assert bool(bench.see(1.0, 0.0, 1.0, 0.0).events) is told


@given(st.lists(st.integers(0, 256), min_size=1, max_size=40), st.sampled_from([0.0625, 0.25]))
def test_each_update_tells_more_than_the_event_before(levels: list[int], step: float) -> None:
    bench = Bench(confirm_s=0.0, threshold_enter=0.25, threshold_exit=0.125, update_step=step)
    before = 0.0
    for at_s, level in enumerate(levels):
        for event in bench.see(at_s, 0.0, level / 256, 0.0).events:
            if event.event_type is EventType.UPDATE:
                assert event.score >= before + step - HALF_STEP
            before = event.score


def test_what_is_kept_tells_how_old_it_is_and_how_long_unseen() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, 0.0, 0.75, 0.0)
    bench.see(4.0, 0.0, 0.75, 0.0)
    assert bench.decider.open(moment(9.0)) == OpenOccurrence("gate", "id1", "open", 0.75, START + 1.0, 3.0, 5.0)


def test_by_a_clock_that_is_behind_it_was_seen_just_now() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(4.0, 0.0, 0.75, 0.0)
    kept = bench.decider.open(moment(3.0))
    assert kept is not None
    assert (kept.age_s, kept.quiet_s) == (0.0, 0.0)


def test_nothing_is_kept_of_an_empty_view() -> None:
    bench = Bench(confirm_s=0.0)
    bench.see(1.0, 0.0, 0.25, 0.0)
    assert bench.decider.open(moment(2.0)) is None


def test_what_was_kept_lasts_from_its_start() -> None:
    bench = Bench(confirm_s=0.0)
    kept = OpenOccurrence("gate", "old", "open", 0.75, START - 60.0, 20.0, 30.0)
    assert bench.decider.resume(kept, moment(100.0)) is True
    bench.see(101.0, 0.0, 0.75, 0.0)
    (end,) = bench.see(105.5, 0.0, 0.25, 0.0).events
    assert (end.id, end.why.duration_s) == ("old", 55.5)
    assert end.why.reason is Reason.BELOW_THRESHOLD


def test_what_was_kept_of_a_label_that_is_gone_does_not_go_on() -> None:
    bench = Bench(confirm_s=0.0)
    assert bench.decider.resume(OpenOccurrence("gate", "old", "dog", 0.75, START, 1.0, 1.0), moment(9.0)) is False
    assert bench.decider.open(moment(9.0)) is None
