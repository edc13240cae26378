"""What runs on a node, and how its cameras are."""

from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass


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
    threads: int | None = None
    """Per invoke; None: not told."""
    delegate: str | None = None
    """The library that runs what it can of it; None: the CPU runs all."""


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
    FAILED = "failed"  # what the capture thread can do has failed; it tries on, rarely
