"""The head that was taught: scores of one's own classes, of a network's embedding."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ModelError
from edgeclassify.model.heads.output_values import OutputValues
from edgeclassify.model.heads.scores import Scores
from edgeclassify.model.interface import Head, Outputs
from edgeclassify.model.labels.background import background_of
from edgeclassify.model.taught.head_parameters import Familiarity, HeadParameters
from edgeclassify.model.tensors import OutputTensor
from edgeclassify.types import EmbeddingFacts

_NO_LENGTH = 1e-9
"""Below this a vector has no direction."""
_NONE = -2.0
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
        self._values = OutputValues(OutputTensor(facts.elements, facts.dtype, facts.scale, facts.zero_point))
        self._is_one_class, self._classes = parameters.is_one_class, len(parameters.labels)
        self._biases, self._likeness = parameters.biases, _Likeness(parameters.familiarity)
        # One product of a matrix with the embedding is all that its length costs.
        self._rows = np.concatenate([parameters.weights, self._likeness.rows])
        self._background = frozenset({0}) if self._is_one_class else background_of(self._labels, None)

    @property
    def labels(self) -> Sequence[str]:
        """Labels by class index; of one class alone, what is unusual beside it."""
        return self._labels

    @property
    def background(self) -> frozenset[int]:
        """The classes that mean that nothing is there; of one class alone, the normal one."""
        return self._background

    def scores(self, outputs: Outputs) -> Scores:
        """As of `Head`."""
        # The array is not bound to a name: the runtime refuses to invoke while one on its memory is alive.
        values = self._values.read(outputs[self._output])
        length = math.sqrt(float(values @ values))
        if not math.isfinite(length):
            raise ModelError(
                f"{self._base}: expected numbers as its embedding, found NaN or infinity. Its weights are damaged "
                "or too large for their type: convert the model again, as float32 or int8."
            )
        products = self._rows @ values
        if length:
            products /= np.float32(length)
        count = len(self._biases)
        known = self._likeness.q(products[count:], 1.0 if length else 0.0)
        logits = products[:count] + self._biases
        logits -= logits.max()
        np.exp(logits, out=logits)
        logits *= np.float32(known / float(logits.sum()))
        scores = logits[: self._classes]
        return np.append(scores, 1 - scores) if self._is_one_class else scores.copy()


class _Likeness:
    """Familiarity, as fast as may be. `rows`: what is to be multiplied with the embedding."""

    def __init__(self, familiarity: Familiarity) -> None:
        self._familiarity = familiarity
        self.rows = np.concatenate([familiarity.space, familiarity.origin[np.newaxis]])
        self._at_origin = self.rows @ familiarity.origin
        # First what is damped, then the cosines, by one product.
        self._size = len(familiarity.space)
        self._along = np.concatenate([familiarity.spread, familiarity.prototypes])
        counts = np.bincount(familiarity.classes)
        self._neighbours = familiarity.neighbours
        self._places = _places(familiarity.classes, counts, self._neighbours)
        there = np.minimum(counts, self._neighbours)
        # What was put in for missing ones is taken out of the sums again.
        self._missing = (-_NONE * (self._neighbours - there) - (there == 0)).astype(np.float32)
        self._there = np.maximum(there, 1).astype(np.float32)

    def q(self, products: Scores, square: float) -> float:
        """The chance q. `products`: of the rows and the embedding, whose length has this `square`."""
        square += float(self._at_origin[-1]) - 2 * float(products[-1])
        along = self._along @ (products[:-1] - self._at_origin[:-1])
        damped = along[: self._size]
        length = math.sqrt(max(square - float(damped @ damped), _NO_LENGTH))
        cosines = np.append(along[self._size :], np.float32(_NONE * length))[self._places]
        if cosines.shape[1] > self._neighbours:
            cosines.partition(cosines.shape[1] - self._neighbours, axis=1)
        sums = cosines[:, -self._neighbours :].sum(axis=1)
        sums /= np.float32(length)
        likeness = float(((sums + self._missing) / self._there).max())
        familiarity = self._familiarity
        return 0.5 * (1 + math.tanh(0.5 * familiarity.steepness * (likeness - familiarity.threshold)))


def _places(classes: NDArray[np.intp], counts: NDArray[np.intp], least: int) -> NDArray[np.intp]:
    """Where the prototypes of each class are: (classes, `least` or more); len(classes): there is no other."""
    places = np.full((len(counts), max(int(counts.max()), least)), len(classes), np.intp)
    for index, count in enumerate(counts.tolist()):
        places[index, :count] = np.flatnonzero(classes == index)
    return places
