"""How pictures of one class differ: the directions in which that is much count for little."""

import numpy as np

from edgeclassify.model.taught.head_parameters import Floats
from edgeclassify.teaching.fitting.leaving_out import Parts
from edgeclassify.teaching.fitting.material import Material

_MOST_DIRECTIONS = 64
_TINY = 1e-9


class Spread:
    """From the rows of the classes, copies as well: they differ in what should not matter.

    A direction along which they vary as they do on average counts half, one of no variance in full.
    """

    def __init__(self, material: Material, parts: Parts) -> None:
        self._material, self._parts = material, parts
        is_taught = material.classes < len(material.labels)
        self._weights = np.where(is_taught, material.weights, 0)
        self._moment = self._moment_of(np.flatnonzero(is_taught))

    def directions(self) -> Floats:
        """Each as long as the root of how little it counts, 0-1: float32 (directions, dimensions)."""
        scatter, even = self._scatter(None)
        if not even:
            return np.zeros((0, len(scatter)), np.float32)
        variances, directions = np.linalg.eigh(scatter)
        variances, directions = variances[::-1][:_MOST_DIRECTIONS], directions[:, ::-1][:, :_MOST_DIRECTIONS]
        damping = np.sqrt(np.maximum(variances, 0) / (np.maximum(variances, 0) + np.float32(even)))
        return np.ascontiguousarray((directions * damping).T)

    def metric(self, part: int) -> Floats:
        """The same as a matrix (dimensions, dimensions) between two rows, as if a part were not there."""
        scatter, even = self._scatter(part)
        whole = np.eye(len(scatter), dtype=np.float32)
        if not even:
            return whole
        return np.asarray(np.float32(even) * np.linalg.inv(scatter + np.float32(even) * whole), np.float32)

    def _scatter(self, part: int | None) -> tuple[Floats, float]:
        """The covariance within classes, and what it is on average where it is at all; 0: nothing is known."""
        material, parts = self._material, self._parts
        rows, weights, moment = material.rows, self._weights, self._moment
        is_there = material.is_taught
        if part is not None:
            is_there = is_there & (parts.of_example != part)
            mine = parts.of_example[material.owners] == part
            moment = moment - self._moment_of(np.flatnonzero(mine & (weights > 0)))
            weights = np.where(mine, 0, weights)
        of_class = (material.classes == np.arange(len(material.labels))[:, None]) * weights
        totals = of_class.sum(axis=1, keepdims=True)
        means = (of_class @ rows) / np.sqrt(np.maximum(totals, _TINY))
        scatter = moment - means.T @ means
        classes, count = np.count_nonzero(totals), np.count_nonzero(is_there)
        trace = float(np.trace(scatter))
        if count <= classes or trace < _TINY:
            return scatter, 0.0
        factor = count / (count - classes) / float(weights.sum())
        return scatter * np.float32(factor), trace * factor / min(count, material.basis.shape[1])

    def _moment_of(self, chosen: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
        rows = self._material.rows[chosen]
        return np.asarray((rows.T * self._weights[chosen]) @ rows, np.float32)
