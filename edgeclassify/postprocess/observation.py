"""Label scores of one view at one time, as decisions are made on them, and how they come from a prediction.

What changes scores before a decision (a filter over time, a score for `unknown`) is a step from observation to
observation, between `observe` (which adds labels up to groups) and the thresholds: see ViewDecider.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeclassify.postprocess.groups import Grouping
from edgeclassify.types import Prediction


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What is seen of a view at one time.

    `scores`: float32, shape (number of labels,), in the order of the view's labels; finite. `scene_ns`: what
    durations are computed from; `own_time`: it runs on the time line of a file (see Frame), which no clock of ours
    knows, and may jump. `captured_at`: the same moment in seconds since the epoch. `origin`: as of its frame.
    `others`: the score, 0-1, of all that the view has no label for (see Grouping): it speaks for `unknown`.
    """

    scores: NDArray[np.float32]
    scene_ns: int
    captured_at: float
    origin: str | None = None
    own_time: bool = False
    others: float = 0.0


def observe(prediction: Prediction, grouping: Grouping | None = None) -> Observation:
    """The prediction's scores as an observation. One that is no number counts as 0: it must not reach an event.

    `grouping`: the view's labels, where they are not the model's.
    """
    scores = prediction.scores
    if not np.isfinite(scores).all():
        scores = np.nan_to_num(scores, nan=0.0, posinf=0.0, neginf=0.0)
    own_time = prediction.scene_ns is not None
    scene_ns = prediction.captured_at_ns if prediction.scene_ns is None else prediction.scene_ns
    if grouping is None:
        return Observation(scores, scene_ns, prediction.captured_at, prediction.origin, own_time)
    others = grouping.others(scores)
    scores = grouping.scores(scores)
    return Observation(scores, scene_ns, prediction.captured_at, prediction.origin, own_time, others)
