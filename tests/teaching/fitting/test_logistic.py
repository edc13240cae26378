"""Logistic regressions, against their definition in float64."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.teaching.fitting.logistic import Problems, solve

DRAWS = np.random.default_rng(2)


def problems(
    rows: int = 60, dimensions: int = 7, classes: int = 3, parts: int = 1, strength: float = 0.02
) -> Problems:
    of = DRAWS.integers(0, classes, rows)
    middles = DRAWS.normal(size=(classes, dimensions)) * 0.5
    values = (middles[of] + DRAWS.normal(size=(rows, dimensions))).astype(np.float32)
    weights = DRAWS.random((parts, rows)).astype(np.float32)
    return Problems(values, of, classes, weights / weights.sum(axis=1, keepdims=True), strength)


def loss_and_gradient(given: Problems, problem: int, at: Any) -> tuple[float, Any]:
    rows = np.concatenate([given.rows, np.ones((len(given.rows), 1))], axis=1).astype(np.float64)
    weights = given.weights[problem].astype(np.float64)
    logits = rows @ at.T
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    own = np.eye(given.count)[given.classes]
    loss = -(weights * np.log((chances * own).sum(axis=1))).sum() + given.strength / 2 * (at**2).sum()
    return float(loss), ((chances - own) * weights[:, None]).T @ rows + given.strength * at


@pytest.mark.parametrize("strength", [1.0, 0.02, 0.001])
@pytest.mark.parametrize("classes", [2, 5])
def test_nothing_is_left_to_gain(strength: float, classes: int) -> None:
    given = problems(classes=classes, strength=strength, parts=3)
    found = solve(given)
    assert found.dtype == np.float32
    assert found.shape == (3, classes, 8)
    for problem, at in enumerate(found.astype(np.float64)):
        _, slope = loss_and_gradient(given, problem, at)
        _, steepest = loss_and_gradient(given, problem, np.zeros_like(at))
        assert np.linalg.norm(slope) < 0.02 * np.linalg.norm(steepest)


def test_problems_that_are_solved_at_once_do_not_disturb_each_other() -> None:
    given = problems(parts=4)
    together = solve(given)
    for one in range(4):
        alone = solve(replace(given, weights=given.weights[one : one + 1]))
        assert together[one] == pytest.approx(alone[0], abs=0.05)


def test_rows_without_weight_do_not_count() -> None:
    given = problems(parts=1)
    weights = given.weights.copy()
    weights[:, :20] = 0
    weights /= weights.sum()
    without = Problems(given.rows[20:], given.classes[20:], given.count, weights[:, 20:], given.strength)
    found = solve(Problems(given.rows, given.classes, given.count, weights, given.strength))
    assert found == pytest.approx(solve(without), abs=0.05)


@pytest.mark.parametrize("scale", [1e-3, 100.0])
def test_classes_that_are_apart_have_finite_coefficients(scale: float) -> None:
    rows = np.repeat(np.eye(3, dtype=np.float32) * np.float32(scale), 4, axis=0)
    weights = np.full((1, 12), 1 / 12, np.float32)
    found = solve(Problems(rows, np.repeat(np.arange(3), 4), 3, weights, 1e-3))[0]
    assert np.isfinite(found).all()
    assert ((rows @ found[:, :-1].T + found[:, -1]).argmax(axis=1) == np.repeat(np.arange(3), 4)).all()


def test_rows_that_are_all_the_same_say_nothing_but_how_many_there_are() -> None:
    weights = np.full((1, 4), 0.25, np.float32)
    found = solve(Problems(np.zeros((4, 2), np.float32), np.array([0, 0, 0, 1]), 2, weights, 0.01))[0]
    assert found[:, :-1] == pytest.approx(np.zeros((2, 2)))
    assert found[0, -1] > found[1, -1] + 0.5
