"""Scores over a stretch of time, in few enough points to be drawn: of each span the highest."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Ranking, ViewState

POINTS = 480
"""Spans that the whole time is cut into."""
LINES = 6
"""Labels, the most interesting first."""


@dataclass(frozen=True, slots=True)
class Lines:
    """`t`: seconds since the epoch, of each span with frames; `scores`: a line of each label, 0-1."""

    t: Sequence[float]
    labels: Sequence[str]
    scores: Sequence[Sequence[float]]


class ScoreLines:
    """From `since` to `until`, seconds since the epoch. `labels`: those of the scores, by their index."""

    def __init__(self, labels: Sequence[str], since: float, until: float) -> None:
        self._labels, self._since = labels, since
        self._span_s = max((until - since) / POINTS, 1e-3)
        self._highest: dict[int, NDArray[np.float32]] = {}

    def note(self, state: ViewState) -> None:
        """What a frame shows, with all its scores; others are left out, and frames of another time: the clock may
        have been set back meanwhile."""
        span = int((state.ts - self._since) / self._span_s)
        if not isinstance(state.top, Ranking) or not 0 <= span <= POINTS:
            return
        scores, highest = state.top.scores, self._highest.get(span)
        if highest is None:
            self._highest[span] = scores.copy()
        else:
            np.maximum(highest, scores, out=highest)

    def lines(self, wanted: Sequence[str] = ()) -> Lines:
        """Of the labels that are wanted, and then of those that came highest."""
        spans = sorted(self._highest)
        if not spans:
            return Lines((), (), ())
        table = np.stack([self._highest[span] for span in spans])
        best = [self._labels[int(i)] for i in np.argsort(-table.max(axis=0), kind="stable")[:LINES]]
        labels = list(dict.fromkeys([*(name for name in wanted if name in self._labels), *best]))[:LINES]
        rows = [table[:, self._labels.index(name)].round(4).tolist() for name in labels]
        return Lines([round(self._since + (span + 0.5) * self._span_s, 3) for span in spans], labels, rows)
