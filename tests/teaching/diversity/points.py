"""Vectors of length 1 in groups that are known."""

from collections.abc import Sequence

import numpy as np

from edgeclassify.teaching.interface import Units

ELEMENTS = 48


def unit(vectors: object) -> Units:
    """Rows of length 1."""
    rows = np.asarray(vectors, np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def groups_of(sizes: Sequence[int], spread: float = 0.3, seed: int = 1) -> tuple[Units, list[int]]:
    """So many vectors around each of some directions, and of which group each is; mixed."""
    random = np.random.default_rng(seed)
    centres = unit(random.normal(size=(len(sizes), ELEMENTS)))
    truth = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    noise = random.normal(size=(len(truth), ELEMENTS)) / ELEMENTS**0.5
    return unit(centres[truth] + spread * noise), [int(one) for one in truth]


def on_a_circle(degrees: Sequence[float]) -> Units:
    """Vectors of two elements at these angles."""
    turns = np.radians(degrees)
    points: Units = np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)
    return points
