"""How pictures of one class differ: the directions in which that is much count for little."""

import numpy as np

from edgeclassify.model.taught.head_parameters import Floats
from edgeclassify.teaching.fitting.leaving_out import Parts
from edgeclassify.teaching.fitting.material import Material

_MOST_DIRECTIONS = 32
_TINY = 1e-9
_NOISE = 1e-5
"""Of the square of the rows: less than this is what rounding leaves of rows that are all the same."""


class Spread:
    """From the rows of the classes, copies as well: they differ in what should not matter.

    A direction along which they vary as they do on average counts half, one of no variance in full. `directions`:
    (directions, dimensions), orthonormal, those of the highest variance.
    """

    def __init__(self, material: Material, parts: Parts) -> None:
        self._material, self._parts = material, parts
        self._weights = np.where(material.classes < len(material.labels), material.weights, 0)
        self._squares = np.einsum("rd,rd->r", material.rows, material.rows)
        scatter = _within(material.rows, self._weights, self._of_class(self._weights))
        self.directions: Floats = np.ascontiguousarray(np.linalg.eigh(scatter)[1][:, ::-1][:, :_MOST_DIRECTIONS].T)
        self._along = material.rows @ self.directions.T

    def damping(self, part: int | None) -> Floats:
        """How little the directions count, as if a part (None: nothing) were not there.

        (directions, directions): of rows along them, a and b, a @ damping @ b is to be taken from the product.
        """
        scatter, even = self._scatter(part)
        if not even:
            return np.zeros_like(scatter)
        scatter /= np.float32(even)
        whole = np.eye(len(scatter), dtype=np.float32)
        return np.asarray(whole - np.linalg.inv(scatter + whole), np.float32)

    def _scatter(self, part: int | None) -> tuple[Floats, float]:
        """The covariance within classes along the directions, and what it is on average in any; 0: not known."""
        material, parts, weights, is_there = self._material, self._parts, self._weights, self._material.is_taught
        if part is not None:
            weights = np.where(parts.of_example[material.owners] == part, 0, weights)
            is_there = is_there & (parts.of_example != part)
        of_class = self._of_class(weights)
        scatter = _within(self._along, weights, of_class)
        trace = float(weights @ self._squares) - float(np.square(of_class @ material.rows).sum())
        classes, count = np.count_nonzero(of_class.any(axis=1)), np.count_nonzero(is_there)
        if count <= classes or trace < _NOISE * float(weights @ self._squares):
            return scatter, 0.0
        factor = count / (count - classes) / float(weights.sum())
        return scatter * np.float32(factor), trace * factor / min(count, material.basis.shape[1])

    def _of_class(self, weights: Floats) -> Floats:
        """(classes, rows): of each class the weights of its rows, over the root of their sum."""
        material = self._material
        own = (material.classes == np.arange(len(material.labels))[:, None]) * weights
        return np.asarray(own / np.sqrt(np.maximum(own.sum(axis=1, keepdims=True), _TINY)), np.float32)


def _within(rows: Floats, weights: Floats, of_class: Floats) -> Floats:
    """The sum of squares of rows about the means of their classes: (dimensions, dimensions)."""
    means = of_class @ rows
    return np.asarray((rows.T * weights) @ rows - means.T @ means, np.float32)
