"""What the model says of a frame."""

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types.embeddings import Embedding


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One row of the output: its class index, label and score."""

    index: int
    label: str
    score: float


def top_k(scores: NDArray[np.float32], labels: Sequence[str], k: int) -> tuple[LabelScore, ...]:
    """The k best, best first; of equal scores the lower class index comes first."""
    k = min(k, len(scores))
    if k < 1:
        return ()
    # A full sort of a thousand scores takes longer than all the rest that happens to them.
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    above = np.flatnonzero(scores > least)
    best = above[np.argsort(-scores[above], kind="stable")]
    ties = np.flatnonzero(scores == least)[: k - len(best)]
    return tuple(LabelScore(int(i), labels[i], float(scores[i])) for i in (*best, *ties))


class Ranking(Sequence[LabelScore]):
    """The `k` best, best first, found when somebody looks: most states are followed by the next one, unseen.

    `scores`: float32, shape (number of labels,), index = class index; nobody may write into it any more. Equal to
    any sequence of the same rows.
    """

    __slots__ = ("_k", "_labels", "_rows", "_scores")

    def __init__(self, scores: NDArray[np.float32], labels: Sequence[str], k: int) -> None:
        self._scores, self._labels, self._k = scores, labels, k
        self._rows: tuple[LabelScore, ...] | None = None

    @property
    def scores(self) -> NDArray[np.float32]:
        """Of all labels, as they were given. Nobody may write into it."""
        return self._scores

    @property
    def rows(self) -> tuple[LabelScore, ...]:
        """All of them. Found once; two threads that look at the same time find the same."""
        if self._rows is None:
            self._rows = top_k(self._scores, self._labels, self._k)
        return self._rows

    @overload
    def __getitem__(self, index: int) -> LabelScore: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LabelScore, ...]: ...
    def __getitem__(self, index: int | slice) -> LabelScore | tuple[LabelScore, ...]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        return self.rows == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.rows)

    def __repr__(self) -> str:
        return repr(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the model says of one frame.

    `scores`: float32, shape (number of labels,), index = class index; `labels` in the same order.
    """

    scores: NDArray[np.float32]
    labels: Sequence[str]
    preprocess_ms: float
    invoke_ms: float
    frame_sequence: int
    captured_at_ns: int
    captured_at: float
    origin: str | None = None
    scene_ns: int | None = None
    """As of its frame."""
    embedding: Embedding | None = None
    """What the network saw, a copy; None where its embedding is not read."""

    def top(self, k: int) -> tuple[LabelScore, ...]:
        """The k best, best first. Computed when asked: most frames change nothing, and nobody asks."""
        return top_k(self.scores, self.labels, k)

    @property
    def ms(self) -> float:
        """Milliseconds from frame to scores."""
        return self.preprocess_ms + self.invoke_ms
