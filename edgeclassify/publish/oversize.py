"""Retained values that the broker does not take without a word of it.

MQTT 3.1.1 has no way to tell a limit: a broker closes the connection on a larger packet. As values go first on
every connection, one that is too large would keep all events back for ever.
"""

import logging
import time
from collections.abc import Callable, Iterable

from edgeclassify.publish.announce import STABLE_S
from edgeclassify.publish.payload import Message

log = logging.getLogger(__name__)

IN_A_ROW = 3
SMALLEST = 1024
"""Bytes: no broker's limit is as low as this."""
RETRY_S = 86_400.0
"""After so long the value is tried again: its connections may have ended for another reason."""


class Oversize:
    """Learns from connections that end within seconds, and says what it leaves out. Used by one thread.

    The suspect is the largest value that was unacknowledged at the end of each of three such connections. It and
    larger ones of its topic are left out for a day. `clock`: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._suspect, self._size, self._count = "", 0, 0
        self._left_out: dict[str, tuple[int, float]] = {}

    def connection_ended(self, lasted_s: float, unacknowledged: Iterable[Message]) -> None:
        """A connection to a broker that has told no limit has ended; what it had not acknowledged."""
        values = (message for message in unacknowledged if message.retain and len(message.payload) > SMALLEST)
        largest = max(values, key=lambda message: len(message.payload), default=None)
        if lasted_s >= STABLE_S or largest is None:
            self._suspect, self._count = "", 0
            return
        size = len(largest.payload)
        again = largest.topic == self._suspect
        self._suspect, self._count = largest.topic, self._count + 1 if again else 1
        self._size = min(size, self._size) if again else size
        if self._count == IN_A_ROW:
            self._leave_out(self._suspect, self._size)
            self._suspect, self._count = "", 0

    def leaves_out(self, message: Message) -> bool:
        """Is the message not to be sent?"""
        size, until = self._left_out.get(message.topic, (0, 0.0))
        if message.topic in self._left_out and self._clock() >= until:
            del self._left_out[message.topic]
            return False
        return message.retain and 0 < size <= len(message.payload)

    def _leave_out(self, topic: str, size: int) -> None:
        self._left_out[topic] = (size, self._clock() + RETRY_S)
        log.warning(
            "%s: left out for a day. %d connections in a row ended while its %d bytes were under way: the broker "
            "may limit the packet size. Raise that (Mosquitto: max_packet_size), or make the message smaller.",
            topic, IN_A_ROW, size,
        )  # fmt: skip
