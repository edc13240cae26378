"""What is kept of nodes, their views and events, and what is wrong with a node."""

from collections import deque
from dataclasses import dataclass, field

from edgeclassify.files import FolderCondition
from edgeclassify.publish.mqtt.probing.findings import Lack
from edgeclassify.types import UNKNOWN
from edgeclassify.watch.missing_events import EventSequence

HOT_C = 80.0
"""Degrees Celsius: where a Pi begins to slow itself down."""


@dataclass(slots=True)
class ShownEvent:
    """An event as it is shown. `ts`: seconds since the epoch, None where it could not be read.

    `payload`: as it came, for its why; empty where nobody looks that closely.
    """

    view: str
    event_type: str
    label: str
    score: float
    seq: int
    ts: float | None
    historical: bool
    payload: bytes = b""


@dataclass(slots=True)
class WatchedView:
    """What is known of a view; None: not yet. Times are seconds since the epoch, by the node's clock."""

    name: str
    online: bool | None = None
    label: str | None = None
    score: float | None = None
    since: float | None = None
    ts: float | None = None
    options: dict[str, str] | None = None
    problems: tuple[str, ...] = ()
    today: tuple[tuple[str, int], ...] = ()
    """Labels of the day, those that started last first, each with how often it has started."""
    snoozed_until: float | None = None
    tells_days: bool = False
    """Its state says which day it is: the node's clock is set for it, whatever set it."""


@dataclass(slots=True)
class WatchedNode:
    """What is known of a node; None: not yet. `online_since`: by this machine's clock.

    `heard_at`: the last sign of life: what came while we listened, by this machine's clock, or what the broker had
    kept says of its own time, by the node's.
    """

    name: str
    numbers: EventSequence
    events: deque[ShownEvent]
    online: bool | None = None
    online_since: float | None = None
    heard_at: float | None = None
    started: float | None = None
    version: str | None = None
    models: tuple[str, ...] = ()
    views: dict[str, WatchedView] = field(default_factory=dict)
    fps: float | None = None
    inference_ms: float | None = None
    temperature_c: float | None = None
    throttled: bool | None = None
    spool_depth: int | None = None
    spool_dropped: int | None = None
    spool_on_disk: bool | None = None
    state_folder: FolderCondition | None = None
    webhook_connected: bool | None = None
    clock_synchronised: bool | None = None
    broker_lacks: tuple[Lack, ...] = ()
    profile: str | None = None
    stale: bool = False

    @property
    def last_event(self) -> ShownEvent | None:
        """The newest event."""
        return self.events[-1] if self.events else None


def problems(node: WatchedNode) -> list[str]:
    """What is wrong with a node, worst first, in a few words each."""
    online = node.online is not False
    offline = [view.name for view in node.views.values() if view.online is False]
    found = {
        "offline": node.online is False,
        f"{node.numbers.missing} missing": node.numbers.missing > 0,
        f"{node.spool_dropped} dropped": (node.spool_dropped or 0) > 0,
        f"no camera: {', '.join(offline)}": bool(offline) and online,
        **{f"{view.name} {problem}": online for view in node.views.values() for problem in view.problems},
        f"{node.spool_depth} waiting": (node.spool_depth or 0) > 0,
        "spool in memory": node.spool_on_disk is False,
        f"state folder {node.state_folder}": node.state_folder not in (None, FolderCondition.OK),
        "webhook takes nothing": node.webhook_connected is False,
        "throttled": node.throttled is True,
        "hot": (node.temperature_c or 0) >= HOT_C,
        "clock not set": node.clock_synchronised is False and not any(v.tells_days for v in node.views.values()),
    }
    return [text for text, true in found.items() if true]


def recognised(view: WatchedView) -> bool:
    """True while the view shows a label."""
    return view.label is not None and view.label != UNKNOWN
