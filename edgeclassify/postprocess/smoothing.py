"""Scores over time: turns predictions into observations.

One prediction is one observation here; a filter over several belongs in this place, between the model and the
state machine, which sees observations only.
"""

from edgeclassify.types import Observation, Prediction


def observe(prediction: Prediction) -> Observation:
    """The prediction's scores as an observation."""
    return Observation(prediction.scores, prediction.captured_at_ns, prediction.captured_at)
