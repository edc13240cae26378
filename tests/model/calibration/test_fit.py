"""The fit finds the temperature that scores were made with, and is not carried away by few pictures."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.model.calibration.fit import fit_temperature, lowest_point, negative_log_likelihood
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN, LabelledScores
from edgeclassify.tempering import LOWEST_TEMPERATURE
from tests.model.calibration.score_sets import made_at


@pytest.mark.parametrize("temperature", [0.5, 0.8, 1.0, 1.4, 2.5])
def test_a_known_temperature_is_found(temperature: float) -> None:
    assert fit_temperature(made_at(temperature)) == pytest.approx(temperature, rel=0.06)


def test_it_is_found_in_scores_of_8_bits_too() -> None:
    data = made_at(1.3, classes=300)
    quantized = np.round(data.scores * 256).astype(np.float32) / np.float32(256)
    assert fit_temperature(replace(data, scores=quantized)) == pytest.approx(1.3, rel=0.1)


def test_it_is_where_the_likelihood_is_highest() -> None:
    data = made_at(1.4)
    found = fit_temperature(data)
    at_it = negative_log_likelihood(data, found)
    assert at_it < negative_log_likelihood(data, found * 1.1)
    assert at_it < negative_log_likelihood(data, found / 1.1)


def test_the_likelihood_is_that_of_the_best_label() -> None:
    scores = np.array([[0.8, 0.2], [0.6, 0.4]], np.float32)
    data = LabelledScores.of_classes(scores, ["a", "b"], np.array([0, 1]))
    assert negative_log_likelihood(data, 1.0) == pytest.approx(-(math.log(0.8) + math.log(0.4)) / 2, rel=1e-5)


def test_thirty_pictures_that_are_all_right_do_not_give_the_lowest_temperature() -> None:
    scores = np.tile(np.array([0.9, 0.1], np.float32), (30, 1))
    data = LabelledScores.of_classes(scores, ["a", "b"], np.zeros(30, np.intp))
    assert 2 * LOWEST_TEMPERATURE < fit_temperature(data) < 1


def test_few_pictures_are_held_back_by_as_much_as_one_of_them_counts() -> None:
    """A normal prior on the log, half a unit wide: the lowest point of its sum with the likelihood, by a grid."""
    scores = np.tile(np.array([0.8, 0.2], np.float32), (12, 1))
    data = LabelledScores.of_classes(scores, ["a", "b"], np.zeros(12, np.intp))
    logs = np.linspace(math.log(0.2), math.log(5), 4001)
    best = 1 / (1 + (0.2 / 0.8) ** np.exp(-logs))
    wanted = math.exp(logs[np.argmin(logs**2 / (2 * 0.5**2) / 12 - np.log(best))])
    assert 0.3 < wanted < 0.9
    assert fit_temperature(data) == pytest.approx(wanted, rel=2e-3)


def test_no_picture_counts_more_than_one_in_a_million() -> None:
    scores = np.array([[1.0, 0.0]], np.float32)
    right, wrong = (LabelledScores.of_classes(scores, ["a", "b"], np.array([truth])) for truth in (0, 1))
    assert negative_log_likelihood(wrong, 0.2) == pytest.approx(-math.log(1e-6), rel=1e-6)
    assert negative_log_likelihood(right, 0.2) == pytest.approx(1e-6, rel=1e-3)


def test_a_picture_that_is_surely_wrong_does_not_outweigh_all_others() -> None:
    data = made_at(1.0, pictures=500)
    scores, truth = data.scores.copy(), data.truth.copy()
    scores[0], truth[0] = np.eye(8, dtype=np.float32)[3], 4
    assert fit_temperature(replace(data, scores=scores, truth=truth)) == pytest.approx(1.0, rel=0.25)


def test_pictures_of_nothing_known_do_not_count() -> None:
    data = made_at(1.4)
    truth = data.truth.copy()
    truth[:1000] = NOTHING_KNOWN
    known = data.of_pictures(np.arange(1000, 3000))
    assert fit_temperature(replace(data, truth=truth)) == fit_temperature(known)


def test_without_any_picture_it_is_1() -> None:
    data = made_at(1.4, pictures=5)
    assert fit_temperature(replace(data, truth=np.full(5, NOTHING_KNOWN))) == 1.0
    assert fit_temperature(data.of_pictures(np.zeros(0, np.intp))) == 1.0


@given(st.floats(-4.9, 4.9), st.floats(0.1, 10))
def test_the_lowest_point_of_a_valley_is_found(bottom: float, steepness: float) -> None:
    found = lowest_point(lambda x: steepness * abs(x - bottom) ** 1.5, -5, 5, 1e-4)
    assert found == pytest.approx(bottom, abs=2e-4)


def test_a_lowest_point_at_an_end_is_found() -> None:
    assert lowest_point(lambda x: x, 2, 3, 1e-4) == pytest.approx(2, abs=1e-4)
    assert lowest_point(lambda x: -x, 2, 3, 1e-4) == pytest.approx(3, abs=1e-4)
