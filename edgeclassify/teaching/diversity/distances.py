"""How far embeddings lie from each other: by their angle, and by hour and light where that is to count as well."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.teaching.interface import Units

NEAR = 0.2
"""Embeddings of length 1 that lie nearer to each other are as good as one: pictures of a still scene within two
minutes are so far apart. Of one fixed camera over a day they are 0.6 apart, of any two things 0.9."""
_DAY_S = 86_400.0
HOUR_WEIGHT = 0.3
"""Of the hours: noon and midnight are twice as far apart as this, hours that follow each other about a quarter."""
LIGHT_WEIGHT = 0.6
"""Of the light: black and white are so far apart."""


def squared_distances(units: Units, others: Units) -> NDArray[np.float32]:
    """Squared Euclidean distances, float32 (n, m), of vectors (n, elements) from others (m, elements)."""
    mine, its = np.einsum("ij,ij->i", units, units), np.einsum("ij,ij->i", others, others)
    found: NDArray[np.float32] = np.float32(-2.0) * (units @ others.T)
    found += mine[:, np.newaxis]
    found += its
    return np.maximum(found, np.float32(0.0), out=found)


def with_circumstances(units: Units, at: Sequence[float], brightness: Sequence[float]) -> Units:
    """Embeddings with hour and light beside them, so that whoever wants different ones gets different hours too.

    `at`: seconds since the epoch. `brightness`: 0-1. Returns float32 (n, elements + 3), no longer of length 1.
    """
    turns = np.asarray(at, np.float64) / _DAY_S * (2 * math.pi)
    light = np.asarray(brightness, np.float64) * LIGHT_WEIGHT
    beside = np.stack([np.cos(turns) * HOUR_WEIGHT, np.sin(turns) * HOUR_WEIGHT, light], axis=1)
    return np.hstack([units, beside.astype(np.float32)])
