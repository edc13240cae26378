"""The head that was taught: scores of one's own classes, of a network's embedding."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ModelError
from edgeclassify.model.heads.scores import Scores
from edgeclassify.model.interface import Head, Outputs
from edgeclassify.model.labels.background import background_of
from edgeclassify.model.taught.head_parameters import NONE_THERE, Familiarity, HeadParameters
from edgeclassify.types import EmbeddingFacts

_NO_LENGTH = 1e-9
"""Of a square: below this a vector has no direction."""
_NOBODY = -10.0
"""In place of a cosine where a class has fewer prototypes than others."""


class TaughtHead(Head):
    """Classes that were taught. `output`: the index of the network's output that holds the embedding.

    The scores are the chances of the classes times the familiarity q: with the chance of the rest they add up to
    q, and what is like nothing that was taught has low ones throughout. Of one class alone they are its chance,
    and what is left to 1. Raises ModelError where the parameters are of another embedding.
    """

    def __init__(self, parameters: HeadParameters, facts: EmbeddingFacts, output: int = 0) -> None:
        if parameters.elements != facts.elements:
            raise ModelError(
                f"the taught head: expected embeddings of {parameters.elements} elements, found {facts.elements} "
                f"of {facts.base}. It was fitted on another base: fit it again (edgeclassify teach NAME fit)."
            )
        self._labels = parameters.shown_labels
        self._output, self._base = output, facts.base
        self._is_one_class, self._classes = parameters.is_one_class, len(parameters.labels)
        self._biases: list[float] = parameters.biases.tolist()
        # A quantized value stands for scale * (value - zero_point): the scale is no matter of direction.
        self._zero = float(facts.zero_point) if facts.scale else 0.0
        self._likeness = _Likeness(parameters.familiarity, self._zero)
        # One product of a matrix with the embedding is all that its length costs. A row of ones adds it up.
        ones = np.ones((1, facts.elements), np.float32)
        familiarity = parameters.familiarity
        origin = familiarity.origin[np.newaxis]
        self._rows = np.concatenate([parameters.weights, origin, ones, familiarity.space])
        self._of_zeros: list[float] = (self._rows.sum(axis=1) * self._zero).tolist()
        self._values = np.empty(facts.elements, np.float32)
        factors = np.empty(len(self._rows) + 2, np.float32)
        factors[-1] = self._zero
        self._products, self._factors = factors[:-2], factors[len(self._biases) + 2 :]
        self._background = frozenset({0}) if self._is_one_class else background_of(self._labels, None)

    @property
    def labels(self) -> Sequence[str]:
        """Labels by class index; of one class alone, what is unusual beside it."""
        return self._labels

    @property
    def background(self) -> frozenset[int]:
        """The classes that mean that nothing is there; of one class alone, the normal one."""
        return self._background

    # After a network has run nothing is left in the caches, and each of numpy's functions costs several times what
    # it costs in a loop: few of them are called, on memory that is there, and single numbers are Python's.
    def scores(self, outputs: Outputs) -> Scores:
        """As of `Head`."""
        # The array is not bound to a name: the runtime refuses to invoke while one on its memory is alive.
        values, zero = self._values, self._zero
        values[:] = outputs[self._output].reshape(-1)
        self._rows.dot(values, out=self._products)
        count = len(self._biases)
        *products, at_origin, total = self._products[: count + 2].tolist()
        square = float(values.dot(values)) + zero * (zero * len(values) - 2 * total)
        if not math.isfinite(square):
            raise ModelError(
                f"{self._base}: expected numbers as its embedding, found NaN or infinity. Its weights are damaged "
                "or too large for their type: convert the model again, as float32 or int8."
            )
        length = math.sqrt(max(square, 0.0))
        known = self._likeness.q(self._factors, length, at_origin - self._of_zeros[count]) if length else 0.0
        chances = _chances(products, self._of_zeros, length or 1.0, self._biases)
        scores = [known * chance for chance in chances[: self._classes]]
        if self._is_one_class:
            scores.append(1 - scores[0])
        return np.array(scores, np.float32)


def _chances(products: list[float], of_zeros: list[float], length: float, biases: list[float]) -> list[float]:
    """The softmax of the logits."""
    logits = [
        (product - zeros) / length + bias for product, zeros, bias in zip(products, of_zeros, biases, strict=False)
    ]
    highest = max(logits)
    shares = [math.exp(logit - highest) for logit in logits]
    whole = sum(shares)
    return [share / whole for share in shares]


class _Likeness:
    """Familiarity, as fast as may be. `zero`: the value that stands for 0."""

    def __init__(self, familiarity: Familiarity, zero: float) -> None:
        self._familiarity, self._neighbours = familiarity, familiarity.neighbours
        self._of_origin = float(familiarity.origin @ familiarity.origin)
        counts = np.bincount(familiarity.classes)
        shape = len(counts), max(int(counts.max()), self._neighbours)
        along = np.concatenate([familiarity.spread, _in_places(familiarity, shape)])
        # The two last of the factors are the embedding's length, and `zero`: what is left is seen from the origin.
        beside = -along @ (familiarity.space @ familiarity.origin)
        of_zeros = -along @ familiarity.space.sum(axis=1)
        size = len(familiarity.spread)
        is_nobody = np.concatenate([np.zeros(size, np.bool_), ~along[size:].any(axis=1)])
        beside[is_nobody] = _NOBODY
        self._along = np.column_stack([along, beside, of_zeros]).astype(np.float32)
        self._found = np.empty(len(along), np.float32)
        self._damped, self._cosines = self._found[:size], self._found[size:].reshape(shape)
        self._best, self._place = self._cosines[:, -self._neighbours :], shape[1] - self._neighbours

    def q(self, factors: Scores, length: float, at_origin: float) -> float:
        """The chance q. `factors`: the embedding along the directions of the space, a place for its length, and
        the value that stands for 0. `length`: of the embedding; `at_origin`: its product with the origin."""
        factors[-2] = length
        self._along.dot(factors, out=self._found)
        square = length * (length * (1 + self._of_origin) - 2 * at_origin) - float(self._damped.dot(self._damped))
        if self._place:
            self._cosines.partition(self._place, axis=1)
        least = _NOBODY / 2 * length
        likeness = max(_mean([one for one in best if one > least]) for best in self._best.tolist())
        likeness = max(likeness / math.sqrt(max(square, _NO_LENGTH * length * length)), NONE_THERE)
        familiarity = self._familiarity
        return 0.5 * (1 + math.tanh(0.5 * familiarity.steepness * (likeness - familiarity.threshold)))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else -math.inf


def _in_places(familiarity: Familiarity, shape: tuple[int, int]) -> NDArray[np.float32]:
    """The prototypes, those of each class behind each other; zeros where a class has fewer than there is room
    for."""
    classes, room = shape
    placed = np.zeros((classes * room, familiarity.prototypes.shape[1]), np.float32)
    for index in range(classes):
        own = familiarity.prototypes[familiarity.classes == index]
        placed[index * room : index * room + len(own)] = own
    return placed
