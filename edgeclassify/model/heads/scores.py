"""Output → scores, where a network gives them itself; pure functions of arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.heads.output_values import OutputValues
from edgeclassify.model.roles.output_role import Activation, OutputRole
from edgeclassify.model.tensors import OutputTensor

Scores = NDArray[np.float32]
Broken = NDArray[np.bool_]


class ScoreReader:
    """Turns one output of a network into scores of 0-1.

    `role`: what its values are. `is_pair`: a single value p stands for two labels, whose scores are 1 - p and p.
    """

    def __init__(self, tensor: OutputTensor, role: OutputRole, *, is_pair: bool = False) -> None:
        self._activation, self._largest = role.activation, role.largest
        self._is_pair = is_pair
        # Probabilities of 8 bits need nothing but a look into a table.
        is_ready = tensor.dtype != "float32" and role.activation is Activation.PROBABILITIES
        self._ready = OutputValues(tensor, self._scores) if is_ready else None
        self._values = OutputValues(tensor)

    def read(self, output: NDArray[Any]) -> tuple[Scores, Broken | None]:
        """Scores of an array of that output: float32 (labels,), freshly allocated.

        Beside them which ones could not be read, since their values are NaN or infinite, and are 0; None where
        all are sound.
        """
        if self._ready is not None:
            return self._paired(self._ready.read(output)), None
        values = self._values.read(output)
        if self._values.is_quantized or np.isfinite(values).all():
            return self._paired(self._scores(values)), None
        broken = self.broken(values)
        if broken.all():
            return self._paired(np.zeros_like(values)), self._paired(broken)
        values[broken] = -np.inf
        return self._paired(self._scores(values)), broken if broken.any() else None

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
