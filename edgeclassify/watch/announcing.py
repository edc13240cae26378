"""Asks nodes to say again what they said before a watch began, where the broker has not kept it.

A broker that has kept all gives it at once: then nobody is asked. Where it has kept nothing, a node is known in
part, or not at all, when what is kept has had time to come.
"""

import json
import time
from collections.abc import Callable

from edgeclassify.contract.topics import Topics, announce_all
from edgeclassify.types import Command
from edgeclassify.watch.board import Board
from edgeclassify.watch.interface import Arrival
from edgeclassify.watch.records import WatchedNode

QUIET_S = 1.0
"""When nothing that was kept has come for so long, all of it is here."""
LEAST_S, MOST_S = 1, 300
"""Bounds of the time within which nodes are to answer."""
MOST_ALONE = 50
"""Where the broker gives what it keeps, and at most so many nodes are known in part, these alone are asked: one
may stay so, and each watch would have a whole fleet say all again for it."""
HARMED_S = 5.0
"""A connection that ends so soon after the request may have ended on it: there are brokers that end it where a
topic is forbidden."""


class Announcing:
    """Once for each connection. Used by one thread.

    `node`: the one that is watched, None: all. `send(topic, payload)` publishes. `clock`: monotonic seconds.
    """

    def __init__(
        self,
        board: Board,
        send: Callable[[str, bytes], None],
        *,
        node: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board, self._send, self._node, self._clock = board, send, node, clock
        self._quiet_from: float | None = clock()
        self._asked_at: float | None = None
        self._harmed = self._gives_kept = False

    def heard(self, arrival: Arrival) -> None:
        """A message has come."""
        self._gives_kept |= arrival.kept
        if arrival.kept and self._quiet_from is not None:
            self._quiet_from = self._clock()

    def link(self, *, connected: bool) -> None:
        """The connection has come again, or gone."""
        now = self._clock()
        if not connected:
            self._harmed |= self._asked_at is not None and now - self._asked_at < HARMED_S
        self._gives_kept = False  # it may be another server
        self._quiet_from = now if connected and not self._harmed else None

    def tick(self) -> None:
        """Time has passed: call it about once a second."""
        now = self._clock()
        if self._quiet_from is None or now - self._quiet_from < QUIET_S:
            return
        self._quiet_from = None
        nodes = self._board.nodes
        in_part = [name for name, node in nodes.items() if _known_in_part(node)]
        if nodes and not in_part:
            return
        self._asked_at = now
        if self._node is not None:
            in_part = [self._node]
        elif not self._gives_kept or len(in_part) > MOST_ALONE:
            in_part = []
        for name in in_part:
            self._send(Topics(self._board.prefix, name).request(Command.ANNOUNCE), b"")
        if in_part:
            return
        # Each says something about once a minute: of sixty nodes one was heard in this second. Sixty times as many
        # nodes with some 20 messages each are 1,200 messages a second.
        within_s = min(max(len(nodes), LEAST_S), MOST_S)
        self._send(announce_all(self._board.prefix), json.dumps({"within_s": within_s}).encode())


def _known_in_part(node: WatchedNode) -> bool:
    """Of one that is offline nothing more will come."""
    return node.online is not False and (node.online is None or node.version is None or node.stale)
