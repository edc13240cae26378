"""What an update is: who it is for, what it brings, how long it is watched, and what is wrong with one."""

from dataclasses import field

from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.lazy_dataclass import dataclass


class UpdateError(EdgeClassifyError):
    """A manifest is damaged, signed by somebody else, or asks for what can't be."""

    exit_status = ExitStatus.DATA


class FetchError(EdgeClassifyError):
    """What an update consists of can't be fetched now: its server is away, or breaks off."""

    exit_status = ExitStatus.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that an update brings. `name`: of the file; `url`: where it is, relative to the manifest's URL;
    `size`: in bytes; `sha256`: in hex."""

    name: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class GateRules:
    """When an update counts as healthy. `seconds`: how long it is watched; `most_offline_s`: how long a view that
    was online before may be offline, or no frame be classified; `most_inference_ms`: the median of the time from
    frame to scores, None: three times what it was before and 50 ms more."""

    seconds: float = 600.0
    most_offline_s: float = 60.0
    most_inference_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """An update. `version`: grows from each to the next; `percent`: share of the nodes, 0 to 100; `nodes`:
    patterns of their names (shell style), none: all; `not_before`: RFC 3339; `min_version`: of edgeclassify;
    `config`: TOML, the lowest layer of the nodes' configs, None: it brings none."""

    id: str
    version: int
    percent: float = 100.0
    nodes: tuple[str, ...] = ()
    not_before: str | None = None
    min_version: str | None = None
    config: str | None = None
    models: tuple[ModelFile, ...] = ()
    gate: GateRules = field(default_factory=GateRules)


@dataclass(frozen=True, slots=True)
class Baseline:
    """How a node was before an update. `online`: its views that had frames; `inference_ms`: the median from frame
    to scores, None: nothing was classified; `connected`: the broker took messages, None: there is none."""

    online: tuple[str, ...] = ()
    inference_ms: float | None = None
    connected: bool | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """How it is now. `views`: each with whether it is online; `frames`: classified or found still since the start;
    `silence_s`: how far apart they may be, None: none is to be expected now."""

    views: tuple[tuple[str, bool], ...]
    frames: int
    silence_s: float | None
    inference_ms: float | None
    connected: bool | None
