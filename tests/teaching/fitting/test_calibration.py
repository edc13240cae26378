"""Temperatures of logits."""

import numpy as np
import pytest

from edgeclassify.teaching.fitting.calibration import fit_temperature

DRAWS = np.random.default_rng(3)


@pytest.mark.parametrize("temperature", [0.05, 0.5, 3.0])
def test_the_temperature_of_many_examples_is_found(temperature: float) -> None:
    logits = DRAWS.normal(size=(2000, 4)) * 2
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([DRAWS.choice(4, p=row) for row in chances])
    found = fit_temperature((logits * temperature).astype(np.float32), truth, 0.5)
    assert found == pytest.approx(temperature, rel=0.1)


def test_of_nothing_the_usual_is_said() -> None:
    assert fit_temperature(np.zeros((0, 3), np.float32), np.zeros(0, np.intp), 0.3) == 0.3


def test_of_one_class_nothing_can_be_said() -> None:
    assert fit_temperature(np.ones((5, 1), np.float32), np.zeros(5, np.intp), 0.3) == 0.3


@pytest.mark.parametrize("examples", [2, 10, 50])
def test_after_n_right_answers_of_n_nobody_is_surer_than_that(examples: int) -> None:
    """The rule of succession."""
    truth = np.arange(examples) % 2
    logits = np.eye(2, dtype=np.float32)[truth] * 1e3
    temperature = fit_temperature(logits, truth, 1e3 / np.log(examples + 1))
    assert 1 / (1 + np.exp(-1e3 / temperature)) == pytest.approx((examples + 1) / (examples + 2), abs=0.001)


def test_examples_count_more_than_what_is_usual() -> None:
    truth = np.arange(50) % 2
    temperature = fit_temperature(np.eye(2, dtype=np.float32)[truth] * 1e3, truth, 50.0)
    assert 1 / (1 + np.exp(-1e3 / temperature)) < 0.999, "it would be 1 at the usual temperature"


def test_few_examples_stay_near_what_is_usual() -> None:
    logits, truth = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32), np.array([0, 1])
    few = fit_temperature(logits, truth, 0.3)
    many = fit_temperature(np.repeat(logits, 50, axis=0), np.repeat(truth, 50), 0.3)
    assert 0.3 < few < many
