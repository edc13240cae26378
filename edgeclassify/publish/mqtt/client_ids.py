"""By which client id a server knows the node: another one where a session of the usual one is out of reach.

RabbitMQ keeps the subscriptions of a client id, clean session or not, at the server where the client was. While
that server is down every other one ends the connection on a subscription by this id, so that a node which has come
from there could say all and would hear nothing.
"""

import hashlib
import logging

from edgeclassify.publish.mqtt.connection_log import STABLE_S

log = logging.getLogger(__name__)

IN_A_ROW = 2
"""Connections that must end on the very first subscription: one may do so for any reason."""


class ClientIds:
    """Of one server. Used by one thread. `usual`: as in the config; `server`: its name."""

    def __init__(self, usual: str, server: str) -> None:
        self._usual, self._server = usual, server
        self._other = f"{usual}-{hashlib.sha256(server.encode()).hexdigest()[:6]}"
        self._ended = 0
        self._is_refused = False
        self.now = usual
        """The one to connect by."""

    def ended(self, lasted_s: float, *, on_first: bool) -> bool:
        """A connection has ended against our will; `on_first`: before the first subscription was answered. True
        where another id is to be used from now on."""
        self._ended = self._ended + 1 if on_first and lasted_s < STABLE_S else 0
        if self._ended < IN_A_ROW or self._is_refused or self.now != self._usual:
            return False
        self.now = self._other
        log.info(
            "broker %s: ends connections on the first subscription, as RabbitMQ does while it keeps a session of "
            "ours at a server that is down: this node goes by the client id %s here", self._server, self._other,
        )  # fmt: skip
        return True

    def refused(self) -> bool:
        """The server does not let us in. True where the usual id is to be used again: the other may be why."""
        if self.now == self._usual:
            return False
        self.now, self._is_refused = self._usual, True
        return True
