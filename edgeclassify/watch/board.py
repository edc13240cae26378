"""What is known of every node on a broker, from the messages that came. Pure: clocks are handed in.

A board believes nothing: whatever does not look like the contract is counted and left out (`watch --check` says
what was wrong with it). What it keeps is bounded: the newest of everything, and the last few events of each node.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from edgeclassify.contract.channels import Match, match_topic
from edgeclassify.types import UNKNOWN, Option
from edgeclassify.watch.interface import (
    Arrival,
    Change,
    EventSeen,
    GapFilled,
    GapSeen,
    LinkChange,
    Notice,
    Renumbered,
)
from edgeclassify.watch.numbers import Numbers, Verdict

MOST_NODES = 100_000
MOST_VIEWS = 64
"""Per node. A stranger may publish whatever he likes below our prefix: memory stays bounded."""
EVENTS_KEPT = 5
_RATE_S = 5.0
_OPTIONS = frozenset(map(str, Option))


@dataclass(slots=True)
class ShownEvent:
    """An event as it is shown. `ts`: seconds since the epoch, None where it could not be read."""

    view: str
    event_type: str
    label: str
    score: float
    seq: int
    ts: float | None
    historical: bool


@dataclass(slots=True)
class View:
    """What is known of a view; None: not yet. Times are seconds since the epoch, by the node's clock."""

    name: str
    online: bool | None = None
    label: str | None = None
    score: float | None = None
    since: float | None = None
    ts: float | None = None
    options: dict[str, str] | None = None


@dataclass(slots=True)
class NodeRecord:
    """What is known of a node; None: not yet. `online_since`: by this machine's clock.

    `heard_at`: the last sign of life: what came while we listened, by this machine's clock, or what the broker had
    kept says of its own time, by the node's.
    """

    name: str
    numbers: Numbers
    events: deque[ShownEvent]
    online: bool | None = None
    online_since: float | None = None
    heard_at: float | None = None
    started: float | None = None
    version: str | None = None
    models: tuple[str, ...] = ()
    views: dict[str, View] = field(default_factory=dict)
    fps: float | None = None
    inference_ms: float | None = None
    temperature_c: float | None = None
    throttled: bool | None = None
    spool_depth: int | None = None
    spool_dropped: int | None = None
    spool_on_disk: bool | None = None
    clock_synchronised: bool | None = None
    stale: bool = False

    @property
    def last_event(self) -> ShownEvent | None:
        """The newest event."""
        return self.events[-1] if self.events else None


class Board:
    """All nodes below a topic prefix. Used by one thread.

    `wall`: seconds since the epoch; `steady`: monotonic seconds. `take` and `tick` return what there is to say.
    """

    def __init__(
        self,
        prefix: str = "edgeclassify",
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        events_kept: int = EVENTS_KEPT,
    ) -> None:
        self.prefix = prefix
        self.nodes: dict[str, NodeRecord] = {}
        self.connected = True
        self.reason = ""
        self.messages = 0
        self.ignored = 0
        """Messages that are not of the contract."""
        self._wall, self._steady = wall, steady
        self._events_kept = events_kept
        self._rate_from = (steady(), 0)
        self._rate = 0.0
        self._unsettled: set[str] = set()

    def take(self, arrival: Arrival) -> Sequence[Notice]:
        """A message has come."""
        self.messages += 1
        match = match_topic(self.prefix, arrival.topic)
        node = None if match is None else self._node(match.node, arrival)
        if match is None or node is None:
            self.ignored += 1
            return ()
        try:
            return tuple(self._apply(node, match, arrival))
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
            self.ignored += 1
            return ()

    def tick(self) -> Sequence[Notice]:
        """Time has passed: call it about once a second."""
        now = self._steady()
        begin, messages = self._rate_from
        if now - begin >= _RATE_S:
            self._rate = (self.messages - messages) / (now - begin)
            self._rate_from = (now, self.messages)
        notices: list[Notice] = []
        for name in list(self._unsettled):
            numbers = self.nodes[name].numbers
            notices += (
                GapSeen(name, gap.first, gap.last, self._wall(), gap.while_away) for gap in numbers.due(now)
            )
            if numbers.settled:
                self._unsettled.discard(name)
        return notices

    def link(self, change: LinkChange) -> None:
        """The connection came or went. What is known stays, marked as stale until it is heard again."""
        self.connected, self.reason = change.connected, change.reason
        for node in self.nodes.values():
            node.stale = True
            if change.connected and not change.complete:
                node.numbers.away()

    @property
    def rate(self) -> float:
        """Messages per second over the last seconds."""
        begin, messages = self._rate_from
        elapsed = self._steady() - begin
        # The first figure comes early: whoever looks for two seconds only wants one too.
        return self.messages / elapsed if messages == 0 and elapsed >= 1 else self._rate

    def _node(self, name: str, arrival: Arrival) -> NodeRecord | None:
        node = self.nodes.get(name)
        if node is None:
            if not arrival.payload or len(self.nodes) >= MOST_NODES:
                return None
            node = self.nodes[name] = NodeRecord(name, Numbers(), deque(maxlen=self._events_kept))
        if not arrival.kept:
            node.heard_at = arrival.received_at
        node.stale = False
        return node

    def _apply(self, node: NodeRecord, match: Match, arrival: Arrival) -> Iterator[Notice]:
        kind = match.channel.name
        if not arrival.payload:
            self._remove(node, match, kind)
        elif kind in ("event", "history"):
            yield from self._event(node, match, arrival)
        elif kind == "status":
            yield from self._status(node, arrival)
        elif kind == "availability":
            yield from self._availability(node, match, arrival)
        elif kind == "state":
            body = _object(arrival)
            self._state(node, match, body)
            _heard(node, body.get("ts"), arrival)
        elif kind == "health":
            body = _object(arrival)
            _health(node, body)
            _heard(node, body.get("ts"), arrival)
        elif kind == "info":
            _info(node, _object(arrival))
            _heard(node, _object(arrival).get("started"), arrival)
        elif kind in _OPTIONS and (view := self._view(node, match.view)) is not None:
            view.options = (view.options or {}) | {match.detail: arrival.payload.decode()[:32]}

    def _remove(self, node: NodeRecord, match: Match, kind: str) -> None:
        """The retained message is taken back: the view, or the node, is no more."""
        if kind in ("state", "availability"):
            node.views.pop(match.view, None)
        elif kind == "status":
            del self.nodes[node.name]
            self._unsettled.discard(node.name)

    def _view(self, node: NodeRecord, name: str) -> View | None:
        view = node.views.get(name)
        if view is None and len(node.views) < MOST_VIEWS:
            view = node.views[name] = View(name)
        return view

    def _status(self, node: NodeRecord, arrival: Arrival) -> Iterator[Notice]:
        online = _presence(arrival)
        if online != node.online:
            # What was kept by the broker: nobody knows since when.
            node.online_since = None if arrival.kept else arrival.received_at
            node.online = online
            yield Change(node.name, "", "online" if online else "offline", arrival.received_at, arrival.kept)

    def _availability(self, node: NodeRecord, match: Match, arrival: Arrival) -> Iterator[Notice]:
        online = _presence(arrival)
        view = self._view(node, match.view)
        if view is not None and view.online != online:
            view.online = online
            what = "online" if online else "offline"
            yield Change(node.name, view.name, what, arrival.received_at, arrival.kept)

    def _state(self, node: NodeRecord, match: Match, body: dict[str, Any]) -> None:
        view = self._view(node, match.view)
        if view is not None:
            view.label, view.score = _text(body["label"]), float(body["score"])
            view.since, view.ts = _seconds(body.get("since")), _seconds(body.get("ts"))
        node.numbers.expect(_whole(body["seq"]), self._steady())
        if not node.numbers.settled:
            self._unsettled.add(node.name)

    def _event(self, node: NodeRecord, match: Match, arrival: Arrival) -> Iterator[Notice]:
        body = _object(arrival)
        live = match.channel.name == "event"
        event = ShownEvent(
            match.view, _text(body["event_type"]), _text(body["label"]), float(body["score"]), _whole(body["seq"]),
            _seconds(body.get("ts")), not live,
        )  # fmt: skip
        before = node.numbers.highest or 0
        name = (_text(body["id"]), event.event_type)
        verdict = node.numbers.take(event.seq, name, self._steady(), live=live)
        if not node.numbers.settled:
            self._unsettled.add(node.name)
        if verdict is Verdict.STARTED_OVER:
            yield Renumbered(node.name, event.seq, before, arrival.received_at)
        repeated = verdict is Verdict.REPEATED
        yield EventSeen(node.name, match.view, arrival.topic, body, arrival.received_at, not live, repeated)
        for gap in node.numbers.filled:
            yield GapFilled(node.name, gap.first, gap.last, arrival.received_at)
        node.numbers.filled.clear()
        # A late event is the last one only where nothing newer is known.
        last = node.last_event
        if not repeated and (last is None or live or event.seq > last.seq):
            node.events.append(event)


def _heard(node: NodeRecord, ts: Any, arrival: Arrival) -> None:
    """A message that the broker had kept shows that the node lived when it was written, not now."""
    written_at = _seconds(ts)
    if arrival.kept and written_at is not None:
        node.heard_at = max(node.heard_at or 0.0, min(written_at, arrival.received_at))


def _health(node: NodeRecord, body: dict[str, Any]) -> None:
    node.fps = _number(body.get("fps"))
    node.inference_ms = _number(body.get("inference_ms_p50"))
    node.temperature_c = _number(body.get("temperature_c"))
    node.throttled = _flag(body.get("throttled"))
    node.spool_depth = None if body.get("spool_depth") is None else _whole(body["spool_depth"])
    node.spool_dropped = None if body.get("spool_dropped") is None else _whole(body["spool_dropped"])
    node.spool_on_disk = _flag(body.get("spool_on_disk"))
    node.clock_synchronised = _flag(body.get("clock_synchronised"))


def _info(node: NodeRecord, body: dict[str, Any]) -> None:
    node.version = _text(body["version"])
    node.started = _seconds(body.get("started"))
    node.models = tuple(_text(model["name"]) for model in body.get("models", [])[:8])


def problems(node: NodeRecord) -> list[str]:
    """What is wrong with a node, worst first, in a few words each."""
    offline = [view.name for view in node.views.values() if view.online is False]
    found = {
        "offline": node.online is False,
        f"{node.numbers.missing} missing": node.numbers.missing > 0,
        f"{node.spool_dropped} dropped": (node.spool_dropped or 0) > 0,
        f"no camera: {', '.join(offline)}": bool(offline) and node.online is not False,
        f"{node.spool_depth} waiting": (node.spool_depth or 0) > 0,
        "spool in memory": node.spool_on_disk is False,
        "throttled": node.throttled is True,
        "hot": (node.temperature_c or 0) >= HOT_C,
        "clock not set": node.clock_synchronised is False,
    }
    return [text for text, true in found.items() if true]


HOT_C = 80.0
"""Degrees Celsius: where a Pi begins to slow itself down."""


def recognised(view: View) -> bool:
    """Does the view show a label?"""
    return view.label is not None and view.label != UNKNOWN


def _object(arrival: Arrival) -> dict[str, Any]:
    body = json.loads(arrival.payload)
    if not isinstance(body, dict):
        raise TypeError("no object")
    return body


def _presence(arrival: Arrival) -> bool:
    return {b"online": True, b"offline": False}[arrival.payload]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value[:200]


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise TypeError("no number")
    return value


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _seconds(value: Any) -> float | None:
    """RFC 3339 → seconds since the epoch."""
    return None if value is None else datetime.fromisoformat(_text(value)).timestamp()
