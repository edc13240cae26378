"""Whether what a view shows agrees with what it saw last: while it does not, it takes more frames to decide."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.types import Candidate, EventType, Prediction, ViewState

ANOTHER_LABEL, ANOTHER_SCORE = 0.4, 0.6
"""A score must have changed by so much since the frame before, for something else to be there: where another label
is the best one now, and where it is the same. Noise alone moves scores that are in doubt by a fifth."""


class Settling:
    """Of one view; used by the inference thread."""

    def __init__(self) -> None:
        self._scores: NDArray[np.float32] | None = None
        self._before: NDArray[np.float32] | None = None

    def note(self, prediction: Prediction) -> None:
        """What it saw. The scores are looked at when somebody asks: of most views nobody does."""
        self._before, self._scores = self._scores, prediction.scores

    def is_settled(self, told: ViewState | None) -> bool:
        """True where the frame seen last is like the one before, and what is told has no change ahead of it."""
        if told is None or not told.known:
            return False
        if told.candidate is not None and _is_reached(told.candidate):
            return False
        return not self._differs()

    def _differs(self) -> bool:
        """True where something else is there than in the frame before."""
        before, scores = self._before, self._scores
        if before is None or scores is None:
            return False
        same = before.argmax() == scores.argmax()
        with np.errstate(invalid="ignore"):  # scores that are no numbers are somebody else's business
            changed = np.abs(scores - before).max()
        return bool(changed >= (ANOTHER_SCORE if same else ANOTHER_LABEL))


def _is_reached(candidate: Candidate) -> bool:
    """True where the score is there, and time or a rule holds the change back."""
    if candidate.change is EventType.START:
        return candidate.score >= candidate.threshold
    return candidate.score < candidate.threshold
