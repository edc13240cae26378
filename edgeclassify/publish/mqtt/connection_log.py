"""What the log says of the connection: each change of its state once, not each attempt."""

import logging
from collections.abc import Callable

from edgeclassify.once import Once

log = logging.getLogger(__name__)

STABLE_S = 10.0
"""A connection that lasts so long counts as stable."""
_SHORT_ONES = 3
_WELL_S = 600.0  # without a missing acknowledgement


class ConnectionLog:
    """Logs changes only. Connections that keep ending within seconds are one state, said once with likely causes.

    (MQTT allows one connection per client id: of two nodes with one id each throws the other out, and brokers
    close the older connection without a word. Some also close it on a publish that they don't allow.)
    """

    def __init__(self, broker: str, client_id: str, named: Callable[[str], str] = str) -> None:
        """`named`: a reason in the words of the config."""
        self._broker, self._client_id, self._named = broker, client_id, named
        self._protocol = ""
        self._problem: str | None = None
        self._short_ones = 0
        self._announced = False
        self._renewing = False
        self._lacks = Once()

    def connected(self, protocol: str) -> None:
        """The broker has accepted us."""
        self._problem, self._protocol, self._announced = None, protocol, False
        if self._short_ones < _SHORT_ONES and not self._renewing:
            self._say_connected()

    def lasting(self, seconds: float) -> None:
        """The present connection stands since so many seconds."""
        if self._renewing and seconds >= _WELL_S:
            self._renewing = False
            log.info("%s: acknowledges again all that is sent", self._broker)
        if seconds >= STABLE_S and self._short_ones:
            self._short_ones = 0
            if not self._announced:
                self._say_connected()

    def ended(self, reason: str, lasted_s: float) -> None:
        """The connection has ended against our will."""
        self._short_ones = 0 if lasted_s >= STABLE_S else self._short_ones + 1
        if self._short_ones < _SHORT_ONES:
            log.warning("%s: %s; trying again", self._broker, self._named(reason))
        elif self._short_ones == _SHORT_ONES:
            log.warning(
                "%s: connections end within seconds, the last one by: %s; trying again. "
                "Does another client use the client id %s (mqtt.client_id), do the broker's access rules "
                "forbid one of our topics, or is one of our messages too large for it?",
                self._broker,
                self._named(reason),
                self._client_id,
            )
        self._problem = reason

    def renewed(self, reason: str) -> None:
        """We have ended the connection for a new one. Said once, until one has lasted ten minutes."""
        if not self._renewing:
            log.warning(
                "%s: %s. The connection is renewed, and what is open is sent again, as often as that happens. "
                "Look into the broker's log and its limits.", self._broker, reason,
            )  # fmt: skip
        self._renewing = True

    def lacks(self, *, retained: bool, qos_1: bool) -> None:
        """What the broker does not offer. Said once."""
        texts = {
            "it keeps no retained messages: who comes later sees nothing": retained,
            "it takes QoS 0 only: a ping after them shows that events arrived": qos_1,
        }
        for text, lacks in texts.items():
            if lacks and self._lacks.is_news(text):
                log.warning("%s: %s", self._broker, text)

    def failed(self, reason: str) -> None:
        """No connection could be made."""
        if reason != self._problem:
            log.warning("%s: %s; trying again", self._broker, self._named(reason))
        self._problem = reason

    def forget(self) -> None:
        """The node is well served elsewhere: why no connection could be made is said again next time."""
        self._problem = None

    def _say_connected(self) -> None:
        self._announced = True
        log.info("%s: connected (MQTT %s)", self._broker, self._protocol)
