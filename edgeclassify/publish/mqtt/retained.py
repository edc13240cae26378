"""The newest value of every retained topic: what the broker must show as soon as it can be reached."""

from collections.abc import Collection, Iterable
from enum import IntEnum
from threading import Lock

from edgeclassify.contract.outgoing import Message


class Rank(IntEnum):
    """The order on every connect (events follow from the spool)."""

    STATUS = 0
    INFO = 1
    DISCOVERY = 2
    AVAILABILITY = 3
    STATE = 4
    LABEL = 5
    HEALTH = 6
    SNAPSHOT = 7
    REMOVED = 8


class RetainedValues:
    """Latest wins: a value that could not be sent is replaced by the next one of its topic. Thread-safe.

    Bounded by the number of topics. `take` hands out what is to be sent, oldest change first.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._values: dict[str, tuple[Rank, Message]] = {}
        self._waiting: dict[str, None] = {}

    def put(self, rank: Rank, message: Message) -> None:
        """Keep the message as its topic's value, to be sent."""
        with self._lock:
            self._values[message.topic] = (rank, message)
            self._waiting[message.topic] = None

    def put_all(self, rank: Rank, messages: Iterable[Message]) -> None:
        """Keep several, in their order."""
        for message in messages:
            self.put(rank, message)

    def put_changed(self, rank: Rank, messages: Iterable[Message]) -> None:
        """Keep those whose payload is another than their topic's last."""
        for message in messages:
            with self._lock:
                known = self._values.get(message.topic)
            if known is None or known[1].payload != message.payload:
                self.put(rank, message)

    def adopt(self, other: "RetainedValues") -> None:
        """Take over the values of another one where they are news, by rank."""
        with other._lock:
            values = sorted(other._values.values(), key=lambda value: value[0])
        for rank, message in values:
            self.put_changed(rank, [message])

    def renew(self, except_for: Collection[str] = ()) -> None:
        """A new connection: everything is to be sent again, by rank. `except_for`: topics whose value the broker
        has, where no newer one waits; `status` is always sent, since a will may have come after it."""
        with self._lock:
            by_rank = sorted(self._values, key=lambda topic: self._values[topic][0])
            self._waiting = dict.fromkeys(
                topic
                for topic in by_rank
                if topic not in except_for or topic in self._waiting or self._values[topic][0] is Rank.STATUS
            )

    def sent(self, topics: Iterable[str]) -> dict[str, Message]:
        """The values of these topics, those left out of which a newer one waits."""
        with self._lock:
            there = (topic for topic in topics if topic in self._values and topic not in self._waiting)
            return {topic: self._values[topic][1] for topic in there}

    def is_newest(self, message: Message) -> bool:
        """True while this, and no newer one, is the value of its topic."""
        with self._lock:
            known = self._values.get(message.topic)
        return known is not None and known[1] == message

    def take(self) -> Message | None:
        """The next message to send, which then counts as sent; None when nothing waits."""
        with self._lock:
            for topic in self._waiting:
                del self._waiting[topic]
                return self._values[topic][1]
            return None

    def put_back(self, topic: str) -> None:
        """The broker has not taken the topic's value: the newest one is to be sent again."""
        with self._lock:
            if topic in self._values:
                self._waiting[topic] = None

    def forget_removal(self, topic: str) -> None:
        """The broker has emptied a topic that is used no more: once is enough. It may be another node's by now."""
        with self._lock:
            if topic in self._values and self._values[topic][0] is Rank.REMOVED:
                del self._values[topic]
                self._waiting.pop(topic, None)

    @property
    def waiting(self) -> int:
        """Number of topics whose newest value has not been sent on this connection."""
        return len(self._waiting)
