"""Output tensor → scores; pure functions of arrays, with tables computed once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.contract import Activation, OutputContract

Scores = NDArray[np.float32]


class ScoreReader:
    """Turns output tensors of one contract into scores of 0-1."""

    def __init__(self, contract: OutputContract) -> None:
        self._activation = contract.activation
        self._table = None if contract.dtype == "float32" else _dequantization(contract)

    def read(self, output: NDArray[Any]) -> Scores:
        """Scores of an output tensor (any shape of `classes` elements): float32 (classes,), freshly allocated."""
        flat = output.reshape(-1)
        if self._table is not None:
            # int8 is looked up by its bit pattern; the table is in that order.
            scores: Scores = self._table[flat.view(np.uint8)]
        else:
            scores = flat.astype(np.float32)
        if self._activation is Activation.LOGITS:
            return softmax(scores)
        if self._activation is Activation.LOG_PROBABILITIES:
            np.exp(scores, out=scores)
        return np.clip(scores, 0.0, 1.0, out=scores)


def _dequantization(contract: OutputContract) -> Scores:
    """Real value of each of the 256 bit patterns of an 8-bit output."""
    # Widened to float64 first: q - zero_point does not fit 8 bits.
    values = np.arange(256, dtype=np.uint8).view(contract.dtype).astype(np.float64)
    return (contract.scale * (values - contract.zero_point)).astype(np.float32)


def softmax(logits: Scores) -> Scores:
    """exp(x) / sum(exp(x)), computed from the largest down so that nothing overflows."""
    scores: Scores = np.exp(logits - logits.max())
    scores /= scores.sum()
    return scores
