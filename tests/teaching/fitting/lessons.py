"""Lessons of made embeddings: a middle for each class, and what differs from picture to picture around it."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson
from edgeclassify.types import EmbeddingFacts

ELEMENTS = 64
FACTS = EmbeddingFacts("base", "ab" * 32, "pooled", ELEMENTS, "float32", 0.0, 0)


class World:
    """Classes of pictures, as a network with an output of ReLU would see them."""

    def __init__(self, classes: int, *, noise: float = 0.6, copy_noise: float = 0.12, seed: int = 1) -> None:
        self._draws, self._noise, self._copy_noise = np.random.default_rng(seed), noise, copy_noise
        self._middles = self._draws.normal(size=(classes, ELEMENTS))

    def embeddings(self, of: int, count: int) -> NDArray[np.float32]:
        """Pictures of one class: float32 (count, elements), none below 0."""
        noise = self._draws.normal(size=(count, ELEMENTS)) * self._noise
        return np.asarray(np.maximum(self._middles[of] + noise, 0), np.float32)

    def copies(self, embedding: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """What is nearly the same picture."""
        noise = self._draws.normal(size=(count, ELEMENTS)) * self._copy_noise
        return np.asarray(np.maximum(embedding + noise, 0), np.float32)

    def lesson(
        self,
        counts: list[int],
        *,
        none: int = 0,
        copies: int = 0,
        burst: int = 1,
        one_class: bool = False,
    ) -> Lesson:
        """`counts`: moments of each class, each of `burst` pictures that are nearly the same. `none`: pictures of
        the last class, said to be none of the others. `copies`: of each picture."""
        labels = list(range(len(counts))) + [NONE_OF_THEM] * (none > 0)
        pictures: list[NDArray[np.float32]] = []
        classes: list[int] = []
        groups: list[int] = []
        for index, (label, moments) in enumerate(zip(labels, [*counts, *([none] if none else [])], strict=True)):
            for moment in self.embeddings(index, moments):
                pictures += [moment, *self.copies(moment, burst - 1)]
                classes += [label] * burst
                groups += [groups[-1] + 1 if groups else 0] * burst
        rows = [row for picture in pictures for row in (picture, *self.copies(picture, copies))]
        owners = np.repeat(np.arange(len(pictures)), 1 + copies)
        return Lesson(
            tuple(f"class {index}" for index in range(len(counts))),
            FACTS.unit(np.stack(rows)),
            np.array(classes)[owners],
            owners,
            np.arange(len(rows)) % (1 + copies) > 0,
            np.array(groups),
            np.full(len(pictures), NONE_OF_THEM),
            one_class,
        )
