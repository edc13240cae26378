"""Scores over time: turns predictions into observations.

One prediction is one observation here; a filter over several belongs in this place, between the model and the
state machine, which sees observations only.
"""

import numpy as np

from edgeclassify.types import Observation, Prediction


def observe(prediction: Prediction) -> Observation:
    """The prediction's scores as an observation. One that is no number counts as 0: it must not reach an event."""
    scores = prediction.scores
    if not np.isfinite(scores).all():
        scores = np.nan_to_num(scores, nan=0.0, posinf=0.0, neginf=0.0)
    own_time = prediction.scene_ns is not None
    scene_ns = prediction.captured_at_ns if prediction.scene_ns is None else prediction.scene_ns
    return Observation(scores, scene_ns, prediction.captured_at, prediction.origin, own_time)
