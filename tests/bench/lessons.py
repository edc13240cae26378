"""Lessons of pictures whose embeddings are known, and how a head that was fitted to one does on others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.heads.taught_head import TaughtHead
from edgeclassify.model.taught.head_parameters import HeadParameters
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson, Units
from edgeclassify.types import EmbeddingFacts

Scores = NDArray[np.float32]


def lesson_of(
    labels: Sequence[str], examples: Sequence[Units], classes: Sequence[int], groups: Sequence[int] | None = None
) -> Lesson:
    """A lesson of examples, each (1 + copies, elements), and their class indices.

    `groups`: of one moment; None: each example is one of its own.
    """
    owners = np.repeat(np.arange(len(examples)), [len(one) for one in examples])
    first = np.concatenate([np.arange(len(one)) == 0 for one in examples])
    return Lesson(
        labels=tuple(labels),
        units=np.concatenate(list(examples)),
        classes=np.asarray(classes, np.intp)[owners],
        owners=owners,
        is_copy=~first,
        groups=np.arange(len(examples)) if groups is None else np.asarray(groups, np.intp),
        was=np.full(len(examples), NONE_OF_THEM, np.intp),
        one_class=len(labels) == 1,
    )


@dataclass(frozen=True)
class Answers:
    """Of a head to pictures: (n,). `best`: the class index with the highest score; `known`: the sum of the scores
    of what was taught, 0-1; `score`: the highest one."""

    best: NDArray[np.intp]
    known: Scores
    score: Scores

    def right(self, classes: Sequence[int]) -> float:
        """Share of right answers, where every picture has to get one."""
        return float((self.best == np.asarray(classes)).mean())

    @property
    def unknown(self) -> float:
        """Share that would be answered unknown."""
        return float((self.known < 0.5).mean())


def answers(head: HeadParameters, units: Units) -> Answers:
    """What the head says of embeddings, by the code that a running classifier runs."""
    facts = EmbeddingFacts("bench", "", "", units.shape[1], "float32", 0.0, 0)
    taught = TaughtHead(head, facts)
    scores = np.stack([taught.scores([unit[np.newaxis]]) for unit in units])
    known = scores[:, 0] if head.is_one_class else scores.sum(axis=1)
    return Answers(scores.argmax(axis=1), known, scores.max(axis=1))
