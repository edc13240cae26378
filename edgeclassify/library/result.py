"""What a classifier says of one picture."""

from collections.abc import Sequence
from dataclasses import field, fields

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ArgumentError, EdgeClassifyError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Embedding, EmbeddingFacts, LabelScore, top_k

SHOWN = 5
"""How many labels are shown where nobody says how many."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The scores of one picture.

    >>> from edgeclassify import Classifier
    >>> with Classifier() as classifier:
    ...     result = classifier("espresso.jpg")
    >>> [row.label for row in result.top(1)], result.score_of("bullfrog") < 0.01
    (['espresso'], True)

    `scores`: float32, shape (number of labels,), 0-1, read-only; `labels` in the same order. `source`: the path,
    or the URL without what is secret in it; None of what has no name (an array). `preprocess_ms`, `invoke_ms`: how
    long the picture took to become the model's input, and the model to run. `unknown`: how sure (0-1) a taught
    model is that it is none of its labels; None: other models never say so.
    """

    scores: NDArray[np.float32]
    labels: Sequence[str]
    source: str | None
    preprocess_ms: float
    invoke_ms: float
    unknown: float | None = None
    _embedding: Embedding | None = field(default=None, repr=False)
    _read_as: EmbeddingFacts | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.scores.flags.writeable = False

    def __reduce__(self) -> tuple[type["Result"], tuple[object, ...]]:
        """Made anew there, so that its scores can't be written to there either."""
        return Result, tuple(getattr(self, one.name) for one in fields(self))

    def top(self, k: int = SHOWN) -> tuple[LabelScore, ...]:
        """The `k` best labels with their scores, best first; all of them where there are no more.

        Raises ArgumentError for a `k` below 1.
        """
        if not isinstance(k, int | np.integer) or k < 1:
            raise ArgumentError(f"top: expected how many labels, 1 or more, found {k!r}.")
        return top_k(self.scores, self.labels, int(k))

    @property
    def best(self) -> LabelScore:
        """The label with the highest score."""
        index = int(self.scores.argmax())
        return LabelScore(index, self.labels[index], float(self.scores[index]))

    def score_of(self, label: str) -> float:
        """The score of one label, 0-1. Raises ArgumentError for one that the model does not have."""
        if label not in self.labels:
            hint = did_you_mean(label, self.labels) if isinstance(label, str) else ""
            raise ArgumentError(f"score_of: expected a label of the model, found {label!r}. {hint}".rstrip())
        return float(self.scores[self.labels.index(label)])

    @property
    def embedding(self) -> NDArray[np.float32] | None:
        """What the network saw, as a vector of length 1: float32, shape (elements,); None where it can't be read.

        The inner product of two, of one model, tells how alike their pictures are: 1 is the same.
        """
        if self._embedding is None or self._read_as is None:
            return None
        return self._read_as.unit(self._embedding)

    @property
    def ms(self) -> float:
        """Milliseconds from pixels to scores."""
        return self.preprocess_ms + self.invoke_ms

    def __repr__(self) -> str:
        return f"<Result{_of(self.source)}: {self.best.label} {self.best.score:.3f}>"

    def __str__(self) -> str:
        rows = [f"{row.score:7.1%}  {row.label}" for row in self.top()]
        if self.unknown is not None:
            rows.append(f"{self.unknown:7.1%}  (unknown)")
        return "\n".join([*([] if self.source is None else [self.source]), *rows])


@dataclass(frozen=True, slots=True)
class Failure:
    """A picture among many of which nothing could be made. `source`: as of `Result`."""

    source: str | None
    error: EdgeClassifyError

    def __str__(self) -> str:
        return str(self.error)


def _of(source: str | None) -> str:
    return "" if source is None else f" {source}"
