"""What runs on a node, and how its cameras are."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Identity of a loaded model, as it is published in `info`."""

    name: str
    path: str
    sha256: str
    runtime: str
    """Runtime and version, e.g. "litert 2.3.0"."""
    labels: int
    input_width: int
    input_height: int


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What runs on this node, published once per connection."""

    version: str
    python: str
    session: str
    started: float
    models: tuple[ModelInfo, ...]
    views: tuple[str, ...]


class CameraState(StrEnum):
    """Where a camera stands."""

    STARTING = "starting"
    RUNNING = "running"
    RESTING = "resting"  # stopped between two stills, to save power
    RESTARTING = "restarting"  # lost, and being brought back
    FINISHED = "finished"  # the file or folder came to its end
    FAILED = "failed"  # what the capture thread can do was in vain; it tries on, rarely


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """Figures of one camera; counts are since the start of the daemon, `fresh_processes` since it last worked."""

    name: str
    state: CameraState
    frame_age_s: float | None
    """Seconds since the newest frame was handed over."""
    frames: int
    """Frames handed over."""
    dropped: int
    """Of these: overwritten by a newer one before inference took them."""
    skipped: int
    """Images left out, since they can't be decoded."""
    copied: int
    """Of these: copied out of the camera's buffer, since too many buffers were in use to lend one more."""
    stalls: int
    """Times that no new frame came in time."""
    freezes: int
    """Times that the same frame came for too long."""
    restarts: int
    """Stream stopped and started."""
    reopens: int
    """Closed and opened again."""
    fresh_processes: int
    """Daemons that ended, so that a new one might get the camera back, in vain so far."""
    profile: str
    """"day" or "night"."""
    error: str | None
    """Why it is lost; None while it works."""
