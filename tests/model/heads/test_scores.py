"""Output tensors to scores, and the k best of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from edgeclassify.model.heads.output_values import OutputValues
from edgeclassify.model.heads.scores import ScoreReader, Scores, softmax
from edgeclassify.model.roles.output_role import Activation, OutputRole
from edgeclassify.model.tensors import OutputTensor
from edgeclassify.types import top_k

SEPARATE = Activation.SEPARATE_LOGITS


def reader_of(
    dtype: str, scale: float, zero_point: int, activation: Activation = Activation.PROBABILITIES
) -> ScoreReader:
    return ScoreReader(OutputTensor(4, dtype, scale, zero_point), OutputRole(activation))


def sound(reader: ScoreReader, output: NDArray[Any]) -> Scores:
    """The scores of an output that is all numbers."""
    scores, broken = reader.read(output)
    assert broken is None
    return scores


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_eight_bits_are_read_as_their_real_values_would_be(dtype: str) -> None:
    """By a table that holds the scores already: percents, some of them below 0 and above 100."""
    role = OutputRole(Activation.PROBABILITIES, largest=100.0)
    raw = np.arange(256, dtype=np.uint8).view(dtype)
    tensor = OutputTensor(256, dtype, 0.5, 3)
    real = OutputValues(tensor).read(raw)
    by_values = sound(ScoreReader(OutputTensor(256, "float32", 0.0, 0), role), real)
    assert real.min() < 0 < 100 < real.max() or dtype == "int8"
    assert (sound(ScoreReader(tensor, role), raw) == by_values).all()
    assert by_values.min() == 0
    assert by_values.max() == (1 if dtype == "uint8" else np.float32(0.62))


def test_uint8_probabilities() -> None:
    scores = sound(reader_of("uint8", 1 / 256, 0), np.array([[0, 64, 128, 255]], np.uint8))
    assert scores.dtype == np.float32
    assert scores.tolist() == [0, 0.25, 0.5, 255 / 256]


def test_int8_probabilities_are_widened_before_the_zero_point_is_taken_off() -> None:
    scores = sound(reader_of("int8", 1 / 256, -128), np.array([[-128, -64, 0, 127]], np.int8))
    assert scores.tolist() == [0, 0.25, 0.5, 255 / 256]


def test_float_probabilities_are_copied() -> None:
    output = np.array([[0.1, 0.2, 0.3, 0.4]], np.float32)
    scores = sound(reader_of("float32", 0, 0), output)
    output[...] = 0
    assert scores.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_scores_stay_in_0_to_1() -> None:
    scores = sound(reader_of("float32", 0, 0), np.array([1.0000002, -1e-7, 0.5, 0], np.float32))
    assert scores.tolist() == [1, 0, 0.5, 0]


def test_quantized_logits_get_a_softmax() -> None:
    reader = reader_of("int8", 0.5, -10, Activation.LOGITS)
    scores = sound(reader, np.array([[-10, -8, -6, 10]], np.int8))
    expected = np.exp([0, 1, 2, 10]) / np.exp([0, 1, 2, 10]).sum()
    assert scores == pytest.approx(expected, rel=1e-5)


def test_probabilities_in_percent() -> None:
    percents = OutputRole(Activation.PROBABILITIES, largest=100.0)
    reader = ScoreReader(OutputTensor(4, "float32", 0, 0), percents)
    assert sound(reader, np.array([[0, 25, 75, 101]], np.float32)).tolist() == [0, 0.25, 0.75, 1]


def test_separate_logits_of_any_size() -> None:
    reader = reader_of("float32", 0, 0, Activation.SEPARATE_LOGITS)
    with np.errstate(all="raise", under="ignore"):
        scores = sound(reader, np.array([[0, 1e4, -1e4, 2]], np.float32))
    assert scores.dtype == np.float32
    assert scores.tolist() == pytest.approx([0.5, 1, 0, 1 / (1 + np.exp(-2))])


@pytest.mark.parametrize(
    ("activation", "value", "scores"),
    [(Activation.PROBABILITIES, 0.75, [0.25, 0.75]), (SEPARATE, 0.0, [0.5, 0.5])],
)
def test_one_value_for_two_labels(activation: Activation, value: float, scores: list[float]) -> None:
    one, role = OutputTensor(1, "float32", 0, 0), OutputRole(activation)
    found = sound(ScoreReader(one, role, is_pair=True), np.array([[value]], np.float32))
    assert found.tolist() == scores
    assert sound(ScoreReader(one, role), np.array([[value]], np.float32)).tolist() == scores[1:]


NAN, INF = float("nan"), float("inf")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("activation", "values", "broken", "scores"),
    [
        (Activation.PROBABILITIES, [NAN, 0.5, 0.25, 0], [0], [0, 0.5, 0.25, 0]),
        (Activation.PROBABILITIES, [INF, 0.5, -INF, 0], [0, 2], [0, 0.5, 0, 0]),
        (Activation.LOGITS, [NAN, 1, 1, -INF], [0], [0, 0.5, 0.5, 0]),
        (Activation.LOGITS, [INF, 1, 1, 1], [0, 1, 2, 3], [0, 0, 0, 0]),
        (Activation.LOGITS, [-INF, -INF, -INF, -INF], [0, 1, 2, 3], [0, 0, 0, 0]),
        (Activation.LOGITS, [-INF, 1, -INF, 1], [], [0, 0.5, 0, 0.5]),
        (SEPARATE, [NAN, 0, -INF, INF], [0, 3], [0, 0.5, 0, 0]),
        (Activation.LOG_PROBABILITIES, [NAN, 0, -INF, INF], [0, 3], [0, 1, 0, 0]),
        (Activation.PROBABILITIES, [NAN, INF, -INF, NAN], [0, 1, 2, 3], [0, 0, 0, 0]),
    ],
)
def test_values_that_are_no_numbers(
    activation: Activation, values: list[float], broken: list[int], scores: list[float]
) -> None:
    found, where = reader_of("float32", 0, 0, activation).read(np.array([values], np.float32))
    assert found.tolist() == scores
    assert ([] if where is None else np.flatnonzero(where).tolist()) == broken


def test_log_probabilities() -> None:
    reader = reader_of("float32", 0, 0, Activation.LOG_PROBABILITIES)
    scores = sound(reader, np.log(np.array([0.1, 0.2, 0.3, 0.4], np.float32)))
    assert scores == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_softmax_of_large_logits() -> None:
    assert softmax(np.array([1e4, 1e4, 0], np.float32)) == pytest.approx([0.5, 0.5, 0])


def test_ties_go_to_the_lower_class_index() -> None:
    top = top_k(np.array([0.1, 0.5, 0.1, 0.5, 0.1], np.float32), list("abcde"), 4)
    assert [entry.label for entry in top] == ["b", "d", "a", "c"]
    assert [entry.index for entry in top] == [1, 3, 0, 2]


@pytest.mark.parametrize("k", [0, -1])
def test_no_top(k: int) -> None:
    assert top_k(np.ones(3, np.float32), list("abc"), k) == ()


@given(
    arrays.arrays(np.float32, st.integers(1, 40), elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
    st.integers(1, 50),
)
def test_top_k_is_the_start_of_a_stable_sort(scores: NDArray[Any], k: int) -> None:
    labels = [str(i) for i in range(len(scores))]
    expected = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:k]
    assert [entry.index for entry in top_k(scores, labels, k)] == expected
