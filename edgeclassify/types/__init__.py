"""Frozen records that cross stages, in the order of a frame's way, and requests that come the other way.

Times: `*_ns` are nanoseconds of the monotonic clock (durations are computed from these alone, since a Pi's
wall clock jumps when NTP arrives); `ts`, `since`, `captured_at` are seconds since the epoch, UTC. Only `scene_ns`
may run on a time line of its own: see Frame.
Scores are dequantized values in 0-1.
"""

from edgeclassify.types.events import (
    UNKNOWN,
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
from edgeclassify.types.predictions import LabelScore, Prediction, top_k
from edgeclassify.types.requests import Asker, Command, Option, OptionValue, Request, Response

__all__ = [
    "FULL_FRAME",
    "UNKNOWN",
    "Asker",
    "CameraState",
    "Command",
    "Event",
    "EventType",
    "Frame",
    "LabelScore",
    "ModelInfo",
    "Moment",
    "NodeInfo",
    "OpenOccurrence",
    "Option",
    "OptionValue",
    "Outcome",
    "PixelFormat",
    "Pixels",
    "Prediction",
    "Reason",
    "Request",
    "Response",
    "Roi",
    "ViewRecord",
    "ViewState",
    "Why",
    "enclosing",
    "top_k",
]
