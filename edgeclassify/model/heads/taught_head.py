"""The head that was taught: scores of one's own classes, of a network's embedding."""

import math
from collections.abc import Sequence

import numpy as np

from edgeclassify.errors import ModelError
from edgeclassify.model.heads.output_values import OutputValues
from edgeclassify.model.heads.scores import Scores
from edgeclassify.model.interface import Head, Outputs
from edgeclassify.model.labels.background import background_of
from edgeclassify.model.taught.head_parameters import HeadParameters, roots
from edgeclassify.model.tensors import OutputTensor
from edgeclassify.types import EmbeddingFacts

_NO_DISTANCE = 1e-6
"""Nearer to the middle of what was taught nothing can be said of the direction."""


class TaughtHead(Head):
    """Classes that were taught. `output`: the index of the network's output that holds the embedding.

    The scores are the chances of the classes times the familiarity q: they add up to q, and what is like nothing
    that was taught has low ones throughout. Of one class alone they are q and 1 - q. Raises ModelError where the
    parameters are of another embedding.
    """

    def __init__(self, parameters: HeadParameters, facts: EmbeddingFacts, output: int = 0) -> None:
        if parameters.elements != facts.elements:
            raise ModelError(
                f"the taught head: expected embeddings of {parameters.elements} elements, found {facts.elements} "
                f"of {facts.base}. It was fitted on another base: fit it again (edgeclassify teach NAME fit)."
            )
        self._labels = parameters.shown_labels
        self._output, self._base = output, facts.base
        self._values = OutputValues(
            OutputTensor(facts.elements, facts.dtype, facts.scale, facts.zero_point), roots
        )
        likeness = parameters.familiarity
        self._classes, self._is_one_class = len(parameters.labels), parameters.is_one_class
        self._neighbours = likeness.neighbours
        self._threshold, self._steepness = likeness.threshold, likeness.steepness
        # One product of a matrix with the embedding is all that an embedding costs.
        self._rows = np.concatenate([parameters.weights, likeness.prototypes, parameters.centre[np.newaxis]])
        self._at_centre = self._rows @ parameters.centre
        self._biases = parameters.biases
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
        seen = self._values.read(outputs[self._output])
        if not self._values.is_quantized:
            seen = roots(seen)
        length = math.sqrt(float(seen @ seen))
        if not math.isfinite(length):
            raise ModelError(
                f"{self._base}: expected numbers as its embedding, found NaN or infinity. Its weights are damaged "
                "or too large for their type: convert the model again, as float32 or int8."
            )
        products = self._rows @ seen
        products /= np.float32(length or 1.0)
        to_centre, of_centre = float(products[-1]), float(self._at_centre[-1])
        products -= self._at_centre
        squared = (1.0 if length else 0.0) - 2 * to_centre + of_centre
        count = len(self._biases)
        known = self._known(products[count:-1] / np.float32(math.sqrt(max(squared, _NO_DISTANCE))))
        if self._is_one_class:
            return np.array([known, 1 - known], np.float32)
        logits = products[:count] + self._biases
        logits -= logits.max()
        np.exp(logits, out=logits)
        logits *= np.float32(known / float(logits.sum()))
        return logits[: self._classes].copy()

    def _known(self, cosines: Scores) -> float:
        """The familiarity q of a picture with such cosines with the prototypes."""
        k = self._neighbours
        if k == 1:
            likeness = float(cosines.max())
        else:
            likeness = float(np.partition(cosines, len(cosines) - k)[len(cosines) - k :].mean())
        # The logistic function by tanh, which never overflows.
        return 0.5 * (1 + math.tanh(0.5 * self._steepness * (likeness - self._threshold)))
