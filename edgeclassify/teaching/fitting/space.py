"""The space in which likeness is measured: the directions that matter, and how little those count in which
pictures of one class differ."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.head_parameters import Floats
from edgeclassify.teaching.fitting.leaving_out import Parts
from edgeclassify.teaching.fitting.material import Material

_FEWEST_DIRECTIONS, _FOR_A_CLASS, _MOST_DIRECTIONS = 20, 2, 64
"""A frame costs a product with each; the more classes, the more of them are worth that: tests.bench.rejection."""
_TINY = 1e-9
_NOISE = 1e-5
"""Of the square of the rows: less than this is what rounding leaves of rows that are all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """`directions`: (directions, dimensions), orthonormal. All rows in them: `along`, (rows, directions), and
    their `lengths`, (rows,), what is damped taken away. `damping`: (directions, directions): of rows a and b along
    the directions, a @ damping @ b is to be taken from their product."""

    directions: Floats
    along: Floats
    damping: Floats
    lengths: Floats


class Spaces:
    """Of the rows of the classes, copies as well: they differ in what should not matter.

    The directions are those in which these rows are longest. One along which pictures of one class vary as they do
    on average counts half, one in which they agree in full. They are found by two steps of a power iteration
    (Halko, Martinsson and Tropp, 2011) that always begins at the same place: a start at the directions of all
    examples would remember those that are left out.
    """

    def __init__(self, material: Material, parts: Parts) -> None:
        self._material, self._parts = material, parts
        self._part_of = parts.of_example[material.owners]
        self._weights = np.where(material.classes < len(material.labels), material.weights, 0)
        self._moment = self._moment_of(np.ones(len(material.rows), np.bool_))
        self._squares = np.einsum("rd,rd->r", material.rows, material.rows)
        wanted = min(_FEWEST_DIRECTIONS + _FOR_A_CLASS * len(material.labels), _MOST_DIRECTIONS)
        shape = len(self._moment), min(wanted, len(self._moment))
        self._start = np.random.default_rng(0).normal(size=shape).astype(np.float32)

    def whole(self) -> Space:
        """Of all examples."""
        return self._space(self._moment, self._weights, self._material.is_taught)

    def without(self, part: int) -> Space:
        """As if a part were not there: what is unlike the rest must not have a direction of its own."""
        mine = self._part_of == part
        moment = self._moment - self._moment_of(mine)
        weights = np.where(mine, 0, self._weights)
        return self._space(moment, weights, self._material.is_taught & (self._parts.of_example != part))

    def _moment_of(self, chosen: NDArray[np.bool_]) -> Floats:
        rows = self._material.rows[chosen]
        return np.asarray((rows.T * self._weights[chosen]) @ rows, np.float32)

    def _space(self, moment: Floats, weights: Floats, is_there: NDArray[np.bool_]) -> Space:
        vectors = np.linalg.qr(moment @ (moment @ self._start))[0]
        along = self._material.rows @ vectors
        damping = self._damping(along, weights, is_there)
        damped = np.einsum("rd,rd->r", along @ damping, along)
        lengths = np.sqrt(np.maximum(self._material.squares - damped, _TINY))
        return Space(np.ascontiguousarray(vectors.T), along, damping, np.asarray(lengths, np.float32))

    def _damping(self, along: Floats, weights: Floats, is_there: NDArray[np.bool_]) -> Floats:
        """scatter / (scatter + even): even is what the covariance within classes is on average, in any
        direction."""
        material = self._material
        own = (material.classes == np.arange(len(material.labels))[:, None]) * weights
        of_class = (own / np.sqrt(np.maximum(own.sum(axis=1, keepdims=True), _TINY))).astype(np.float32)
        means = of_class @ along
        scatter = (along.T * weights) @ along - means.T @ means
        square = float(weights @ self._squares)
        trace = square - float(np.square(of_class @ material.rows).sum())
        classes, count = np.count_nonzero(own.any(axis=1)), np.count_nonzero(is_there)
        if count <= classes or trace < _NOISE * square:
            return np.zeros_like(scatter)
        whole = np.eye(len(scatter), dtype=np.float32)
        even = np.float32(trace / min(count, material.basis.shape[1]))
        return np.asarray(whole - np.linalg.inv(scatter / even + whole), np.float32)
