"""What a fit gives back."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.head_parameters import HeadKind, HeadParameters
from edgeclassify.model.taught.manifest import Accuracy

NOT_JUDGED = -2
"""In place of a class index: nothing else was left of its class to be learnt from, so it could not be left out."""

UNKNOWN_BELOW = 0.5
"""What has scores that add up to less is answered unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A head, and how good it is.

    For each example of the lesson, what a head said that had not seen it, nor the others of its moment:
    `left_out`, the class index (NONE_OF_THEM: none of them; NOT_JUDGED), `scores`, that class's score of 0-1, and
    `is_unknown`, whether it would have been answered unknown. `accuracy`: of the answers as if unknown were none
    (forced), of all examples of a class that were judged. `tried`: the accuracy of each kind of head, the chosen
    one's included. `seconds`: what the fit took.
    """

    head: HeadParameters
    accuracy: Accuracy
    left_out: NDArray[np.intp]
    scores: NDArray[np.float32]
    is_unknown: NDArray[np.bool_]
    tried: Mapping[HeadKind, Accuracy]
    seconds: float

    @property
    def kind(self) -> HeadKind:
        """Which kind of head was the best."""
        return self.head.kind

    @property
    def is_judged(self) -> NDArray[np.bool_]:
        """Which examples could be left out."""
        return np.asarray(self.left_out != NOT_JUDGED)
