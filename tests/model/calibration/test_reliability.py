"""The calibration error: 0 where scores mean what they say, and bounded by how wrong they can be."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.model.calibration.reliability import Bin, ece_by_chance, reliability

PICTURES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def of(*pictures: tuple[float, bool], bins: int = 15) -> tuple[Bin, ...]:
    best, is_right = zip(*pictures, strict=True)
    return reliability(np.array(best, np.float64), np.array(is_right), bins).bins


def test_bins_are_of_equal_width_and_empty_ones_left_out() -> None:
    found = of((0.05, False), (0.45, True), (0.55, True), (0.95, True), (0.92, False), (1.0, True), bins=10)
    assert [one.pictures for one in found] == [1, 1, 1, 3]
    assert found[-1].score == pytest.approx((0.95 + 0.92 + 1.0) / 3)
    assert found[-1].right == pytest.approx(2 / 3)


def test_a_score_on_the_border_belongs_to_the_bin_above() -> None:
    assert [one.pictures for one in of((0.49, True), (0.5, True), bins=2)] == [1, 1]


def test_the_error_is_the_distance_weighted_by_the_bins() -> None:
    found = reliability(np.array([0.9, 0.9, 0.9, 0.1]), np.array([True, False, True, False]), 2)
    assert found.ece == pytest.approx((3 * abs(0.9 - 2 / 3) + 1 * 0.1) / 4)


def test_there_are_15_bins_where_nobody_says_otherwise() -> None:
    best = (np.arange(300) + 0.5) / 300
    assert [one.pictures for one in reliability(best, best > 0).bins] == [20] * 15


def test_without_pictures_there_is_no_error() -> None:
    assert reliability(np.zeros(0), np.zeros(0, np.bool_)).ece == 0


@given(PICTURES)
def test_the_error_is_between_0_and_1_and_no_less_than_the_whole_differs(
    pictures: list[tuple[float, bool]],
) -> None:
    best, is_right = np.array([one for one, _ in pictures]), np.array([one for _, one in pictures])
    ece = reliability(best, is_right).ece
    assert 0 <= ece <= 1
    assert ece >= abs(best.mean() - is_right.mean()) - 1e-9


def test_chance_shows_less_of_an_error_on_more_pictures() -> None:
    draws = np.random.default_rng(1)
    few, many = ece_by_chance(draws.random(50)), ece_by_chance(draws.random(5000))
    assert 0.05 < few < 0.2
    assert many < 0.02
    assert ece_by_chance(draws.random(0)) == 0


def test_chance_is_the_same_each_time() -> None:
    best = np.random.default_rng(1).random(50)
    assert ece_by_chance(best) == ece_by_chance(best)


def test_chance_is_the_mean_of_two_hundred_drawings() -> None:
    best, draws = np.linspace(0.2, 0.9, 40), np.random.default_rng(0)
    found = [reliability(best, draws.random(40) < best).ece for _ in range(200)]
    assert ece_by_chance(best) == pytest.approx(sum(found) / 200)
    draws = np.random.default_rng(0)
    found = [reliability(best, draws.random(40) < best, 3).ece for _ in range(200)]
    assert ece_by_chance(best, 3) == pytest.approx(sum(found) / 200)


def test_scores_that_are_certain_leave_nothing_to_chance() -> None:
    assert ece_by_chance(np.ones(20)) == 0
