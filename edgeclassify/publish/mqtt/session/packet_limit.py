"""What a broker does not take without a word of it.

MQTT 3.1.1 has no way to tell a limit: a broker closes the connection on a larger packet. Some do so on a topic
that their rules forbid. As values go first on every connection, one that is not taken would keep all the rest back
for ever. But connections end for many reasons: that something was under way is no proof.
"""

import logging
import time
from collections.abc import Callable, Hashable, Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.session.in_flight import Sent

log = logging.getLogger(__name__)

IN_A_ROW = 3
"""Connections that must end on one message before it counts as too large."""
PROBE_AFTER_S = 2.0
"""A suspect is sent when the connection has lasted so long without it."""
RETRY_S, RETRY_MAX_S = 3600.0, 86_400.0
"""After so long what was left out is tried again; each time that it fails this doubles."""
_MOST_SUSPECTS = 100


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A message on which connections may have ended, and how often that was seen."""

    size: int
    strikes: int = 0


class PacketLimit:
    """Learns how large a packet may be from connections that end within seconds. Used by one thread.

    The largest message that was under way when such a connection ended becomes a suspect, and so does a value that
    was the first without an answer twice in a row: from then on it waits until all the rest has been sent and the
    connection stands, and goes out as a probe. Where it arrives the suspicion was wrong. Where the connection ends
    on it three times, and each time what was sent before it has arrived, its size counts as more than the broker
    takes, for an hour; where larger ones have arrived its topic counts as forbidden. `clock`: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._suspects: dict[Hashable, _Suspect] = {}
        self._largest_answered = 0
        self._first: Hashable = None
        self._forbidden: dict[Hashable, float] = {}
        self._limit: int | None = None
        self._until, self._pause_s = 0.0, RETRY_S

    @property
    def limit(self) -> int | None:
        """Bytes of the largest packet to send; None while nothing is known."""
        if self._limit is not None and self._clock() >= self._until:
            self._limit = None
        return self._limit

    def is_forbidden(self, key: Hashable) -> bool:
        """True while it is to be left out, whatever its size."""
        return self._clock() < self._forbidden.get(key, float("-inf"))

    def is_suspect(self, key: Hashable) -> bool:
        """True while it is to be sent as a probe only."""
        return key in self._suspects

    def arrived(self, key: Hashable) -> None:
        """The broker has taken it."""
        if self._suspects.pop(key, None) is not None and not self._suspects:
            self._pause_s = RETRY_S

    def connection_ended(
        self, lasted_s: float, unanswered: Sequence[Sent], *, probe: Hashable, largest_answered: int
    ) -> None:
        """A connection has ended against our will. `unanswered`: what had not arrived, in the order of sending;
        `probe`: the key of the suspect that was sent, None for none; `largest_answered`: bytes."""
        now = self._clock()
        self._largest_answered = max(self._largest_answered, largest_answered)
        recent = [sent for sent in unanswered if now - sent.at < STABLE_S]
        if probe is not None and recent and recent[0] is unanswered[0] and recent[0].key == probe:
            self._strike(recent[0], largest_answered)
        elif lasted_s < STABLE_S:
            larger = (sent for sent in recent if sent.size > largest_answered and sent.key not in self._suspects)
            self._suspect(max(larger, key=lambda sent: sent.size, default=None))
            # Replies come in the order of the messages: the first that has none may be what it ended on.
            first, before = next(iter(recent), None), self._first
            self._first = first.key if first is not None and first.message.retain else None
            self._suspect(first if self._first is not None and self._first == before else None)

    def _suspect(self, sent: Sent | None) -> None:
        if sent is None or sent.number == 0 or sent.key in self._suspects:  # the very first is `online`
            return
        self._suspects[sent.key] = _Suspect(sent.size)
        if len(self._suspects) > _MOST_SUSPECTS:
            del self._suspects[next(iter(self._suspects))]

    def _strike(self, sent: Sent, largest_answered: int) -> None:
        known = self._suspects.get(sent.key, _Suspect(sent.size))
        self._suspects[sent.key] = _Suspect(min(known.size, sent.size), known.strikes + 1)
        if known.strikes + 1 < IN_A_ROW:
            return
        if sent.message.retain and sent.size <= self._largest_answered:
            self._forbid(sent)
        else:
            self._learn(sent, largest_answered)

    def _forbid(self, sent: Sent) -> None:
        self._forbidden[sent.key] = self._clock() + RETRY_S
        self._suspects[sent.key] = _Suspect(sent.size, IN_A_ROW - 1)
        log.warning(
            "%s: left out for %.0f h. %d connections ended on it, and larger messages arrive: the broker's access "
            "rules may forbid this topic. Let the node publish there.",
            sent.message.topic, RETRY_S / 3600, IN_A_ROW,
        )  # fmt: skip

    def _learn(self, sent: Sent, largest_answered: int) -> None:
        # Half as large, or all that is a byte shorter would have to be tried, too.
        self._limit = max(largest_answered, sent.size // 2)
        self._until = self._clock() + self._pause_s
        log.warning(
            "%s: left out for %.0f h. %d connections ended on its %d bytes, and smaller messages arrive: the "
            "broker may limit the packet size. What has more than %d bytes is left out or shortened. Raise the "
            "limit (Mosquitto: max_packet_size), or make the message smaller.",
            sent.message.topic, self._pause_s / 3600, IN_A_ROW, sent.size, self._limit,
        )  # fmt: skip
        self._pause_s = min(2 * self._pause_s, RETRY_MAX_S)
        # When its time has come one more connection that ends on it is enough.
        self._suspects = {sent.key: _Suspect(sent.size, IN_A_ROW - 1)}
