"""What was sent on a connection and has not been answered, and how long it may take."""

from collections.abc import Callable, Hashable

from edgeclassify.contract.outgoing import Message
from edgeclassify.lazy_dataclass import dataclass

SILENT_S = 60.0
"""Seconds without any acknowledgement, while some are due, after which the connection is renewed …"""
SLOWEST_LINK = 1000
"""… and one more for so many bytes that are under way: a slow link is not a silent broker."""
OVERTAKEN_S = 10.0
"""Brokers acknowledge in order (MQTT-4.6.0-2). So long after a later message was acknowledged an earlier one is
given up: a broker may be a little out of order, and the connection must not count as one that failed at once."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message on its way. `key` says what it is a version of: a retained topic, an event, an answer.

    `seq`: of an event; `answer`: its number among the answers; `size`: bytes of its packet; `number`: how many
    were sent before it on this connection; `at`: when (seconds).
    """

    message: Message
    key: Hashable
    size: int
    seq: int | None = None
    historical: bool = False
    reply: int | None = None
    number: int = 0
    at: float = 0.0


class InFlight:
    """By message id, in the order in which they were sent. `clock`: seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sent: dict[int, Sent] = {}
        self._unproven: dict[Hashable, Sent] = {}  # QoS 0, written, with nothing after it answered
        self._answered_up_to = -1
        self._answered_at = clock()
        self._overtaken: tuple[int, float] | None = None
        self.historical = 0
        self.largest_answered = 0
        """Bytes of the largest packet that has arrived."""

    def __len__(self) -> int:
        return len(self._sent)

    def add(self, mid: int, sent: Sent) -> None:
        """It was handed over."""
        if not self._sent:
            self._answered_at = self._clock()  # from now on something is due
        self._sent[mid] = sent
        self.historical += sent.historical
        if sent.message.qos == 0:
            self._unproven[sent.key] = sent

    def answered(self, mid: int, *, refused: bool) -> list[Sent]:
        """It has arrived, or was refused: the message, and with it those of QoS 0 that this shows to have arrived
        before it. Empty for an id that is not known."""
        sent = self._sent.pop(mid, None)
        if sent is None:
            return []
        self.historical -= sent.historical
        if sent.message.qos == 0:
            return [sent]
        self._answered_at = self._clock()
        self._answered_up_to = max(self._answered_up_to, sent.number)
        proven = [other for other in self._unproven.values() if other.number < sent.number]
        for other in proven:
            del self._unproven[other.key]
        arrived = [*([] if refused else [sent]), *proven]
        self.largest_answered = max([self.largest_answered, *(one.size for one in arrived)])
        return [sent, *proven]

    @property
    def any_answered(self) -> bool:
        """True once something of QoS 1 was acknowledged, or refused."""
        return self._answered_up_to >= 0

    @property
    def seqs(self) -> list[int]:
        """The events among them."""
        return [sent.seq for sent in self._sent.values() if sent.seq is not None]

    @property
    def unanswered(self) -> list[Sent]:
        """What has not arrived, as far as is known, in the order in which it was sent."""
        due = {sent.number: sent for sent in (*self._sent.values(), *self._unproven.values())}
        return [due[number] for number in sorted(due)]

    def overdue(self) -> str | None:
        """Why the connection is to be renewed; None while all is well."""
        due = [sent for sent in self._sent.values() if sent.message.qos]
        if not due:
            self._overtaken = None
            return None
        now, first = self._clock(), due[0]
        if first.number < self._answered_up_to:
            if self._overtaken is None or self._overtaken[0] != first.number:
                self._overtaken = first.number, now
            if now - self._overtaken[1] >= OVERTAKEN_S:
                missing = sum(sent.number < self._answered_up_to for sent in due)
                return f"it did not acknowledge {missing} of our messages, and later ones it did"
        limit_s = SILENT_S + sum(sent.size for sent in self.unanswered) / SLOWEST_LINK
        if now - self._answered_at >= limit_s:
            return f"it did not acknowledge anything within {limit_s:.0f} s"
        return None
