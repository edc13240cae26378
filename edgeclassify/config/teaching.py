"""The section on teaching: what the daemon keeps of what its views see."""

from typing import Annotated

from edgeclassify.config.base import Section, about
from edgeclassify.late_model import Field


class TeachingConfig(Section):
    """[teaching]: looks, kept on this node for taught models."""

    enabled: bool = about(
        True,
        "Keep looks in the state folder: what the model saw behind each event and in frames of which it was not "
        "sure, with a small picture of the view's region (none with node.labels_only).",
    )
    keep_days: Annotated[float, Field(gt=0, le=3660, allow_inf_nan=False)] = about(
        7.0,
        "Looks of events and of unsure frames are deleted after so many days, once the clock has run evenly for "
        "an hour. What was collected for a taught model stays until it is labelled or removed.",
    )
    keep_mb: Annotated[float, Field(ge=1, le=100_000, allow_inf_nan=False)] = about(
        64.0,
        "Room for looks in MB, about 15 KB for each with a picture; those of the oldest events make room first.",
    )
    review: Annotated[int, Field(ge=0, le=1000)] = about(
        50,
        "So many frames of each view with a taught model may wait for somebody to say what they show: different "
        "ones, of which the model was not sure; 0: none.",
    )
