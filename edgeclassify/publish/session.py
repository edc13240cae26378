"""What goes out next on one connection, and what has arrived. Knows no socket and no MQTT library.

Order: the newest values of retained topics first, then events as they happen, answers to requests, then the
backlog (events from before this connection, as history). A window bounds what is unacknowledged; the backlog may
fill only a part of it, and next to nothing while live events come, so that these never wait behind more than a
round trip. Events stay in the spool until their PUBACK: what was in flight when a connection broke is the next
connection's backlog.
"""

import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from edgeclassify.publish.answers import Answers
from edgeclassify.publish.interface import Spool, SpooledEvent
from edgeclassify.publish.live import LiveValues
from edgeclassify.publish.oversize import Oversize
from edgeclassify.publish.payload import Message, Topics, spooled_message

log = logging.getLogger(__name__)

REFUSED_RETRY_S = 300.0
"""What the broker refuses (not authorised, quota exceeded) is tried again on the next connection, and on this one
after so many seconds, since a connection may last for months: events, and the newest value of a retained topic."""
LIVE_HOLD_S = 1.0
"""For so long after a live event the backlog only trickles: more of them may come."""
LOOK_AGAIN_S, LOOK_AGAIN_MAX_S = 1.0, 60.0
"""The spool is read anew after so many seconds in which it held events that no walk has met. The first time; every
time that nothing is found this doubles."""
_TRICKLE = 1
_BATCH = 64
_PACKET_HEAD = 128
"""More than an MQTT packet needs beside topic and payload."""


class Link(ABC):
    """One open connection, as far as a session needs it."""

    maximum_packet_size: int | None
    """Largest packet in bytes that the broker takes; None: it has not said."""

    @abstractmethod
    def send(self, message: Message) -> int | None:
        """Hand the message over for sending; its message id, None when the connection is gone. Never blocks."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message on its way. `seq`: of an event; `answer`: its number among the answers."""

    message: Message
    seq: int | None = None
    historical: bool = False
    answer: int | None = None


class _Walk:
    """Reads the spool forwards, once: the events with a `seq` above `after`, up to `end` (None: no end).

    What was not there, or could not be read, when it came by is not met: see Session._look_for_unmet.
    """

    def __init__(self, spool: Spool, *, after: int, end: int | None) -> None:
        self._spool, self._end = spool, end
        self._batch: deque[SpooledEvent] = deque()
        self.after = after

    def next(self) -> SpooledEvent | None:
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
    `refused`: topics whose refusal has been logged, and `oversize`: both kept from one session to the next;
    `on_removed(topic)`: the broker has taken an empty retained message.
    """

    def __init__(
        self,
        *,
        link: Link,
        topics: Topics,
        live: LiveValues,
        answers: Answers,
        spool: Spool,
        window: int,
        clock: Callable[[], float],
        refused: set[str],
        oversize: Oversize,
        on_removed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._link, self._topics, self._live, self._answers = link, topics, live, answers
        self._spool, self._clock, self._on_removed = spool, clock, on_removed
        self._oversize = oversize
        self._window = max(1, window)
        self._backlog_window = max(1, self._window // 2)
        self._in_flight: dict[int, _Sent] = {}
        self._unproven: dict[str, tuple[Message, frozenset[int]]] = {}  # QoS 0, with what was in flight before it
        self._historical = 0
        self._acknowledged: list[int] = []
        self._quiet_from = 0.0
        self._events = _Walk(spool, after=spool.last_seq, end=None)
        self._backlog = _Walk(spool, after=0, end=self._events.after)
        self._on_its_way: frozenset[int] = frozenset()
        self._held_back = 0
        self._looked_at = clock()
        self._unmet_since: float | None = None
        self._look_again_s = LOOK_AGAIN_S
        self._refused: dict[str, float] = {}
        self._refused_values: dict[str, float] = {}
        self._refused_said = refused
        live.renew()
        answers.renew()

    @property
    def idle(self) -> bool:
        """Is everything that can be delivered delivered and acknowledged?"""
        waiting = self._in_flight or self._live.waiting or self._answers.waiting
        return not waiting and self._events.ended and self._backlog.ended

    @property
    def unacknowledged(self) -> list[Message]:
        """What was sent and, as far as is known, has not arrived. (QoS 0 has no answer of its own.)"""
        return [sent.message for sent in self._in_flight.values()] + [sent for sent, _ in self._unproven.values()]

    def pump(self) -> None:
        """Send what the window allows."""
        self._retry_refused()
        while len(self._in_flight) < self._window:
            if not (self._send_value() or self._send_live_event() or self._send_answer() or self._send_backlog()):
                self._look_for_unmet()
                return

    def acknowledged(self, mid: int, refusal: str | None) -> None:
        """The broker has answered a message; `refusal`: why it did not take it, None when it did."""
        sent = self._in_flight.pop(mid, None)
        if sent is None:
            return
        if self._unproven and sent.message.qos:
            # A broker answers in order: what went out before this has arrived too.
            self._unproven = {topic: found for topic, found in self._unproven.items() if mid in found[1]}
        self._historical -= sent.historical
        if sent.answer is not None:
            self._answers.settled(sent.answer)
        if refusal is None:
            self._taken(sent)
        else:
            self._not_taken(sent, refusal)

    def settle(self) -> None:
        """Forget the events that have been acknowledged: called once for the answers that came together."""
        if self._acknowledged:
            self._spool.delivered(self._acknowledged)
            self._acknowledged = []

    def _taken(self, sent: _Sent) -> None:
        topic = sent.message.topic
        if sent.answer is None and topic in self._refused_said:
            self._refused_said.discard(topic)
            log.info("%s: accepted by the broker again", topic)
        if sent.seq is not None:
            self._acknowledged.append(sent.seq)
        elif sent.message.retain and not sent.message.payload:
            self._on_removed(topic)

    def _not_taken(self, sent: _Sent, refusal: str) -> None:
        topic = sent.message.topic
        if sent.seq is not None:
            self._refused.setdefault(topic, self._clock() + REFUSED_RETRY_S)
            self._held_back += 1
        elif sent.message.retain:
            self._refused_values[topic] = self._clock() + REFUSED_RETRY_S
        kept = "" if sent.seq is None else " Its events stay in the spool."
        self._say_refused(sent, f"refused by the broker: {refusal}. Check its access rules.{kept}")

    def _say_refused(self, sent: _Sent, what: str) -> None:
        topic = sent.message.topic
        # Whoever asks chooses the name in an answer's topic: all count as one, or this would grow for ever.
        known_as = topic if sent.answer is None else self._topics.response("")
        if known_as not in self._refused_said:
            self._refused_said.add(known_as)
            log.warning("%s: %s", topic, what)

    def _send_value(self) -> bool:
        message = self._live.take()
        if message is None:
            return False
        self._refused_values.pop(message.topic, None)
        return self._send(_Sent(message))

    def _send_live_event(self) -> bool:
        while (event := self._events.next()) is not None:
            if self._topics.event(event.view) not in self._refused:
                self._quiet_from = self._clock() + LIVE_HOLD_S
                return self._send(_Sent(spooled_message(self._topics, event, historical=False), event.seq))
            self._held_back += 1
        return False

    def _send_answer(self) -> bool:
        found = self._answers.take()
        return found is not None and self._send(_Sent(found[1], answer=found[0]))

    def _send_backlog(self) -> bool:
        allowed = _TRICKLE if self._clock() < self._quiet_from else self._backlog_window
        if self._historical >= allowed:
            return False
        while (event := self._backlog.next()) is not None:
            if event.seq in self._on_its_way:
                continue
            if self._topics.history(event.view) not in self._refused:
                self._look_again_s = LOOK_AGAIN_S
                return self._send(_Sent(spooled_message(self._topics, event, historical=True), event.seq, True))
            self._held_back += 1
        return False

    def _walk_again(self) -> None:
        """What the spool still holds becomes backlog, except what is on its way."""
        in_flight = (sent.seq for sent in self._in_flight.values() if sent.seq is not None)
        self._on_its_way = frozenset((*in_flight, *self._acknowledged))
        self._backlog = _Walk(self._spool, after=0, end=self._events.after)
        self._held_back = 0
        self._looked_at, self._unmet_since = self._clock(), None

    def _look_for_unmet(self) -> None:
        """Walk again when the spool holds more than this session knows of, and this for a while.

        An event may be appended after one with a higher number, behind the walk; and for a moment a spool may be
        unreadable, which looks like its end.
        """
        if self._spool.depth <= len(self._acknowledged) or not (self._events.ended and self._backlog.ended):
            self._unmet_since = None
            return
        known = len(self._acknowledged) + sum(sent.seq is not None for sent in self._in_flight.values())
        now = self._clock()
        if self._spool.depth <= known + self._held_back:
            self._unmet_since = None
            # What was held back may have been dropped since, and then hides as many that were not met.
            if self._held_back and now - self._looked_at >= REFUSED_RETRY_S:
                self._walk_again()
        elif self._unmet_since is None:
            self._unmet_since = now
        elif now - self._unmet_since >= self._look_again_s:
            self._look_again_s = min(2 * self._look_again_s, LOOK_AGAIN_MAX_S)
            self._walk_again()

    def _send(self, sent: _Sent) -> bool:
        message = sent.message
        limit = self._link.maximum_packet_size
        if limit is not None and len(message.payload) + len(message.topic) + _PACKET_HEAD > limit:
            size = len(message.payload)
            self._say_refused(sent, f"not sent: {size} bytes, and the broker takes at most {limit}")
            self._held_back += sent.seq is not None
            if sent.answer is not None:
                self._answers.settled(sent.answer)
            return True
        if message.retain and self._oversize.leaves_out(message):
            return True
        mid = self._link.send(message)
        if mid is None:
            return False
        if message.retain and message.qos == 0:
            self._unproven[message.topic] = message, frozenset(self._in_flight)
        self._in_flight[mid] = sent
        self._historical += sent.historical
        return True

    def _retry_refused(self) -> None:
        """Refused topics whose time has come: their value waits, or what they left behind is backlog, again."""
        if not self._refused and not self._refused_values:
            return
        now = self._clock()
        for topic in [topic for topic, retry_at in self._refused_values.items() if retry_at <= now]:
            del self._refused_values[topic]
            self._live.put_back(topic)
        due = [topic for topic, retry_at in self._refused.items() if retry_at <= now]
        if due:
            for topic in due:
                del self._refused[topic]
            self._walk_again()
