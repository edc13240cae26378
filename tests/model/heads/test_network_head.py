"""The head of a classifier's own network."""

import logging

import numpy as np
import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.network_head import NetworkHead
from edgeclassify.model.heads.output_values import OutputValues
from edgeclassify.model.heads.scores import ScoreReader
from edgeclassify.model.roles.output_role import Activation, OutputRole
from edgeclassify.model.tensors import OutputTensor

LABELS = ("a", "b", "c")


def head_of(output: int = 0, has_several_labels: bool = False) -> NetworkHead:
    reader = ScoreReader(OutputTensor(3, "float32", 0.0, 0, output), OutputRole(Activation.PROBABILITIES))
    broken = BrokenScores("m.tflite", LABELS)
    return NetworkHead(LABELS, reader, broken, output=output, has_several_labels=has_several_labels)


def values(*numbers: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array([numbers], np.float32)


def test_it_reads_the_output_that_it_was_given() -> None:
    outputs = (values(0.1, 0.2, 0.7), values(0.5, 0.25, 0.25))
    assert head_of(0).scores(outputs) == pytest.approx([0.1, 0.2, 0.7])
    assert head_of(1).scores(outputs) == pytest.approx([0.5, 0.25, 0.25])
    assert head_of().labels == LABELS


@pytest.mark.parametrize("several", [False, True])
def test_it_says_whether_several_labels_hold_at_once(several: bool) -> None:
    assert head_of(has_several_labels=several).has_several_labels is several


def test_what_is_broken_counts_as_nothing_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    head = head_of()
    for _ in range(3):
        assert head.scores((values(0.25, np.nan, 0.75),)).tolist() == [0.25, 0, 0.75]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "NaN or infinity as the score of 'b' (1 of 3 labels)" in caplog.text


def test_scores_that_are_all_broken_are_none() -> None:
    with pytest.raises(ModelError, match="NaN or infinity for all of its 3 labels"):
        head_of().scores((values(np.nan, np.inf, np.nan),))


@pytest.mark.parametrize(
    ("dtype", "zero_point", "raw"), [("uint8", 128, [0, 128, 255]), ("int8", 0, [-128, 0, 127])]
)
def test_real_values_of_an_embedding(dtype: str, zero_point: int, raw: list[int]) -> None:
    """Any shape, and of the whole range of the type."""
    reader = OutputValues(OutputTensor(3, dtype, 0.5, zero_point))
    assert reader.read(np.array(raw, dtype).reshape(1, 1, 3)).tolist() == [-64.0, 0.0, 63.5]
    assert reader.is_quantized
    floats = OutputValues(OutputTensor(3, "float32", 0.0, 0))
    given = values(-7.0, 0.0, 900.0)
    read = floats.read(given)
    given[...] = 0
    assert read.tolist() == [-7.0, 0.0, 900.0]
    assert not floats.is_quantized
