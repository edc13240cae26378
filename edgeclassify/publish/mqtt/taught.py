"""What each server has taught: kept from one connection to the next one to the same server, and never mixed up."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from edgeclassify.broker.servers import Server
from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.client_ids import ClientIds
from edgeclassify.publish.mqtt.connection_log import STABLE_S, ConnectionLog
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.probing.tried import Tried
from edgeclassify.publish.mqtt.requests.subscriptions import Subscriptions
from edgeclassify.publish.mqtt.retained import RetainedValues
from edgeclassify.publish.mqtt.session.packet_limit import PacketLimit

_SHORT_ONES = 2
"""After so many connections that ended within seconds the next one goes on where the last one ended. (After one
it sends all values again: the broker may have lost them.)"""
_MOST = 64
"""Servers that are remembered: names may stand for other addresses each day."""


@dataclass
class Taught:
    """One server's: the `connector` knows its version of MQTT and which will it keeps, `log` what was said of it.

    `refused`: topics whose refusal has been logged; `known`: the values that it took on a connection that ended
    within seconds; `short_ones`: how many such there were in a row; `tried`: how far it was tried what it keeps;
    `info`: what it was told last of what runs here; `ids`: by which client id it knows the node.
    """

    server: Server
    connector: Connector
    log: ConnectionLog
    refused: set[str] = field(default_factory=set)
    packet_limit: PacketLimit = field(default_factory=PacketLimit)
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    known: Mapping[str, Message] = field(default_factory=dict)
    short_ones: int = 0
    tried: Tried = field(default_factory=Tried)
    info: bytes | None = None
    ids: ClientIds = field(kw_only=True)

    def known_in(self, retained: RetainedValues) -> Collection[str]:
        """The topics whose value it has, and which come last: where connections keep ending within seconds."""
        if self.short_ones < _SHORT_ONES:
            return ()
        return [topic for topic, message in self.known.items() if retained.is_newest(message)]

    def turned_away(self) -> None:
        """It does not let us in."""
        if self.ids.refused():
            self.connector.go_by(self.ids.now)

    def ended(self, lasted_s: float, known: Mapping[str, Message], unanswered: Sequence[str], first: str) -> None:
        """A connection to it has ended against our will; `known`: the values that it has taken; `unanswered`:
        subscriptions; `first`: the one that is asked for first."""
        if self.ids.ended(lasted_s, on_first=first in unanswered):
            self.connector.go_by(self.ids.now)
            self.subscriptions = Subscriptions()
        else:
            self.subscriptions.ended(unanswered)
        self.known = known
        self.short_ones = self.short_ones + 1 if lasted_s < STABLE_S else 0


class TaughtByServer:
    """Of each server. Used by one thread. `connect` makes the connector; `client_id`: who we are to the broker;
    `named`: a text on a failure, in the words of the config."""

    def __init__(
        self, connect: Callable[[Server], Connector], client_id: str, named: Callable[[str], str] = str
    ) -> None:
        self._connect, self._client_id, self._named = connect, client_id, named
        self._taught: dict[Server, Taught] = {}

    def found(self, taught: Taught) -> None:
        """A connection to this one is made: its name was found, and is news where it is not found again."""
        for other in self._taught.values():
            if not other.server.address and other.server.name == taught.server.name:
                other.log.forget()

    def lasts(self, taught: Taught) -> None:
        """A connection to this one lasts: what was said of the others counts as said of another time."""
        for other in self._taught.values():
            if other is not taught:
                other.log.forget()

    def of(self, server: Server) -> Taught:
        """What this one has taught. Of very many that one is forgotten that was not asked for for longest."""
        taught = self._taught.pop(server, None)
        if taught is None:
            log = ConnectionLog(f"broker {server}", self._client_id, self._named)
            taught = Taught(server, self._connect(server), log, ids=ClientIds(self._client_id, str(server)))
        self._taught[server] = taught
        if len(self._taught) > _MOST:
            del self._taught[next(iter(self._taught))]
        return taught
