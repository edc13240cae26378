"""What a view's decisions go by: rules that hold together, and change while something is in view."""

import pytest

from edgeclassify.errors import ConfigError
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import EventType
from tests.postprocess.benches import Bench, kinds, make_rules, moment, shown


def test_the_exit_follows_the_other_threshold_at_two_thirds_of_it() -> None:
    rules = make_rules(threshold_enter=0.3)
    assert rules.exit_score == pytest.approx(0.2)
    assert rules.with_threshold(0.6).exit_score == pytest.approx(0.4)
    assert make_rules(threshold_enter=0.6, threshold_exit=0.1).with_threshold(0.9).exit_score == 0.1


def test_an_exit_above_the_threshold_is_refused() -> None:
    assert make_rules(threshold_enter=0.4, threshold_exit=0.4).exit_score == 0.4
    with pytest.raises(ConfigError, match=r"^expected a threshold of at least threshold_exit \(0.4\), found 0.3$"):
        make_rules(threshold_enter=0.3, threshold_exit=0.4)
    with pytest.raises(ConfigError, match="found 0"):
        make_rules(threshold_exit=0.4).with_threshold(0.39)


def test_another_interval_leaves_the_rest_of_the_pace() -> None:
    rules = make_rules(pace=Pace(1.0, 2.0, 3.0, waits=True)).with_interval(9.0)
    assert rules.pace == Pace(9.0, 2.0, 3.0, waits=True)


def test_changed_rules_keep_what_is_in_view_and_hold_from_the_next_prediction_on() -> None:
    bench = Bench(confirm_s=0, threshold_enter=0.6, update_step=0)
    start = bench.see(0.0, 0, 0.65, 0)
    bench.decider.adopt(make_rules(confirm_s=0.0, threshold_enter=0.9, update_step=0, top=1))
    step = bench.see(1.0, 0, 0.61, 0)
    assert kinds(step) == []
    state = shown(step)
    assert (state.event_id, state.label, len(state.top)) == (start.events[0].id, "open", 1)
    assert kinds(bench.see(2.0, 0, 0.59, 0)) == [(EventType.END, "open")]  # two thirds of 0.9
    assert kinds(bench.see(3.0, 0, 0.89, 0)) == []
    assert kinds(bench.see(4.0, 0, 0.91, 0)) == [(EventType.START, "open")]


def test_a_confirmation_that_has_begun_goes_on_under_changed_rules() -> None:
    bench = Bench(confirm_s=5.0)
    bench.see(0.0, 0, 0.9, 0)
    bench.decider.adopt(make_rules(confirm_s=2.0))
    assert kinds(bench.see(1.9, 0, 0.9, 0)) == []
    assert kinds(bench.see(2.0, 0, 0.9, 0)) == [(EventType.START, "open")]


def test_a_changed_pace_counts_for_the_gap_that_has_begun() -> None:
    bench = Bench(Pace(0.0, 1.0, 1.0), confirm_s=0.0)
    bench.see(0.0, 0, 0.9, 0)
    bench.decider.adopt(make_rules(confirm_s=0.0, pace=Pace(10.0, 1.0, 1.0)))
    assert kinds(bench.wait(31.0)) == []
    assert bench.decider.open(moment(31.0)) is not None
    assert kinds(bench.wait(31.1)) == [(EventType.END, "open")]
