"""What the page knows of the node, asks of it and changes: the one door between the web and the daemon.

All of it may be used from any thread.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import field
from pathlib import Path
from typing import Any, Protocol

from edgeclassify.config import Config
from edgeclassify.config.editing.interface import KeyChange as KeyChange
from edgeclassify.health import Health
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Rules
from edgeclassify.types import ModelInfo, NodeInfo, Request, Roi


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """A view as it runs. `shown_labels`: the groups and labels that it can show; `model`: as the config names it.

    `taught`: its model was taught here; `has_embedding`: classes can be taught on its network.
    """

    name: str
    camera: str
    region: Roi
    enabled: bool
    rules: Rules
    model: str
    model_info: ModelInfo
    shown_labels: tuple[str, ...]
    taught: bool
    has_embedding: bool


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """The node as it runs now. `config`: what it runs by, with the profile that is on; `config_file`: where that
    came from, None: no file. `state`, `looks`, `history`, `snapshots`: where what is kept lies; None: nothing is.
    """

    config: Config
    info: NodeInfo
    views: tuple[ViewFacts, ...]
    profile: str | None = None
    config_file: Path | None = None
    state: Path | None = None
    looks: Path | None = None
    history: Path | None = None
    snapshots: Path | None = None

    @property
    def shows_pictures(self) -> bool:
        """False where no pixel may leave the node."""
        return not self.config.node.labels_only


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """Keys that are to be changed together. `etag`: of the file that the asker has seen; "": whatever is there.

    `dry_run`: check it only; nothing changes.
    """

    keys: tuple[KeyChange, ...]
    etag: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ConfigChanged:
    """What became of it. `etag`: of the file as it is now; `changed`: the paths that have other values now, joined
    by dots; `backup`: where the file before it is; `notes`: sentences for people, on what has no effect now."""

    etag: str
    changed: tuple[str, ...]
    backup: Path | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would have happened in a view. `rules`: keys of the view, and the values that are to be tried;
    `hours`: so far back. `given_up`: True once nobody waits for the answer any more; asked from another thread."""

    view: str
    rules: Mapping[str, Any] = field(default_factory=dict)
    hours: float = 3.0
    given_up: Callable[[], bool] = lambda: False


class PageNode(Protocol):
    """The node. What it refuses is an EdgeClassifyError with one message for people."""

    @property
    def facts(self) -> NodeFacts:
        """What runs now."""

    def ask(self, request: Request) -> None:
        """Leave a request, as of MQTT: its asker is answered in another thread."""

    def change(self, change: ConfigChange) -> "Future[ConfigChanged]":
        """Have keys of the config checked, taken over live and written to its file; all of it or nothing."""

    def what_if(self, question: WhatIf) -> dict[str, Any]:
        """What a view would have told by other rules, over what was recorded. May take seconds."""

    def hurry(self, camera: str) -> None:
        """Have the camera hand over its next frame at once; files and folders go at their own pace."""

    def settle_looks(self) -> None:
        """Have what was seen a moment ago written, so that pictures of it are found. May take seconds."""

    def health(self) -> Health:
        """Figures of this moment."""
