"""Scores over time: turns predictions into observations.

One prediction is one observation here; a filter over several belongs in this place, between the model and the
state machine, which sees observations only.
"""

from edgeclassify.types import Observation, Prediction


def observe(prediction: Prediction) -> Observation:
    """The prediction's scores as an observation."""
    own_time = prediction.scene_ns is not None
    scene_ns = prediction.captured_at_ns if prediction.scene_ns is None else prediction.scene_ns
    return Observation(prediction.scores, scene_ns, prediction.captured_at, prediction.origin, own_time)
