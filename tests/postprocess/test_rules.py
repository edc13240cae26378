"""What a view's decisions go by: rules that hold together, and change while something is in view."""

from dataclasses import replace

import pytest

from edgeclassify.errors import ConfigError
from edgeclassify.postprocess.interface import FilterKind, FilterRules, LabelRules, OwnRules, QuietHours, Rules
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


def test_a_label_without_rules_of_its_own_has_those_of_the_view() -> None:
    rules = make_rules(
        threshold_enter=0.6, confirm_s=2.0, hold_s=3.0, cooldown_s=4.0, own={1: OwnRules(hold_s=9.0)}
    )
    usual = LabelRules(0.6, 0.6 * 2 / 3, confirm_s=2.0, expire_s=2.0, hold_s=3.0, cooldown_s=4.0)
    assert rules.of(0) == usual
    assert rules.of(1) == replace(usual, hold_s=9.0)
    assert make_rules(expire_s=7.0).of(5).expire_s == 7.0


def test_what_a_label_has_of_its_own_counts_for_it_alone() -> None:
    own = OwnRules(0.9, 0.5, 10.0, 20.0, 30.0, 40.0)
    rules = make_rules(own={2: own})
    assert rules.of(2) == LabelRules(0.9, 0.5, 10.0, 20.0, 30.0, 40.0)
    assert rules.of(1) == make_rules().of(1)


def test_defaults_of_a_label_follow_its_own_figures() -> None:
    rules = make_rules(expire_s=None, own={0: OwnRules(threshold_enter=0.3, confirm_s=5.0)})
    assert rules.of(0).exit_score == pytest.approx(0.2)
    assert rules.of(0).expire_s == 5.0
    with_exit = make_rules(
        threshold_exit=0.25, expire_s=1.5, own={0: OwnRules(threshold_enter=0.3, confirm_s=5.0)}
    )
    assert (with_exit.of(0).exit_score, with_exit.of(0).expire_s) == (0.25, 1.5)


def test_a_threshold_that_is_set_counts_where_a_label_has_none_of_its_own() -> None:
    rules = make_rules(own={0: OwnRules(threshold_enter=0.9), 1: OwnRules(hold_s=1.0)}).with_threshold(0.3)
    assert (rules.of(0).threshold_enter, rules.of(1).threshold_enter, rules.of(2).threshold_enter) == (
        0.9,
        0.3,
        0.3,
    )
    with pytest.raises(ConfigError, match=r"a label's own rules \(0.5\), found 0.49"):
        make_rules(own={0: OwnRules(threshold_exit=0.5)}).with_threshold(0.49)
    assert make_rules(own={0: OwnRules(threshold_exit=0.5)}).with_threshold(0.5).of(0).exit_score == 0.5


def test_rules_are_the_same_where_their_figures_are() -> None:
    """What is worked out from them is neither compared nor shown: it follows."""
    rules, other = make_rules(), make_rules(own={0: OwnRules(threshold_enter=0.3)})
    assert rules == make_rules()
    assert rules != other
    assert hash(rules) == hash(make_rules())
    assert "_usual" not in repr(other)
    assert "_of_label" not in repr(other)
    assert "_lowest_enter" not in repr(other)
    assert (rules.lowest_enter, other.lowest_enter) == (0.6, 0.3)


def test_what_nobody_sets_holds_nothing_back() -> None:
    rules = Rules(0.6, None, 1.0, 0.1, 3, Pace())
    assert (rules.hold_s, rules.cooldown_s, rules.unknown_below) == (0, 0, 0)
    assert (rules.quiet_hours, rules.resumes, rules.holds_on_problem, dict(rules.own)) == ((), True, False, {})
    assert rules.filter == FilterRules(FilterKind.NONE, memory_s=1.5, smoothing_s=2.0)
    assert OwnRules() == OwnRules(None, None, None, None, None, None)
    usual = LabelRules(0.6, 0.4, 1.0, 1.0, 0.0, 0.0)
    assert (usual.rare, usual.lasting) == (False, ())


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        (QuietHours(360, 720), (360, 719), (359, 720, 0)),
        (QuietHours(1320, 360), (1320, 1439, 0, 359), (360, 1319)),
        (QuietHours(360, 360), (), (359, 360, 361)),
    ],
)
def test_hours_are_quiet_from_their_first_minute_on(
    hours: QuietHours, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    assert all(hours.covers(minute) for minute in inside)
    assert not any(hours.covers(minute) for minute in outside)


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


def test_a_pace_by_itself() -> None:
    """As fast as it goes, 10 s late at most, and gone after five minutes."""
    assert Pace() == Pace(interval_s=0.0, slack_s=10.0, resume_s=300.0, waits=False)
    assert (Pace().longest_apart_s(), Pace().patience_s) == (10.0, 300.0)
