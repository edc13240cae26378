"""Scores as they are kept: the very bits of each float32, without the zeros that most of them are."""

from base64 import b64decode, b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass

_INDEX, _SCORE = np.dtype("<u4"), np.dtype("<f4")
MOST_SCORES = 1_000_000
"""Of one prediction; a file that says more is damaged."""


@dataclass(frozen=True, slots=True)
class KeptScores:
    """`count` scores: `bits` is float32 in little-endian order, of all, or of those at `indices` (uint32)."""

    count: int
    bits: bytes
    indices: bytes | None = None

    @classmethod
    def of(cls, scores: NDArray[np.float32]) -> "KeptScores":
        """From an array of shape (count,)."""
        kept = np.ascontiguousarray(scores, _SCORE)
        # By their bits: -0.0 and NaN stay what they are.
        indices = np.flatnonzero(kept.view(_INDEX))
        if len(indices) * 2 >= len(kept):
            return cls(len(kept), kept.tobytes())
        return cls(len(kept), kept[indices].tobytes(), indices.astype(_INDEX).tobytes())

    def array(self) -> NDArray[np.float32]:
        """All of them, float32 of shape (count,)."""
        values = np.frombuffer(self.bits, _SCORE)
        if self.indices is None:
            return values.astype(np.float32, copy=False)
        scores = np.zeros(self.count, np.float32)
        scores[np.frombuffer(self.indices, _INDEX)] = values
        return scores

    def written(self) -> list[Any]:
        """As JSON."""
        if self.indices is None:
            return [self.count, b64encode(self.bits).decode()]
        return [self.count, b64encode(self.bits).decode(), b64encode(self.indices).decode()]

    @classmethod
    def read(cls, written: Any) -> "KeptScores":
        """From JSON. Raises ValueError or TypeError for what was not written so."""
        count, bits, *rest = written
        if not isinstance(count, int) or not 0 <= count <= MOST_SCORES or len(rest) > 1:
            raise ValueError("no scores")
        kept = cls(count, b64decode(bits, validate=True), b64decode(rest[0], validate=True) if rest else None)
        values = np.frombuffer(kept.bits, _SCORE)
        indices = None if kept.indices is None else np.frombuffer(kept.indices, _INDEX)
        if len(values) != (count if indices is None else len(indices)):
            raise ValueError("scores without indices")
        if indices is not None and len(indices) and int(indices.max()) >= count:
            raise ValueError("an index beyond the scores")
        return kept
