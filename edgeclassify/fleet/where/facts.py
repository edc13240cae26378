"""What a node is judged by: all that is known of it."""

from dataclasses import dataclass

from edgeclassify.watch.records import WatchedNode


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model as its node says it. `sha256`: hexadecimal, "" where it was not said."""

    name: str
    sha256: str = ""
    runtime: str = ""


@dataclass(frozen=True, slots=True)
class FurtherFigures:
    """What a node's health says beside that which a watch shows; None: not, or it has not said.

    `up_s`: since its daemon started; `server`: of the broker, that it is connected to; `update`: what became of
    the newest update, `update_version` its version.
    """

    up_s: float | None = None
    server: str | None = None
    update: str | None = None
    update_version: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A node at a moment. `now`: seconds since the epoch.

    `models` and `views`: None where the node has not said what runs on it.
    """

    node: WatchedNode
    now: float
    models: tuple[LoadedModel, ...] | None = None
    views: tuple[str, ...] | None = None
    figures: FurtherFigures = FurtherFigures()
