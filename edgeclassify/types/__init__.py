"""Frozen records that cross stages, in the order of a frame's way, and requests that come the other way.

Times: `*_ns` are nanoseconds of the monotonic clock (durations are computed from these alone, since a Pi's
wall clock jumps when NTP arrives); `ts`, `since`, `captured_at` are seconds since the epoch, UTC. Only `scene_ns`
may run on a time line of its own: see Frame.
Scores are dequantized values in 0-1.

A module is imported when one of its names is first asked for: who classifies a picture needs no requests.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgeclassify.types.embeddings import (
        Embedding as Embedding,
        EmbeddingFacts as EmbeddingFacts,
    )
    from edgeclassify.types.events import (
        UNKNOWN as UNKNOWN,
        Block as Block,
        Candidate as Candidate,
        Event as Event,
        EventType as EventType,
        Moment as Moment,
        OpenOccurrence as OpenOccurrence,
        Reason as Reason,
        ViewRecord as ViewRecord,
        ViewState as ViewState,
        Why as Why,
    )
    from edgeclassify.types.frames import (
        FULL_FRAME as FULL_FRAME,
        Frame as Frame,
        Outcome as Outcome,
        PixelFormat as PixelFormat,
        Pixels as Pixels,
        Roi as Roi,
        enclosing as enclosing,
    )
    from edgeclassify.types.health import (
        CameraState as CameraState,
        ModelInfo as ModelInfo,
        NodeInfo as NodeInfo,
    )
    from edgeclassify.types.history import (
        HistoryQuery as HistoryQuery,
        Period as Period,
    )
    from edgeclassify.types.model_choice import (
        Fit as Fit,
        ModelChoice as ModelChoice,
        RuntimeName as RuntimeName,
    )
    from edgeclassify.types.predictions import (
        LabelScore as LabelScore,
        Prediction as Prediction,
        Ranking as Ranking,
        top_k as top_k,
    )
    from edgeclassify.types.requests import (
        Asker as Asker,
        Command as Command,
        Option as Option,
        OptionValue as OptionValue,
        Permission as Permission,
        Request as Request,
        Response as Response,
    )
    from edgeclassify.types.scene import (
        PLAIN_SURROUNDINGS as PLAIN_SURROUNDINGS,
        Condition as Condition,
        Problem as Problem,
        Shift as Shift,
        Surroundings as Surroundings,
    )
    from edgeclassify.types.tallies import (
        MOST_LABELS_TODAY as MOST_LABELS_TODAY,
        ClockState as ClockState,
        DayTally as DayTally,
        LabelToday as LabelToday,
        Novelty as Novelty,
        TallyRecord as TallyRecord,
        Today as Today,
    )
    from edgeclassify.types.updates import (
        UpdateState as UpdateState,
        UpdateStatus as UpdateStatus,
    )

_NAMES = {
    "embeddings": "Embedding EmbeddingFacts",
    "events": "UNKNOWN Block Candidate Event EventType Moment OpenOccurrence Reason ViewRecord ViewState Why",
    "frames": "FULL_FRAME Frame Outcome PixelFormat Pixels Roi enclosing",
    "health": "CameraState ModelInfo NodeInfo",
    "history": "HistoryQuery Period",
    "model_choice": "Fit ModelChoice RuntimeName",
    "predictions": "LabelScore Prediction Ranking top_k",
    "requests": "Asker Command Option OptionValue Permission Request Response",
    "scene": "PLAIN_SURROUNDINGS Condition Problem Shift Surroundings",
    "tallies": "MOST_LABELS_TODAY ClockState DayTally LabelToday Novelty TallyRecord Today",
    "updates": "UpdateState UpdateStatus",
}
"""Which names are of which module, as above."""
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if (module := _MODULES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return found


def __dir__() -> list[str]:
    return sorted(_MODULES)
