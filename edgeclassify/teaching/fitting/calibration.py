"""Logits that left-out examples had → the temperature at which they are chances."""

import math

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.calibration.fit import lowest_point
from edgeclassify.model.taught.head_parameters import Floats

_NEAR = 0.5
"""How far the log of a temperature is expected to be from the usual one."""
_WEIGHT = 1.0
"""What is usual counts as so many examples."""
_WIDEST = math.log(20.0)
_FINE_ENOUGH = 1e-2


def fit_temperature(logits: Floats, truth: NDArray[np.intp], usual: float) -> float:
    """What logits (examples, classes) are to be divided by. `usual`: where nothing else is known.

    The truth is smoothed by the rule of succession: after n right answers of n the next is right with a chance of
    (n + 1) / (n + 2), so ten examples make nobody surer than that (Platt, "Probabilistic outputs for support
    vector machines", 1999).
    """
    examples, classes = logits.shape
    if not examples or classes < 2:
        return usual
    doubt = 1 / (examples + 2)
    own = np.arange(examples), truth
    centred = (logits - logits.max(axis=1, keepdims=True)).astype(np.float64)
    aim = (1 - doubt) * centred[own] + doubt / (classes - 1) * (centred.sum(axis=1) - centred[own])

    def loss(log_ratio: float) -> float:
        temperature = usual * math.exp(log_ratio)
        sums = np.log(np.exp(centred / temperature).sum(axis=1))
        return float((sums - aim / temperature).sum()) + _WEIGHT * log_ratio**2 / (2 * _NEAR**2)

    return usual * math.exp(lowest_point(loss, -_WIDEST, _WIDEST, _FINE_ENOUGH))
