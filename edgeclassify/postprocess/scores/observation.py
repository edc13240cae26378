"""Label scores of one view at one time, as decisions are made on them, and how they come from a prediction.

The scores are tempered, class by class, before labels are added up to groups. What changes them further (a filter
over time) is a step from observation to observation, between `observe` and the thresholds: see ViewDecider.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgeclassify.postprocess.scores.groups import Grouping
from edgeclassify.tempering import PLAIN, Tempering
from edgeclassify.types import Prediction


# A tuple, since several are made for each frame: a frozen dataclass takes six times as long.
class Observation(NamedTuple):
    """What is seen of a view at one time.

    `scores`: float32, shape (number of labels,), in the order of the view's labels; finite. `scene_ns`: what
    durations are computed from; `own_time`: it runs on the time line of a file (see Frame), which no clock of ours
    knows, and may jump. `captured_at`: the same moment in seconds since the epoch. `origin`: as of its frame.
    `others`: the score, 0-1, of all that the view has no label for (see Grouping): it speaks for `unknown`.
    `raw`: the same labels' scores as the model gave them, not tempered; None: `scores` are. Nobody
    writes into these arrays.
    """

    scores: NDArray[np.float32]
    scene_ns: int
    captured_at: float
    origin: str | None = None
    own_time: bool = False
    others: float = 0.0
    raw: NDArray[np.float32] | None = None

    def raw_score(self, index: int) -> float:
        """What the model itself gave one of the labels in this frame, 0-1; of a group the sum."""
        return float((self.scores if self.raw is None else self.raw)[index])


def observe(prediction: Prediction, grouping: Grouping | None = None, tempering: Tempering = PLAIN) -> Observation:
    """The prediction's scores as an observation. One that is no number counts as 0: it must not reach an event.

    `grouping`: the view's labels, where they are not the model's. `tempering`: that of the model.
    """
    raw = prediction.scores
    # The sum of squares is a number where each of them is, and is there at a third of the cost of a look at each.
    if not math.isfinite(raw.dot(raw)) and not np.isfinite(raw).all():
        raw = np.nan_to_num(raw, nan=0.0, posinf=0.0, neginf=0.0)
    scores, others = tempering.scores(raw), 0.0
    is_plain = scores is raw
    if grouping is not None:
        others = grouping.others(scores)
        scores, raw = grouping.scores(scores), raw if is_plain else grouping.scores(raw)
    own_time = prediction.scene_ns is not None
    return Observation(
        scores,
        prediction.captured_at_ns if prediction.scene_ns is None else prediction.scene_ns,
        prediction.captured_at,
        prediction.origin,
        own_time,
        others,
        None if is_plain else raw,
    )
