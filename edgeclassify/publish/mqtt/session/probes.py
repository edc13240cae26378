"""Messages on which the broker may end the connection: held back until the rest has gone, then sent singly."""

from collections.abc import Callable, Hashable

from edgeclassify.publish.mqtt.session.in_flight import Sent
from edgeclassify.publish.mqtt.session.packet_limit import PROBE_AFTER_S


class Probes:
    """Used by one session, from its begin. `clock`: monotonic seconds.

    `on_its_way`: the key of the one that was sent; None: none was.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._begin = clock, clock()
        self._held: dict[Hashable, Sent] = {}
        self.on_its_way: Hashable = None

    @property
    def allowed(self) -> bool:
        """True where the connection stands without them, and none is on its way."""
        return self.on_its_way is None and self._clock() - self._begin >= PROBE_AFTER_S

    def hold(self, sent: Sent) -> None:
        """Keep one for later; a newer version takes the place of the last."""
        self._held[sent.key] = sent

    def take(self) -> Sent | None:
        """The smallest, where one may be sent now: it is on its way then."""
        if not self._held or not self.allowed:
            return None
        sent = self._held.pop(min(self._held, key=lambda key: self._held[key].size))
        self.on_its_way = sent.key
        return sent

    def settled(self, key: Hashable) -> None:
        """The broker has answered a message, or it is not sent after all."""
        if key == self.on_its_way:
            self.on_its_way = None
