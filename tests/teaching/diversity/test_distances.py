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


def distance(first: tuple[float, float], second: tuple[float, float], zone_s: float = 0.0) -> float:
    same = on_a_circle([30, 30])
    rows = with_circumstances(same, (first[0] * HOUR, second[0] * HOUR), (first[1], second[1]), zone_s)
    return float(np.sqrt(squared_distances(rows[:1], rows[1:])[0, 0]))


def test_hours_lie_on_a_circle() -> None:
    assert distance((0, 0.5), (24, 0.5)) == pytest.approx(0, abs=1e-3)
    assert distance((0, 0.5), (12, 0.5)) == pytest.approx(2 * HOUR_WEIGHT, abs=1e-3)
    assert distance((23, 0.5), (1, 0.5)) == pytest.approx(distance((6, 0.5), (8, 0.5)), abs=1e-3)
    assert distance((7, 0.5), (30, 0.5), 1800.0) == pytest.approx(distance((7, 0.5), (30, 0.5)), abs=1e-3)


def test_light_counts() -> None:
    assert distance((5, 0.0), (5, 1.0)) == pytest.approx(LIGHT_WEIGHT, abs=1e-3)


def test_a_zone_turns_all_hours_alike() -> None:
    units = on_a_circle([0, 0])
    shifted = with_circumstances(units, (0.0, HOUR), (0.5, 0.5), zone_s=HOUR)
    np.testing.assert_allclose(shifted[0], with_circumstances(units, (HOUR, 0.0), (0.5, 0.5))[0], atol=1e-6)
    assert shifted.shape == (2, 5)
    assert shifted.dtype == np.float32
