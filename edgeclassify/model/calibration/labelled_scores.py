"""A model's scores of pictures whose labels are known, and what they are at a temperature."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgeclassify.tempering import LEAST_REST

NOTHING_KNOWN = -1
"""In place of a label: a picture of nothing that the labels name, a class that no label stands for."""

Indices = NDArray[np.intp]
_CHUNK = 1024
"""Pictures at a time: a thousand scores of each take a few megabytes then."""


@dataclass(frozen=True, eq=False)
class LabelledScores:
    """The scores of some pictures beside their labels. Raises ValueError where lengths differ.

    `scores`: float32 (pictures, classes), 0-1, as the model gave them. `labels`: what is decided between, by label
    index. `truth`: of each picture the label index, or NOTHING_KNOWN. `label_of`: of each class the label index
    that it counts for, or NOTHING_KNOWN (the background). `photos`: which pictures show the same, by equal
    numbers: they are never on both sides of a fit; None: each is its own.
    """

    scores: NDArray[np.float32]
    labels: tuple[str, ...]
    truth: Indices
    label_of: Indices
    photos: Indices | None = None

    def __post_init__(self) -> None:
        pictures, classes = self.scores.shape
        lengths = (len(self.truth), len(self.label_of), pictures if self.photos is None else len(self.photos))
        if lengths != (pictures, classes, pictures):
            raise ValueError(f"{pictures} pictures of {classes} classes: found {lengths}")

    @classmethod
    def of_classes(
        cls, scores: NDArray[np.float32], labels: Sequence[str], truth: Indices, photos: Indices | None = None
    ) -> "LabelledScores":
        """Where the labels are the model's classes."""
        return cls(scores, tuple(labels), truth, np.arange(len(labels), dtype=np.intp), photos)

    def __len__(self) -> int:
        return len(self.truth)

    def of_pictures(self, chosen: Indices) -> "LabelledScores":
        """The same of some of the pictures."""
        photos = None if self.photos is None else self.photos[chosen]
        return LabelledScores(self.scores[chosen], self.labels, self.truth[chosen], self.label_of, photos)

    @property
    def known(self) -> Indices:
        """The pictures of a label."""
        return np.flatnonzero(self.truth != NOTHING_KNOWN)

    def at(self, temperature: float) -> NDArray[np.float64]:
        """The labels' scores, 0-1, (pictures, labels): tempered by class (as Tempering does), then added up."""
        parts = [
            self._at(self._logits[start : start + _CHUNK] / temperature) for start in range(0, len(self), _CHUNK)
        ]
        return np.concatenate(parts) if parts else np.empty((0, len(self.labels)))

    def _at(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits if self._is_plain else (logits @ self._sums)[:, :-1]

    @cached_property
    def _is_plain(self) -> bool:
        """True where the labels are the model's classes."""
        return np.array_equal(self.label_of, np.arange(len(self.labels)))

    @cached_property
    def _logits(self) -> NDArray[np.float64]:
        """log of the scores, up to a constant of each picture; of zeros what Tempering takes them for."""
        scores = self.scores.astype(np.float64)
        hidden = np.count_nonzero(scores <= 0, axis=1)
        rest = np.maximum(1 - scores.sum(axis=1), LEAST_REST) / np.maximum(hidden, 1)
        least = np.where(scores > 0, scores, np.inf).min(axis=1, initial=np.inf)
        each = np.minimum(rest, least / 2)
        logits: NDArray[np.float64] = np.log(np.where(scores > 0, scores, each[:, np.newaxis]))
        logits -= logits.max(axis=1, keepdims=True, initial=-np.inf)
        return logits

    @cached_property
    def _sums(self) -> NDArray[np.float64]:
        """A matrix that adds classes up to labels; its last column takes what no label stands for."""
        sums = np.zeros((len(self.label_of), len(self.labels) + 1))
        sums[np.arange(len(self.label_of)), self.label_of] = 1  # NOTHING_KNOWN is the last column
        return sums
