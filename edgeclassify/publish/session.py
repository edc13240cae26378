"""What goes out next on one connection, and what has arrived. Knows no socket and no MQTT library.

Order: the newest values of retained topics first, then events as they happen, then the backlog (events from
before this connection, as history). A window bounds what is unacknowledged; the backlog may fill only a part of
it, so that a live event never waits behind more than a few round trips. Events stay in the spool until their
PUBACK: what was in flight when a connection broke is the next connection's backlog.
"""

import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from edgeclassify.errors import PublishError
from edgeclassify.publish.interface import Spool
from edgeclassify.publish.live import LiveValues
from edgeclassify.publish.payload import Message, Topics, event_message
from edgeclassify.types import Event

log = logging.getLogger(__name__)

REFUSED_RETRY_S = 300.0
"""An event that the broker refuses (not authorised, quota exceeded) is tried again on the next connection, and on
this one after so many seconds, since a connection may last for months."""
_BATCH = 64


class Link(ABC):
    """One open connection, as far as a session needs it."""

    @abstractmethod
    def send(self, message: Message) -> int | None:
        """Hand the message over for sending; its message id, None when the connection is gone. Never blocks."""


@dataclass(frozen=True, slots=True)
class _Sent:
    topic: str
    seq: int | None
    historical: bool


class _Walk:
    """Reads the spool forwards, once: the events with a `seq` above `after`, up to `end` (None: no end)."""

    def __init__(self, spool: Spool, *, after: int, end: int | None) -> None:
        self._spool, self._end = spool, end
        self._batch: deque[Event] = deque()
        self.after = after

    def next(self) -> Event | None:
        """The next event; None when there is none now."""
        if self.ended:
            return None
        event = self._batch.popleft()
        self.after = event.seq
        return event

    @property
    def ended(self) -> bool:
        """Is there no event now?"""
        if self._batch:
            return False
        end = self._spool.last_seq if self._end is None else self._end
        if self.after >= end:
            return True
        self._batch.extend(e for e in self._spool.pending(_BATCH, after=self.after) if e.seq <= end)
        if not self._batch:
            self.after = end
        return not self._batch


class Session:
    """Delivery on one connection. Used by the publisher's thread alone.

    `window`: how many QoS 1 messages may be unacknowledged; `clock`: monotonic seconds;
    `refused`: topics whose refusal has been logged, kept from one session to the next.
    """

    def __init__(
        self,
        *,
        link: Link,
        topics: Topics,
        live: LiveValues,
        spool: Spool,
        window: int,
        clock: Callable[[], float],
        refused: set[str],
    ) -> None:
        self._link, self._topics, self._live, self._spool, self._clock = link, topics, live, spool, clock
        self._window = max(1, window)
        self._backlog_window = max(1, self._window // 2)
        self._in_flight: dict[int, _Sent] = {}
        self._events = _Walk(spool, after=spool.last_seq, end=None)
        self._backlog = _Walk(spool, after=0, end=self._events.after)
        self._refused: dict[str, float] = {}
        self._refused_said = refused
        live.renew()

    @property
    def idle(self) -> bool:
        """Is everything that can be delivered delivered and acknowledged?"""
        return not (self._in_flight or self._live.waiting) and self._events.ended and self._backlog.ended

    def pump(self) -> None:
        """Send what the window allows."""
        self._retry_refused()
        while len(self._in_flight) < self._window:
            if not (self._send_value() or self._send_live_event() or self._send_backlog_event()):
                return

    def acknowledged(self, mid: int, refusal: str | None) -> None:
        """The broker has answered a message; `refusal`: why it did not take it, None when it did."""
        sent = self._in_flight.pop(mid, None)
        if sent is None:
            return
        if refusal is None:
            if sent.topic in self._refused_said:
                self._refused_said.discard(sent.topic)
                log.info("%s: accepted by the broker again", sent.topic)
            if sent.seq is not None:
                self._spool.delivered(sent.seq)
            return
        if sent.seq is not None:
            self._refused.setdefault(sent.topic, self._clock() + REFUSED_RETRY_S)
        if sent.topic not in self._refused_said:
            self._refused_said.add(sent.topic)
            kept = "" if sent.seq is None else " Its events stay in the spool."
            log.warning("%s: refused by the broker: %s. Check its access rules.%s", sent.topic, refusal, kept)

    def _send_value(self) -> bool:
        message = self._live.take()
        return message is not None and self._send(message, None, historical=False)

    def _send_live_event(self) -> bool:
        while (event := self._events.next()) is not None:
            if self._topics.event(event.view) not in self._refused:
                return self._send_event(event, historical=False)
        return False

    def _send_backlog_event(self) -> bool:
        if sum(sent.historical for sent in self._in_flight.values()) >= self._backlog_window:
            return False
        waiting = {sent.seq for sent in self._in_flight.values()}
        while (event := self._backlog.next()) is not None:
            if event.seq not in waiting and self._topics.history(event.view) not in self._refused:
                return self._send_event(event, historical=True)
        return False

    def _send_event(self, event: Event, *, historical: bool) -> bool:
        try:
            message = event_message(self._topics, event, historical=historical)
        except PublishError as error:
            log.error("event %d of view %s can't be published and is dropped: %s", event.seq, event.view, error)
            self._spool.delivered(event.seq)
            return True
        return self._send(message, event.seq, historical=historical)

    def _send(self, message: Message, seq: int | None, *, historical: bool) -> bool:
        mid = self._link.send(message)
        if mid is None:
            return False
        self._in_flight[mid] = _Sent(message.topic, seq, historical)
        return True

    def _retry_refused(self) -> None:
        """Refused topics whose time has come: what they left behind becomes backlog again."""
        now = self._clock()
        due = [topic for topic, retry_at in self._refused.items() if retry_at <= now]
        if due:
            for topic in due:
                del self._refused[topic]
            self._backlog = _Walk(self._spool, after=0, end=self._events.after)
