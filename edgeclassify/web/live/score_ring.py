"""The best scores of a view over the last hour: one row a second at most, in arrays that never grow."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import LabelScore

ROWS = 3600
WIDTH = 8
"""Labels of a row."""
LEAST_APART_S = 1.0
MOST_NAMES = 5000
"""Labels that are known at a time; more, and all is forgotten (the view has got another model)."""
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Series:
    """`at`: seconds of the monotonic clock, shape (rows,); `scores`: of each label over these, None where it was
    not among the best."""

    at: list[float]
    labels: list[str]
    scores: list[list[float | None]]


class ScoreRing:
    """Written by one thread, read by another under the same lock: its owner's."""

    def __init__(self, rows: int = ROWS) -> None:
        self._at = np.full(rows, -np.inf)
        self._names = np.full((rows, WIDTH), _NOBODY, np.int16)
        self._scores = np.zeros((rows, WIDTH), np.float32)
        self._known: dict[str, int] = {}
        self._next = 0

    def is_due(self, at: float) -> bool:
        """True where the last row is old enough for another."""
        return bool(at - self._at[self._next - 1] >= LEAST_APART_S)

    def note(self, at: float, best: Iterable[LabelScore]) -> None:
        """A row, in place of the oldest."""
        rows = list(best)[:WIDTH]
        if len(self._known) + len(rows) > MOST_NAMES:
            self._forget()
        row = self._next
        self._at[row], self._names[row] = at, _NOBODY
        for column, one in enumerate(rows):
            self._names[row, column] = self._known.setdefault(one.label, len(self._known))
            self._scores[row, column] = one.score
        self._next = (row + 1) % len(self._at)

    def series(self, since: float, most_labels: int, most_rows: int) -> Series:
        """What is from then on, of the labels that came highest; rows are left out evenly where there are more."""
        order = np.roll(np.arange(len(self._at)), -self._next)
        rows = order[self._at[order] >= since]
        rows = rows[-1 :: -max(1, -(-len(rows) // most_rows))][::-1]  # the newest is always there
        names, scores = self._names[rows], self._scores[rows]
        numbers = self._highest(names, scores)[:most_labels]
        labels = list(self._known)
        return Series(
            self._at[rows].tolist(),
            [labels[number] for number in numbers],
            [_column(names, scores, number) for number in numbers],
        )

    def _highest(self, names: NDArray[np.int16], scores: NDArray[np.float32]) -> list[int]:
        """The labels in it, those that came highest first."""
        best = np.full(len(self._known), -1.0)
        listed = names != _NOBODY
        np.maximum.at(best, names[listed], scores[listed])
        return [int(number) for number in np.argsort(-best, kind="stable") if best[number] >= 0]

    def _forget(self) -> None:
        self._known.clear()
        self._at[:] = -np.inf
        self._names[:] = _NOBODY


def _column(names: NDArray[np.int16], scores: NDArray[np.float32], number: int) -> list[float | None]:
    listed = names == number
    found = (scores * listed).sum(axis=1)
    return [
        round(float(score), 4) if there else None for score, there in zip(found, listed.any(axis=1), strict=True)
    ]
