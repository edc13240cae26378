"""Frozen records that cross stages, in the order of a frame's way, and requests that come the other way.

Times: `*_ns` are nanoseconds of the monotonic clock (durations are computed from these alone, since a Pi's
wall clock jumps when NTP arrives); `ts`, `since`, `captured_at` are seconds since the epoch, UTC. Only `scene_ns`
may run on a time line of its own: see Frame.
Scores are dequantized values in 0-1.
"""

from edgeclassify.types.embeddings import Embedding, EmbeddingFacts
from edgeclassify.types.events import (
    UNKNOWN,
    Block,
    Candidate,
    Event,
    EventType,
    Moment,
    OpenOccurrence,
    Reason,
    ViewRecord,
    ViewState,
    Why,
)
from edgeclassify.types.frames import FULL_FRAME, Frame, Outcome, PixelFormat, Pixels, Roi, enclosing
from edgeclassify.types.health import CameraState, ModelInfo, NodeInfo
from edgeclassify.types.history import HistoryQuery, Period
from edgeclassify.types.model_choice import Fit, ModelChoice, RuntimeName
from edgeclassify.types.predictions import LabelScore, Prediction, Ranking, top_k
from edgeclassify.types.requests import Asker, Command, Option, OptionValue, Permission, Request, Response
from edgeclassify.types.scene import PLAIN_SURROUNDINGS, Condition, Problem, Shift, Surroundings
from edgeclassify.types.tallies import (
    MOST_LABELS_TODAY,
    ClockState,
    DayTally,
    LabelToday,
    Novelty,
    TallyRecord,
    Today,
)
from edgeclassify.types.updates import UpdateState, UpdateStatus

__all__ = [
    "FULL_FRAME",
    "MOST_LABELS_TODAY",
    "PLAIN_SURROUNDINGS",
    "UNKNOWN",
    "Asker",
    "Block",
    "CameraState",
    "Candidate",
    "ClockState",
    "Command",
    "Condition",
    "DayTally",
    "Embedding",
    "EmbeddingFacts",
    "Event",
    "EventType",
    "Fit",
    "Frame",
    "HistoryQuery",
    "LabelScore",
    "LabelToday",
    "ModelChoice",
    "ModelInfo",
    "Moment",
    "NodeInfo",
    "Novelty",
    "OpenOccurrence",
    "Option",
    "OptionValue",
    "Outcome",
    "Period",
    "Permission",
    "PixelFormat",
    "Pixels",
    "Prediction",
    "Problem",
    "Ranking",
    "Reason",
    "Request",
    "Response",
    "Roi",
    "RuntimeName",
    "Shift",
    "Surroundings",
    "TallyRecord",
    "Today",
    "UpdateState",
    "UpdateStatus",
    "ViewRecord",
    "ViewState",
    "Why",
    "enclosing",
    "top_k",
]
