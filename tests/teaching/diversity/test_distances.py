"""Distances are Euclid's; hours are on a circle, and light counts."""

import numpy as np
import pytest

from edgeclassify.teaching.diversity.distances import (
    HOUR_WEIGHT,
    LIGHT_WEIGHT,
    squared_distances,
    with_circumstances,
)
from tests.teaching.diversity.points import groups_of, on_a_circle

HOUR = 3600.0


def test_as_numpy_has_it() -> None:
    units, _ = groups_of([5, 4])
    expected = ((units[:, None] - units[None, :6]) ** 2).sum(axis=2)
    found = squared_distances(units, units[:6])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found.dtype == np.float32
    assert (squared_distances(units, units) >= 0).all()


def distance(first: tuple[float, float], second: tuple[float, float]) -> float:
    same = on_a_circle([30, 30])
    rows = with_circumstances(same, (first[0] * HOUR, second[0] * HOUR), (first[1], second[1]))
    return float(np.sqrt(squared_distances(rows[:1], rows[1:])[0, 0]))


def test_hours_lie_on_a_circle() -> None:
    assert distance((0, 0.5), (24, 0.5)) == pytest.approx(0, abs=1e-3)
    assert distance((0, 0.5), (12, 0.5)) == pytest.approx(2 * HOUR_WEIGHT, abs=1e-3)
    assert distance((23, 0.5), (1, 0.5)) == pytest.approx(distance((6, 0.5), (8, 0.5)), abs=1e-3)


def test_light_counts() -> None:
    assert distance((5, 0.0), (5, 1.0)) == pytest.approx(LIGHT_WEIGHT, abs=1e-3)


def test_what_they_show_stays() -> None:
    units = on_a_circle([0, 90])
    around = with_circumstances(units, (0.0, HOUR), (0.5, 0.5))
    np.testing.assert_array_equal(around[:, :2], units)
    assert around.shape == (2, 5)
    assert around.dtype == np.float32
