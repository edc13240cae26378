"""The temperature at which the best scores of pictures say how likely they are right."""

import math
from collections.abc import Callable

import numpy as np

from edgeclassify.model.calibration.labelled_scores import LabelledScores
from edgeclassify.tempering import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE

_NEAR_1 = 0.5
"""How far from 0 the log of a temperature is expected to be: what few pictures say counts little against it."""
_FINE_ENOUGH = 1e-3
"""As a difference of logs: a thousandth of the temperature."""
_GOLDEN = (math.sqrt(5) - 1) / 2
_SURE = 1e-6
"""A score nearer to 0 or 1 counts as so near: one picture must not outweigh all others."""


def fit_temperature(data: LabelledScores) -> float:
    """The likeliest temperature, within the bounds of Tempering. 1 where no picture has a label.

    What is fitted is the best score alone, as the chance that its label is right (top label against all others:
    Gupta and Ramdas 2022, Le Coz et al. 2024). That is what decisions go by; the likelihood of all classes (Guo et
    al. 2017) is swayed by what an 8-bit output says of the thousandth, which is nothing. A normal prior on the log
    of the temperature has the weight of one picture: a model that is right on all of thirty pictures would get the
    lowest temperature there is without it.
    """
    known = data.of_pictures(data.known)
    if not len(known):
        return 1.0

    def loss(log_temperature: float) -> float:
        prior = log_temperature**2 / (2 * _NEAR_1**2)
        return prior / len(known) + negative_log_likelihood(known, math.exp(log_temperature))

    return math.exp(lowest_point(loss, math.log(LOWEST_TEMPERATURE), math.log(HIGHEST_TEMPERATURE), _FINE_ENOUGH))


def negative_log_likelihood(data: LabelledScores, temperature: float) -> float:
    """Mean over the pictures, of their best labels being right or wrong."""
    scores = data.at(temperature)
    best = np.clip(scores.max(axis=1), _SURE, 1 - _SURE)
    is_right = scores.argmax(axis=1) == data.truth
    return -float(np.log(np.where(is_right, best, 1 - best)).mean())


def lowest_point(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Where a function with one valley is lowest between two points: golden section (Kiefer 1953)."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > tolerance:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2
