"""What is known of every node on a broker, from the messages that came. Pure: clocks are handed in.

A board believes nothing: whatever does not look like the contract is counted and left out (`watch --check` says
what was wrong with it). What it keeps is bounded: the newest of everything, and the last few events of each node.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from edgeclassify.contract.channels import Match, match_topic
from edgeclassify.types import Option
from edgeclassify.watch.interface import (
    Arrival,
    Change,
    EventSeen,
    HoleFilled,
    HoleSeen,
    LinkChange,
    Notice,
    Renumbered,
)
from edgeclassify.watch.missing_events import EventSequence, Verdict
from edgeclassify.watch.reading import (
    UNREADABLE,
    note_health,
    note_heard,
    note_info,
    object_of,
    presence_of,
    problems_of,
    seconds_of,
    text_of,
    today_of,
    whole_of,
)
from edgeclassify.watch.records import ShownEvent, WatchedNode, WatchedView

MOST_NODES = 100_000
MOST_VIEWS = 64
"""Per node. A stranger may publish whatever he likes below our prefix: memory stays bounded."""
EVENTS_KEPT = 5
_RATE_S = 5.0
_OPTIONS = frozenset(map(str, Option))


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
        self.nodes: dict[str, WatchedNode] = {}
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
        if match is not None and not match.node:
            return ()  # what all nodes are asked
        node = None if match is None else self._node(match.node, arrival)
        if match is None or node is None:
            self.ignored += 1
            return ()
        try:
            return tuple(self._apply(node, match, arrival))
        except UNREADABLE:
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
                HoleSeen(name, hole.first, hole.last, self._wall(), hole.while_away) for hole in numbers.due(now)
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

    def _node(self, name: str, arrival: Arrival) -> WatchedNode | None:
        node = self.nodes.get(name)
        if node is None:
            if not arrival.payload or len(self.nodes) >= MOST_NODES:
                return None
            node = self.nodes[name] = WatchedNode(name, EventSequence(), deque(maxlen=self._events_kept))
        if not arrival.kept:
            node.heard_at = arrival.received_at
        node.stale = False
        return node

    def _apply(self, node: WatchedNode, match: Match, arrival: Arrival) -> Iterator[Notice]:
        kind = match.channel.name
        if not arrival.payload:
            self._remove(node, match, kind)
        elif kind in ("event", "history"):
            yield from self._event(node, match, arrival)
        elif kind == "status":
            yield from self._status(node, arrival)
        elif kind == "availability":
            yield from self._availability(node, match, arrival)
        elif kind == "problems" and (view := self._view(node, match.view)) is not None:
            view.problems = problems_of(object_of(arrival))
        elif kind == "profile":
            node.profile = text_of(arrival.payload.decode())[:64]
        elif kind == "snooze" and (view := self._view(node, match.view)) is not None:
            view.snoozed_until = seconds_of(object_of(arrival)["until"])
        elif kind == "state":
            body = object_of(arrival)
            self._state(node, match, body)
            note_heard(node, body.get("ts"), arrival)
        elif kind == "health":
            body = object_of(arrival)
            note_health(node, body)
            note_heard(node, body.get("ts"), arrival)
        elif kind == "info":
            note_info(node, object_of(arrival))
            note_heard(node, object_of(arrival).get("started"), arrival)
        elif kind in _OPTIONS and (view := self._view(node, match.view)) is not None:
            view.options = (view.options or {}) | {match.detail: arrival.payload.decode()[:32]}

    def _remove(self, node: WatchedNode, match: Match, kind: str) -> None:
        """The retained message is taken back: the view, or the node, is no more."""
        if kind in ("state", "availability"):
            node.views.pop(match.view, None)
        elif kind == "problems" and match.view in node.views:
            node.views[match.view].problems = ()
        elif kind == "snooze" and match.view in node.views:
            node.views[match.view].snoozed_until = None
        elif kind == "profile":
            node.profile = None
        elif kind == "status":
            del self.nodes[node.name]
            self._unsettled.discard(node.name)

    def _view(self, node: WatchedNode, name: str) -> WatchedView | None:
        view = node.views.get(name)
        if view is None and len(node.views) < MOST_VIEWS:
            view = node.views[name] = WatchedView(name)
        return view

    def _status(self, node: WatchedNode, arrival: Arrival) -> Iterator[Notice]:
        online = presence_of(arrival)
        if online != node.online:
            # What was kept by the broker: nobody knows since when.
            node.online_since = None if arrival.kept else arrival.received_at
            node.online = online
            yield Change(node.name, "", "online" if online else "offline", arrival.received_at, arrival.kept)

    def _availability(self, node: WatchedNode, match: Match, arrival: Arrival) -> Iterator[Notice]:
        online = presence_of(arrival)
        view = self._view(node, match.view)
        if view is not None and view.online != online:
            view.online = online
            what = "online" if online else "offline"
            yield Change(node.name, view.name, what, arrival.received_at, arrival.kept)

    def _state(self, node: WatchedNode, match: Match, body: dict[str, Any]) -> None:
        view = self._view(node, match.view)
        if view is not None:
            view.label, view.score = text_of(body["label"]), float(body["score"])
            view.since, view.ts = seconds_of(body.get("since")), seconds_of(body.get("ts"))
            view.today, view.tells_days = today_of(body), "day" in body
        node.numbers.expect(whole_of(body["seq"]), self._steady())
        if not node.numbers.settled:
            self._unsettled.add(node.name)

    def _event(self, node: WatchedNode, match: Match, arrival: Arrival) -> Iterator[Notice]:
        body = object_of(arrival)
        live = match.channel.name == "event"
        event = ShownEvent(
            match.view, text_of(body["event_type"]), text_of(body["label"]), float(body["score"]),
            whole_of(body["seq"]), seconds_of(body.get("ts")), not live,
            # One node is drawn in detail; of a fleet it would only take memory.
            arrival.payload if len(self.nodes) == 1 else b"",
        )  # fmt: skip
        before = node.numbers.highest or 0
        name = (text_of(body["id"]), event.event_type)
        verdict = node.numbers.take(event.seq, name, self._steady(), live=live)
        if not node.numbers.settled:
            self._unsettled.add(node.name)
        if verdict is Verdict.STARTED_OVER:
            yield Renumbered(node.name, event.seq, before, arrival.received_at)
        repeated = verdict is Verdict.REPEATED
        yield EventSeen(node.name, match.view, arrival.topic, body, arrival.received_at, not live, repeated)
        for hole in node.numbers.filled:
            yield HoleFilled(node.name, hole.first, hole.last, arrival.received_at)
        node.numbers.filled.clear()
        # A late event is the last one only where nothing newer is known.
        last = node.last_event
        if not repeated and (last is None or live or event.seq > last.seq):
            node.events.append(event)
