"""A temperature sharpens or flattens scores, and never changes which label is the best."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.tempering import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE, PLAIN, Scores, Tempering

TEMPERATURES = st.floats(0.3, 5.0)
SHARES = st.lists(st.floats(1e-4, 1.0), min_size=2, max_size=30).map(
    lambda values: np.array(values, np.float32) / np.float32(sum(values))
)
QUANTIZED = (
    st.lists(st.integers(0, 255), min_size=2, max_size=40)
    .filter(any)
    .map(lambda steps: np.array(steps, np.float32) / np.float32(max(256, sum(steps))))
)


def entropy(scores: Scores) -> float:
    return sum(-score * math.log(score) for score in map(float, scores) if score > 0)


def test_temperature_1_gives_back_the_very_array() -> None:
    scores = np.array([0.5, 0.25, 0.0], np.float32)
    assert PLAIN.scores(scores) is scores
    assert Tempering(1.0, several=True).scores(scores) is scores


def test_it_is_the_softmax_of_logits_by_temperature() -> None:
    logits = np.array([3.0, 1.0, -2.0])
    scores = (np.exp(logits) / np.exp(logits).sum()).astype(np.float32)
    wanted = np.exp(logits / 1.7) / np.exp(logits / 1.7).sum()
    assert Tempering(1.7).scores(scores).tolist() == pytest.approx(wanted.tolist(), rel=1e-5)


def test_sigmoids_are_tempered_each_by_itself() -> None:
    logits = np.array([3.0, 0.0, -2.0])
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    wanted = 1 / (1 + np.exp(-logits / 2))
    assert Tempering(2.0, several=True).scores(scores).tolist() == pytest.approx(wanted.tolist(), rel=1e-5)


def test_sigmoids_of_0_and_1_stay_what_they_are() -> None:
    ends = Tempering(0.5, several=True).scores(np.array([0.0, 1.0], np.float32)).tolist()
    assert ends == pytest.approx([0.0, 1.0])
    assert ends[0] == 0.0


def test_zeros_share_what_the_others_lack() -> None:
    scores = np.array([0.8, 0.0, 0.0], np.float32)  # 0.1 each
    tempered = Tempering(2.0).scores(scores).tolist()
    raised = [math.sqrt(0.8), math.sqrt(0.1), math.sqrt(0.1)]
    assert tempered == pytest.approx([value / sum(raised) for value in raised], rel=1e-5)


def test_zeros_stand_for_half_a_step_together_at_least() -> None:
    tempered = Tempering(2.0).scores(np.array([1.0, 0.0, 0.0], np.float32)).tolist()
    each = math.sqrt(1 / 512 / 2)
    assert tempered == pytest.approx([value / (1 + 2 * each) for value in (1, each, each)], rel=1e-5)


def test_zeros_stay_below_what_is_none() -> None:
    tempered = Tempering(2.0).scores(np.array([1 / 256, 0.0], np.float32)).tolist()
    raised = [math.sqrt(1 / 256), math.sqrt(1 / 512)]
    assert tempered == pytest.approx([value / sum(raised) for value in raised], rel=1e-5)


def test_zeros_have_half_of_the_smallest_other_one_at_most() -> None:
    """What the others lack to 1 is far more."""
    tempered = Tempering(2.0).scores(np.array([0.4, 0.1, 0.0, 0.0], np.float32)).tolist()
    raised = [math.sqrt(value) for value in (0.4, 0.1, 0.05, 0.05)]
    assert tempered == pytest.approx([value / sum(raised) for value in raised], rel=1e-5)


def test_scores_that_say_nothing_stay_so() -> None:
    assert Tempering(2.0).scores(np.zeros(3, np.float32)).tolist() == [0, 0, 0]
    assert len(Tempering(2.0).scores(np.zeros(0, np.float32))) == 0


def test_a_thousand_zeros_do_not_drown_a_label() -> None:
    scores = np.zeros(1001, np.float32)
    scores[7] = 0.99
    assert Tempering(1.3).scores(scores)[7] > 0.7


@given(st.one_of(SHARES, QUANTIZED), TEMPERATURES)
def test_the_order_of_labels_stays_and_the_sum_is_1(scores: Scores, temperature: float) -> None:
    before = scores.copy()
    tempered = Tempering(temperature).scores(scores)
    if temperature == 1:
        return
    assert np.array_equal(scores, before)
    assert tempered.dtype == np.float32
    assert tempered.sum() == pytest.approx(1, abs=1e-4)
    assert tempered.min() >= 0
    assert tempered[int(np.argmax(scores))] == tempered.max()


@given(SHARES, TEMPERATURES)
def test_above_1_it_flattens_and_below_it_sharpens(scores: Scores, temperature: float) -> None:
    change = entropy(Tempering(temperature).scores(scores)) - entropy(scores)
    assert change >= -1e-4 if temperature >= 1 else change <= 1e-4


MODERATE = st.floats(0.5, 2.2)


@given(SHARES, MODERATE, MODERATE)
def test_two_temperatures_are_their_product(scores: Scores, one: float, other: float) -> None:
    twice = Tempering(other).scores(Tempering(one).scores(scores))
    assert twice.tolist() == pytest.approx(Tempering(one * other).scores(scores).tolist(), abs=1e-3)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf, 0.19, 5.1])
def test_what_no_temperature_can_be_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="a temperature of"):
        Tempering(temperature)


@pytest.mark.parametrize("temperature", [LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE])
def test_the_bounds_themselves_are_temperatures(temperature: float) -> None:
    tempered = Tempering(temperature).scores(np.array([0.6, 0.3, 0.1], np.float32))
    assert np.isfinite(tempered).all()
