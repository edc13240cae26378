"""What goes out next on one connection, and what has arrived. Knows no socket and no MQTT library.

Order: the newest values of retained topics first, then events as they happen, answers to requests, then the
backlog (events from before this connection, as history). A window bounds what is unacknowledged; the backlog may
fill only a part of it, and next to nothing while live events come, so that these never wait behind more than a
round trip. Events stay in the spool until their PUBACK: what was in flight when a connection broke is the next
connection's backlog.
"""

import logging
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace

from edgeclassify.broker import failure_texts
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.interface import SpoolReader
from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.link.interface import Link
from edgeclassify.publish.mqtt.replies import Replies
from edgeclassify.publish.mqtt.retained import RetainedValues
from edgeclassify.publish.mqtt.session.event_messages import spooled_message
from edgeclassify.publish.mqtt.session.event_queue import EventQueue
from edgeclassify.publish.mqtt.session.in_flight import InFlight, Sent
from edgeclassify.publish.mqtt.session.packet_limit import PacketLimit
from edgeclassify.publish.mqtt.session.packet_size import packet_bytes
from edgeclassify.publish.mqtt.session.probes import Probes
from edgeclassify.publish.mqtt.session.refusals import Refusals
from edgeclassify.publish.mqtt.session.shortening import shortened

log = logging.getLogger(__name__)

_TRICKLE = 1


class Session:
    """Delivery on one connection. Used by the delivery thread alone.

    `window`: how many QoS 1 messages may be unacknowledged; `clock`: monotonic seconds;
    `refused`: topics whose refusal has been logged, and `packet_limit`: both kept from one session to the next;
    `known`: topics whose value the broker took on a connection that has just ended within seconds: they come
    last, or a broker that closes after a few messages would never get to the events;
    `on_removed(topic)`: the broker has taken an empty retained message.
    Whole, since values, events and answers share one window, one order and what the broker's answer means for all.
    """

    def __init__(
        self,
        *,
        link: Link,
        topics: Topics,
        retained: RetainedValues,
        replies: Replies,
        spool: SpoolReader,
        window: int,
        clock: Callable[[], float],
        refused: set[str],
        packet_limit: PacketLimit,
        known: Collection[str] = (),
        on_removed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._link, self._topics, self._retained, self._replies = link, topics, retained, replies
        self._clock, self._on_removed = clock, on_removed
        self._packet_limit = packet_limit
        self._window = max(1, window)
        self._backlog_window = max(1, self._window // 2)
        self._in_flight = InFlight(clock)
        self._begin, self._sent = clock(), 0
        self._events = EventQueue(spool, clock)
        self._probes = Probes(clock)
        self._refusals = Refusals(clock)
        self._refused_said = refused
        self._known, self._all_renewed = set(known), not known
        self.info: bytes | None = None
        """What the broker was told of what runs here."""
        retained.renew(known)
        replies.renew()

    @property
    def idle(self) -> bool:
        """True while all that can be delivered is delivered and acknowledged."""
        waiting = len(self._in_flight) or self._retained.waiting or self._replies.waiting
        return not waiting and self._events.ended

    @property
    def any_answered(self) -> bool:
        """True once the broker has answered something of QoS 1."""
        return self._in_flight.any_answered

    @property
    def unacknowledged(self) -> list[Message]:
        """What was sent and, as far as is known, has not arrived. (QoS 0 has no answer of its own.)"""
        return [sent.message for sent in self._in_flight.unanswered]

    def overdue(self) -> str | None:
        """Why the connection is to be renewed: acknowledgements are missing; None while all is well."""
        return self._in_flight.overdue()

    def ended(self, lasted_s: float) -> Collection[str]:
        """The connection has ended against our will; returns what the next session is told as `known`."""
        self._packet_limit.connection_ended(
            lasted_s,
            self._in_flight.unanswered,
            probe=self._probes.on_its_way,
            largest_answered=self._in_flight.largest_answered,
        )
        return self._known if lasted_s < STABLE_S else ()

    def pump(self) -> None:
        """Send what the window allows."""
        self._retry_refused()
        if not self._all_renewed and self._clock() - self._begin >= STABLE_S:
            self._all_renewed = True
            self._retained.renew()
        while len(self._in_flight) < self._window:
            if not (
                self._send_value()
                or self._send_live_event()
                or self._send_reply()
                or self._send_backlog()
                or self._send_probe()
            ):
                self._events.look_for_unmet(self._in_flight.seqs)
                return

    def acknowledged(self, mid: int, refusal: str | None) -> None:
        """The broker has answered a message; `refusal`: why it did not take it, None when it did."""
        found = self._in_flight.answered(mid, refused=refusal is not None)
        if not found:
            return
        sent, *proven = found
        for other in proven:
            self._arrived(other)
        if sent.reply is not None:
            self._replies.settled(sent.reply)
        if refusal is None:
            self._taken(sent)
        else:
            self._not_taken(sent, refusal)

    def settle(self) -> None:
        """Forget the events that have been acknowledged: called once for the answers that came together."""
        self._events.settle()

    def _taken(self, sent: Sent) -> None:
        topic = sent.message.topic
        if topic == self._topics.info:
            self.info = sent.message.payload
        if sent.reply is None:
            self._refusals.taken(topic, sent.seq)
            if topic in self._refused_said and self._refusals.is_over(topic):
                self._refused_said.discard(topic)
                log.info("%s: accepted by the broker again", topic)
        if sent.seq is not None:
            self._events.acknowledge(sent.seq)
        elif sent.message.retain and not sent.message.payload:
            self._on_removed(topic)
        if sent.message.qos:  # QoS 0 is answered when it is written: that says nothing
            self._arrived(sent)

    def _arrived(self, sent: Sent) -> None:
        """The broker has it, whether by an answer of its own or by one to what was sent after it."""
        self._packet_limit.arrived(sent.key)
        self._probes.settled(sent.key)
        if sent.message.retain and self._retained.is_newest(sent.message):
            self._known.add(sent.message.topic)

    def _not_taken(self, sent: Sent, refusal: str) -> None:
        topic = sent.message.topic
        self._probes.settled(sent.key)
        if sent.seq is not None:
            self._refusals.event(topic, sent.seq, refusal)
            self._events.hold_back()
        elif sent.message.retain:
            self._refusals.value(topic, refusal)
        kept = "" if sent.seq is None else " Its events stay in the spool."
        hint = failure_texts.message_hint(refusal)
        self._say(sent, f"refused by the broker: {refusal}.{hint}{kept}", topic)

    def _say(self, sent: Sent, what: str, topic: str) -> None:
        """Once for each topic. Whoever asks chooses the name in an answer's topic: all count as one, or what is
        remembered would grow for ever."""
        known_as = topic if sent.reply is None else self._topics.response("")
        if known_as not in self._refused_said:
            self._refused_said.add(known_as)
            log.warning("%s: %s", sent.message.topic, what)

    def _send_value(self) -> bool:
        message = self._retained.take()
        if message is None:
            return False
        self._refusals.sent(message.topic)
        return self._send(message, message.topic)

    def _send_live_event(self) -> bool:
        while (event := self._events.next_live()) is not None:
            if not self._refusals.holds(self._topics.event(event.view), event.seq):
                self._events.live_goes()
                message = spooled_message(self._topics, event, historical=False)
                return self._send(message, ("event", event.seq), seq=event.seq)
            self._events.hold_back()
        return False

    def _send_reply(self) -> bool:
        found = self._replies.take()
        return found is not None and self._send(found[1], ("reply", found[0]), reply=found[0])

    def _send_backlog(self) -> bool:
        allowed = self._backlog_window if self._events.is_quiet else _TRICKLE
        if self._in_flight.historical >= allowed:
            return False
        while (event := self._events.peek_backlog()) is not None:
            suspect = self._packet_limit.is_suspect(("event", event.seq))
            if suspect and not self._probes.allowed:
                return False  # nothing overtakes it: history comes in order
            if not self._events.next_backlog():
                continue
            if not self._refusals.holds(self._topics.history(event.view), event.seq):
                self._events.backlog_goes()
                if suspect:
                    self._probes.on_its_way = ("event", event.seq)
                message = spooled_message(self._topics, event, historical=True)
                return self._send(message, ("event", event.seq), seq=event.seq, historical=True)
            self._events.hold_back()
        return False

    def _send_probe(self) -> bool:
        """The smallest suspect, when the connection stands without it; one at a time."""
        sent = self._probes.take()
        return sent is not None and self._hand_over(sent)

    def _send(
        self,
        message: Message,
        key: Hashable,
        *,
        seq: int | None = None,
        historical: bool = False,
        reply: int | None = None,
    ) -> bool:
        """Send it, as far as it fits, or hold it back; False when the connection is gone."""
        if self._packet_limit.is_forbidden(key):
            self._refusals.put_off(message.topic)
            return True
        size = packet_bytes(message, mqtt5=self._link.mqtt5)
        sent = Sent(message, key, size, seq, historical, reply)
        limit = self._limit
        if limit is not None and size > limit:
            less = shortened(message, limit, mqtt5=self._link.mqtt5)
            if less is None:
                self._too_large(sent, limit)
                return True
            what = f"shortened from {size} to at most {limit} bytes, which is all that the broker takes"
            self._say(sent, what, f"{message.topic} shortened")
            sent = replace(sent, message=less, size=packet_bytes(less, mqtt5=self._link.mqtt5))
        if seq is None and self._packet_limit.is_suspect(key):
            self._probes.hold(sent)
            return True
        return self._hand_over(sent)

    @property
    def _limit(self) -> int | None:
        """Bytes of the largest packet to send, by what the broker says or by what has been learned."""
        known = [size for size in (self._link.maximum_packet_size, self._packet_limit.limit) if size is not None]
        return min(known, default=None)

    def _too_large(self, sent: Sent, limit: int) -> None:
        """It waits, and holds nothing else up: the limit may be raised one day."""
        kept = "" if sent.seq is None else ". It stays in the spool, and those that fit are sent"
        what = f"not sent: {sent.size} bytes, and the broker takes at most {limit}{kept}"
        self._say(sent, what, f"{sent.message.topic} size")
        self._probes.settled(sent.key)
        if sent.seq is not None:
            self._events.hold_back()
        if sent.reply is not None:
            self._replies.settled(sent.reply)
        elif sent.seq is None:
            self._refusals.put_off(sent.message.topic)

    def _hand_over(self, sent: Sent) -> bool:
        mid = self._link.send(sent.message)
        if mid is None:
            return False
        self._in_flight.add(mid, replace(sent, number=self._sent, at=self._clock()))
        self._sent += 1
        self._known.discard(sent.message.topic)
        return True

    def _retry_refused(self) -> None:
        """What was refused and whose time has come: values wait, and events are backlog, again."""
        for topic in self._refusals.due_values():
            self._retained.put_back(topic)
        if self._refusals.due_events():
            self._events.read_again(self._in_flight.seqs)
