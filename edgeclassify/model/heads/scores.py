"""Output tensor → scores; pure functions of arrays, with tables computed once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.roles.output_role import Activation, OutputRole
from edgeclassify.model.tensors import OutputTensor

Scores = NDArray[np.float32]
Broken = NDArray[np.bool_]


class ScoreReader:
    """Turns output tensors of one contract into scores of 0-1.

    `role`: what the values are; None: what the graph says. `is_pair`: a single value p stands for two
    labels, whose scores are 1 - p and p.
    """

    def __init__(self, contract: OutputTensor, role: OutputRole | None = None, *, is_pair: bool = False) -> None:
        role = contract.role if role is None else role
        self._activation, self._largest = role.activation, role.largest
        self._is_pair = is_pair
        self._table = None if contract.dtype == "float32" else _dequantization(contract)

    def read(self, output: NDArray[Any]) -> tuple[Scores, Broken | None]:
        """Scores of an output tensor (any shape of `classes` elements): float32 (labels,), freshly allocated.

        Beside them which ones could not be read, since their values are NaN or infinite, and are 0; None where
        all are sound.
        """
        values = self.values(output)
        if self._table is not None or np.isfinite(values).all():
            return self._paired(self._scores(values)), None
        broken = self.broken(values)
        if broken.all():
            return self._paired(np.zeros_like(values)), self._paired(broken)
        values[broken] = -np.inf
        return self._paired(self._scores(values)), broken if broken.any() else None

    def values(self, output: NDArray[Any]) -> Scores:
        """Real values of an output tensor: float32 (classes,), freshly allocated."""
        flat = output.reshape(-1)
        if self._table is not None:
            # int8 is looked up by its bit pattern; the table is in that order.
            values: Scores = self._table[flat.view(np.uint8)]
            return values
        return flat.astype(np.float32)

    def broken(self, values: Scores) -> Broken:
        """Where real values say nothing: bool (classes,). Minus infinity is a score of 0, but as a probability."""
        broken: Broken = np.isnan(values) | np.isposinf(values)
        if self._activation is Activation.PROBABILITIES:
            broken |= np.isneginf(values)
        if self._activation is Activation.LOGITS and (np.isposinf(values).any() or not np.isfinite(values).any()):
            broken[:] = True  # the others' share of it can't be told
        return broken

    def _scores(self, values: Scores) -> Scores:
        if self._activation is Activation.LOGITS:
            return softmax(values)
        if self._activation is Activation.SEPARATE_LOGITS:
            return sigmoid(values)
        if self._activation is Activation.LOG_PROBABILITIES:
            np.exp(values, out=values)
        elif self._largest != 1:
            values /= self._largest
        return np.clip(values, 0.0, 1.0, out=values)

    def _paired(self, one: NDArray[Any]) -> NDArray[Any]:
        if not self._is_pair:
            return one
        return np.repeat(one, 2) if one.dtype == np.bool_ else np.concatenate((1 - one, one))


def _dequantization(contract: OutputTensor) -> Scores:
    """Real value of each of the 256 bit patterns of an 8-bit output."""
    # Widened to float64 first: q - zero_point does not fit 8 bits.
    values = np.arange(256, dtype=np.uint8).view(contract.dtype).astype(np.float64)
    return (contract.scale * (values - contract.zero_point)).astype(np.float32)


def softmax(logits: Scores) -> Scores:
    """exp(x) / sum(exp(x)), computed from the largest down so that nothing overflows."""
    scores: Scores = np.exp(logits - logits.max())
    scores /= scores.sum()
    return scores


def sigmoid(logits: Scores) -> Scores:
    """1 / (1 + exp(-x)), computed so that nothing overflows."""
    small: Scores = np.exp(-np.abs(logits))
    scores: Scores = np.where(logits >= 0, np.ones_like(small), small)
    scores /= 1 + small
    return scores
