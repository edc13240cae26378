"""Settings: what rules say of them, what they make of rules, and how they are drawn."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from edgeclassify.config import parse_config
from edgeclassify.errors import ConfigError
from edgeclassify.postprocess.interface import FilterKind, FilterRules, OwnRules
from edgeclassify.recording.tuning.settings import Drawing, Setting
from tests.recording.inputs import make_rules

ONE = Setting(0.8, 0.5, 1.5, 2.5, FilterKind.BAYES, 1.1, 2.2)


def test_rules_say_what_is_set() -> None:
    rules = make_rules(expire_s=3.0, threshold_exit=0.4, filter=FilterRules(FilterKind.EXPONENTIAL, 1.5, 0.7))
    assert Setting.of(rules) == Setting(0.6, 0.4, 1.0, 3.0, FilterKind.EXPONENTIAL, 1.5, 0.7)


def test_what_follows_from_others_is_filled_in() -> None:
    """The exit from the enter, the expiry from the confirmation."""
    found = Setting.of(make_rules())
    assert found.threshold_exit == pytest.approx(0.4)
    assert found.expire_s == 1.0


def test_what_is_applied_is_set_and_nothing_else_changes() -> None:
    rules = make_rules(hold_s=7.0)
    found = ONE.applied(rules)
    assert Setting.of(found) == ONE
    assert (found.hold_s, found.pace, found.top) == (7.0, rules.pace, rules.top)


def test_own_rules_of_a_label_may_forbid_it() -> None:
    with pytest.raises(ConfigError):
        ONE.applied(make_rules(own={0: OwnRules(threshold_exit=0.9)}))


@pytest.mark.parametrize(
    ("kind", "last"),
    [(FilterKind.BAYES, "memory_s = 1.1"), (FilterKind.EXPONENTIAL, "smoothing_s = 2.2"), (FilterKind.NONE, None)],
)
def test_a_filter_s_constant_is_written_with_it_alone(kind: FilterKind, last: str | None) -> None:
    usual = [
        "threshold_enter = 0.8",
        "threshold_exit = 0.5",
        "confirm_s = 1.5",
        "expire_s = 2.5",
        f'filter = "{kind}"',
    ]
    assert replace(ONE, filter=kind).lines() == usual + ([] if last is None else [last])


@given(st.integers(0, 10_000))
def test_whatever_is_drawn_is_a_setting_that_a_config_takes(seed: int) -> None:
    drawing = Drawing(seed)
    found = drawing.anywhere()
    for _ in range(5):
        assert 0 < found.threshold_exit <= found.threshold_enter <= 1
        assert Setting.of(found.applied(make_rules())) == found
        view = {"name": "gate", **found.keys()}
        parse_config({"camera": [{"name": "a", "source": "synthetic:"}], "view": [view]}, "drawn", Path())
        found = drawing.near(found)


def test_the_same_seed_draws_the_same() -> None:
    one, other, third = Drawing(1), Drawing(1), Drawing(2)
    drawn = [one.anywhere(), one.near(ONE)]
    assert drawn == [other.anywhere(), other.near(ONE)]
    assert drawn != [third.anywhere(), third.near(ONE)]


def test_what_is_near_has_the_same_filter() -> None:
    drawing = Drawing(5)
    near = [drawing.near(ONE) for _ in range(50)]
    assert {one.filter for one in near} == {FilterKind.BAYES}
    assert all(0.9 <= one.confirm_s <= 2.4 for one in near)
    assert {one.confirm_s == 0 for one in (drawing.near(replace(ONE, confirm_s=0.0)) for _ in range(50))} == {
        True, False,
    }  # fmt: skip
