"""Scores of a model's classes → scores of a view's labels: those of a group are added up."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


class Grouping:
    """What a view decides between. The per-frame part is one pass over the scores, prepared once.

    `labels`: the view's; `members`: the class indices of each, no class in two; `classes`: how many the model has.
    Classes of no label count for `unknown`.
    """

    def __init__(self, labels: Sequence[str], members: Sequence[Sequence[int]], classes: int) -> None:
        if not labels or not all(members):
            raise ValueError("a grouping needs labels, and each label a class")
        self.labels = tuple(labels)
        self.members = tuple(tuple(indices) for indices in members)
        flat = [i for indices in self.members for i in indices]
        if len(set(flat)) < len(flat) or min(flat) < 0 or max(flat) >= classes:
            raise ValueError(f"expected each of the {classes} classes in one label at most")
        counted = frozenset(flat)
        others = [i for i in range(classes) if i not in counted]
        self._single = len(flat) == len(self.labels)
        in_a_row = self._single and flat == list(range(flat[0], flat[0] + len(flat)))
        self._slice = slice(flat[0], flat[0] + len(flat)) if in_a_row else None
        self._order, self._others = np.array(flat, np.intp), np.array(others, np.intp)
        self._only_other = others[0] if len(others) == 1 else None
        self._starts = np.cumsum([0, *map(len, self.members)], dtype=np.intp)[:-1]

    @classmethod
    def of_model(cls, labels: Sequence[str], background: Sequence[int] = ()) -> "Grouping":
        """The model's own labels, but for those that mean that nothing is there."""
        counted = [i for i in range(len(labels)) if i not in background]
        return cls([labels[i] for i in counted], [(i,) for i in counted], len(labels))

    def class_index(self, index: int) -> int | None:
        """The class index of one of the labels; None for one that stands for several classes."""
        members = self.members[index]
        return members[0] if len(members) == 1 else None

    def scores(self, of_classes: Scores) -> Scores:
        """The labels' scores, 0-1: float32 (number of labels,). Not to be written to: of labels that are classes
        in a row it is a part of `of_classes` itself."""
        if self._slice is not None:
            return of_classes[self._slice]
        scores = of_classes.take(self._order)
        if self._single:
            return scores
        sums: Scores = np.add.reduceat(scores, self._starts)
        # Those of a sigmoid head, and rounded ones of an 8-bit output, can add up to more.
        return np.minimum(sums, 1.0, out=sums)

    def others(self, of_classes: Scores) -> float:
        """The score of all classes that are of no label, 0-1: it speaks for `unknown`."""
        if self._only_other is not None:
            return float(of_classes[self._only_other])
        return min(1.0, float(of_classes.take(self._others).sum())) if len(self._others) else 0.0
