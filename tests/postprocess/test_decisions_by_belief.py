"""A view's decisions by the belief in its labels: filter, thresholds and times together."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.postprocess.interface import FilterKind, FilterRules, Step
from edgeclassify.tempering import Tempering
from edgeclassify.types import EventType, Surroundings
from tests.postprocess.benches import LABELS, Bench, kinds, seen, shown

BAYES = FilterRules(FilterKind.BAYES)
CLOSED, OPEN, NOTHING = (0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.02, 0.03, 0.01)


def believing(**rules: object) -> Bench:
    """A view with the rules that a camera has by default."""
    usual: dict[str, object] = {"threshold_enter": 0.97, "confirm_s": 0.0, "expire_s": 3.0, "filter": BAYES}
    return Bench(**(usual | rules))  # type: ignore[arg-type]


def watch(
    bench: Bench, begin_s: float, until_s: float, *scores: float, apart_s: float = 0.5
) -> list[tuple[float, Step]]:
    """The same scores from then on until then."""
    frames = round((until_s - begin_s) / apart_s)
    times = [begin_s + apart_s * frame for frame in range(frames)]
    return [(at_s, bench.see(at_s, *scores)) for at_s in times]


def starts(steps: list[tuple[float, Step]]) -> list[tuple[float, str]]:
    return [
        (at_s, event.label) for at_s, step in steps for event in step.events if event.event_type is EventType.START
    ]


def test_what_is_clear_starts_within_seconds_and_is_replaced_at_once() -> None:
    bench = believing()
    steps = watch(bench, 0.0, 20.0, *CLOSED) + watch(bench, 20.0, 40.0, *OPEN)
    (first_s, first), (second_s, second) = starts(steps)
    assert (first, second) == ("closed", "open")
    assert first_s <= 2.0
    assert 20.0 < second_s <= 24.0


def test_one_frame_of_something_else_changes_nothing() -> None:
    bench = believing()
    watch(bench, 0.0, 20.0, *CLOSED)
    assert kinds(bench.see(20.0, *OPEN)) == []
    assert starts(watch(bench, 20.5, 30.0, *CLOSED)) == []


def test_what_another_head_saw_counts_no_more_and_what_is_there_stays() -> None:
    fresh, renewed = believing(), believing()
    needed = len(watch(fresh, 0.0, starts(watch(believing(), 0.0, 9.0, *OPEN))[0][0] + 0.5, *OPEN))
    watch(renewed, 0.0, 600.0, *CLOSED)
    before = shown(renewed.see(600.0, *CLOSED))
    renewed.decider.renew()

    steps = watch(renewed, 600.5, 610.0, *OPEN)

    assert starts(steps) == [(600.5 + 0.5 * (needed - 1), "open")]
    ends = [event for _, step in steps for event in step.events if event.event_type is EventType.END]
    assert [(event.label, event.id) for event in ends] == [("closed", before.event_id)]
    again = believing()
    watch(again, 0.0, 20.0, *CLOSED)
    was = shown(again.see(20.0, *CLOSED))
    again.decider.renew()
    steps = watch(again, 20.5, 40.0, *CLOSED)
    assert not [event for _, step in steps for event in step.events]
    assert {(shown(step).event_id, shown(step).known) for _, step in steps} == {(was.event_id, True)}


def test_a_state_has_the_belief_and_the_models_own_score() -> None:
    bench = believing()
    steps = watch(bench, 0.0, 20.0, *CLOSED)
    state = shown(steps[-1][1])
    assert state.label == "closed"
    assert state.score > 0.97
    assert state.raw_score == pytest.approx(0.9)


def test_what_has_left_ends_when_it_has_been_gone_for_long_enough() -> None:
    bench = believing(expire_s=3.0)
    watch(bench, 0.0, 20.0, *CLOSED)
    steps = watch(bench, 20.0, 40.0, *NOTHING)
    (ended_s,) = (at_s for at_s, step in steps if (EventType.END, "closed") in kinds(step))
    assert ended_s >= 23.0


def test_after_a_gap_no_frame_of_before_counts() -> None:
    """Enough had been seen of another label for it to start with the next frame."""
    bench, whole = believing(), believing()
    watch(whole, 0.0, 20.0, *CLOSED)
    ((start_s, _),) = starts(watch(whole, 20.0, 30.0, *OPEN))
    watch(bench, 0.0, 20.0, *CLOSED)
    watch(bench, 20.0, start_s, *OPEN)
    bench.lose(start_s)
    assert starts(watch(bench, start_s, start_s + 0.5, *OPEN)) == []


def test_a_light_change_is_no_evidence() -> None:
    bench = believing()
    watch(bench, 0.0, 20.0, *CLOSED)
    watch(bench, 20.0, 21.0, *OPEN)
    step = bench.decider.see(seen(21.0, *OPEN), Surroundings(light_changed=True))
    assert kinds(step) == []


def test_rules_with_another_filter_begin_it_anew_others_do_not() -> None:
    bench = believing()
    watch(bench, 0.0, 10.0, *CLOSED)
    bench.decider.adopt(replace(bench.decider.rules, threshold_enter=0.5, threshold_exit=0.4))
    assert shown(bench.see(10.0, *CLOSED)).score > 0.97
    bench.decider.adopt(replace(bench.decider.rules, filter=FilterRules()))
    assert shown(bench.see(10.5, *CLOSED)).score == pytest.approx(0.9)


UNCLEAR = (0.3, 0.3, 0.3)


def believed(bench: Bench, at_s: float) -> dict[str, float]:
    """What is believed with a frame that shows nothing."""
    return {row.label: row.score for row in bench.decider.look(seen(at_s, *UNCLEAR)).top}


def test_after_a_pause_no_frame_of_before_counts_and_what_is_usual_is_known() -> None:
    bench = believing()
    watch(bench, 0.0, 60.0, *CLOSED)
    assert believed(bench, 60.0)["closed"] > 0.95
    bench.pause(60.0)
    assert 0.6 < believed(bench, 60.0)["closed"] < 0.8


def test_after_a_restart_what_was_there_is_usual() -> None:
    bench = believing()
    watch(bench, 0.0, 60.0, *CLOSED)
    after = bench.restarted(60.0, 1.0, threshold_enter=0.97, filter=BAYES)
    assert 0.6 < believed(after, 61.0)["closed"] < 0.8
    assert believed(believing(), 61.0)["closed"] < 0.4


def test_a_look_is_filtered_and_does_not_count() -> None:
    bench = believing()
    watch(bench, 0.0, 20.0, *CLOSED)
    for _ in range(20):
        assert bench.decider.look(seen(20.0, *OPEN)).top[0].label == "closed"
    assert believed(bench, 20.0)["closed"] > 0.95


def test_of_a_model_of_several_labels_at_once_each_is_believed_by_itself() -> None:
    def first_starts(tempering: Tempering) -> list[str]:
        decider = ViewDecider("gate", LABELS, "m", believing().decider.rules, tempering=tempering)
        steps = [(at / 2, decider.see(seen(at / 2, 0.95, 0.9, 0.05))) for at in range(20)]
        rules = replace(decider.rules, filter=FilterRules(FilterKind.EXPONENTIAL))
        decider.adopt(rules)
        decider.adopt(replace(rules, filter=BAYES))
        assert decider.see(seen(10.0, 0.95, 0.9, 0.05)).state is not None
        again = {row.label: row.score for row in decider.look(seen(10.5, 0.95, 0.9, 0.05)).top}
        assert (again["closed"] > 0.9 and again["open"] > 0.9) is tempering.several
        return [label for _, label in starts(steps)]

    assert first_starts(Tempering(several=True)) == ["closed"]
    assert first_starts(Tempering()) == []


scores = st.tuples(*(st.floats(0, 1, width=32) for _ in range(3)))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.lists(scores, max_size=25), st.floats(0.3, 0.99), st.floats(0.3, 0.99))
def test_a_higher_threshold_starts_nothing_earlier(
    frames: list[tuple[float, ...]], one: float, other: float
) -> None:
    def first_start(threshold: float) -> float:
        bench = believing(threshold_enter=threshold, threshold_exit=0.2)
        found = starts([(at / 2, bench.see(at / 2, *frame)) for at, frame in enumerate(frames)])
        return found[0][0] if found else float("inf")

    assert first_start(min(one, other)) <= first_start(max(one, other))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.lists(scores, max_size=25))
def test_the_same_frames_give_the_same_events_and_each_start_one_end(frames: list[tuple[float, ...]]) -> None:
    def course() -> list[tuple[EventType, str, float]]:
        bench = believing()
        steps = [bench.see(at / 2, *frame) for at, frame in enumerate(frames)]
        return [(event.event_type, event.id, event.ts) for step in steps for event in step.events]

    told = course()
    assert told == course()
    turns = [kind for kind, _, _ in told if kind is not EventType.UPDATE]
    assert turns[:1] in ([], [EventType.START])
    assert all(before is not after for before, after in pairwise(turns))
