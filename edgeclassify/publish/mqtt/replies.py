"""Replies to requests that wait to be sent or acknowledged."""

import itertools
import logging
from threading import Lock

from edgeclassify.contract.outgoing import Message

log = logging.getLogger(__name__)

CAPACITY = 1024


class Replies:
    """In the order in which they were given; each is kept until it has arrived. Thread-safe.

    Drop policy: of more than CAPACITY the oldest is dropped, and the first time said: somebody asks more than the
    connection carries.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = itertools.count()
        self._messages: dict[int, Message] = {}
        self._unsent: dict[int, None] = {}
        self._dropped = 0

    def put(self, message: Message) -> None:
        """Keep it, to be sent."""
        with self._lock:
            number = next(self._numbers)
            self._messages[number] = message
            self._unsent[number] = None
            overfull = len(self._messages) > CAPACITY
            if overfull:
                oldest = next(iter(self._messages))
                del self._messages[oldest]
                self._unsent.pop(oldest, None)
                self._dropped += 1
        if overfull and self._dropped == 1:
            log.warning("more than %d answers wait for the broker: the oldest are dropped", CAPACITY)

    def take(self) -> tuple[int, Message] | None:
        """The next one to send and its number; it then counts as sent. None when nothing waits."""
        with self._lock:
            for number in self._unsent:
                del self._unsent[number]
                return number, self._messages[number]
            return None

    def settled(self, number: int) -> None:
        """The broker has answered for it: forget it."""
        with self._lock:
            self._messages.pop(number, None)

    def renew(self) -> None:
        """A new connection: what has not been acknowledged is to be sent again."""
        with self._lock:
            self._unsent = dict.fromkeys(self._messages)

    @property
    def waiting(self) -> int:
        """How many have not been sent."""
        return len(self._unsent)
