"""An axis: round numbers that hold all values, and where values lie between them."""

import math

import pytest
from hypothesis import given, strategies as st

from edgeclassify.pictures.chart_axis import Axis, Scale

VALUES = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=20)


def test_ticks_are_round_and_hold_the_values() -> None:
    assert Scale(Axis("s"), [0.3, 5.7]).ticks == (0, 1, 2, 3, 4, 5, 6)
    assert Scale(Axis("s"), [0.31, 0.39]).ticks == (0.3, 0.32, 0.34, 0.36, 0.38, 0.4)
    assert Scale(Axis("s"), [0, 30]).ticks == (0, 5, 10, 15, 20, 25, 30)


def test_given_ends_are_kept_and_ticks_lie_between_them() -> None:
    scale = Scale(Axis("s", 0.1, 0.95), [0.2, 7.0])
    assert (scale.low, scale.high) == (0.1, 0.95)
    assert scale.ticks == (0.2, 0.4, 0.6, 0.8)


def test_an_end_alone_may_be_given() -> None:
    scale = Scale(Axis("s", lowest=0), [3.2, 7.7])
    assert (scale.low, scale.high) == (0, 8)
    assert Scale(Axis("s", highest=10), [3.2, 7.7]).ticks == (2, 4, 6, 8, 10)


def test_beyond_the_linear_part_ticks_are_powers_of_ten() -> None:
    assert Scale(Axis("s", lowest=0, linear_to=1), [0, 1852]).ticks == (0, 1, 10, 100, 1000, 10000)
    assert Scale(Axis("s", linear_to=1), [-12, 3]).ticks == (-20, -10, -5, -2, -1, 0, 1, 2, 5)


def test_few_powers_of_ten_have_their_double_and_fivefold() -> None:
    assert Scale(Axis("s", linear_to=1), [0, 42]).ticks == (0, 1, 2, 5, 10, 20, 50)


def test_positions_run_from_0_to_1() -> None:
    linear = Scale(Axis("s", 0, 10), [])
    assert [linear.position(value) for value in (0, 2.5, 10, 20)] == [0, 0.25, 1, 2]
    wide = Scale(Axis("s", 0, 1000, linear_to=1), [])
    assert wide.position(0) == 0
    assert wide.position(1000) == 1
    assert wide.position(100) - wide.position(10) == pytest.approx(
        wide.position(1000) - wide.position(100), rel=0.01
    )
    assert wide.position(0.5) == pytest.approx(math.asinh(0.5) / math.asinh(1000))


def test_one_value_alone_has_room_around_it() -> None:
    for value in (0.0, 4.0, -4.0, 1e-9):
        scale = Scale(Axis("s"), [value])
        assert 0 < scale.position(value) < 1
    assert Scale(Axis("s"), []).ticks[0] == 0


def test_values_below_the_lowest_end_leave_something_to_see() -> None:
    scale = Scale(Axis("s", lowest=5), [1, 2])
    assert scale.low == 5
    assert scale.high > 5
    assert len(scale.ticks) > 1


def test_values_that_are_no_numbers_do_not_count() -> None:
    assert Scale(Axis("s"), [0.3, math.nan, 5.7, math.inf]).ticks == (0, 1, 2, 3, 4, 5, 6)


@given(VALUES, st.sampled_from([None, 0.1, 1.0, 50.0]))
def test_all_values_lie_inside_and_ticks_are_in_order(values: list[float], linear_to: float | None) -> None:
    scale = Scale(Axis("s", linear_to=linear_to), values)
    assert all(-1e-6 <= scale.position(value) <= 1 + 1e-6 for value in values)
    assert list(scale.ticks) == sorted(set(scale.ticks))
    assert 2 <= len(scale.ticks) <= 40


@pytest.mark.parametrize(
    ("lowest", "highest", "linear_to"),
    [(2, 1, None), (1, 1, None), (math.nan, 1, None), (0, math.inf, None), (0, 1, 0)],
)
def test_ends_that_can_not_be_are_refused(lowest: float, highest: float, linear_to: float | None) -> None:
    with pytest.raises(ValueError, match=r"axis 'speed'"):
        Axis("speed", lowest, highest, linear_to)
