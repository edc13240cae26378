"""The delivery thread: connect, deliver, listen, connect again."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Flag

from edgeclassify.config import MqttConfig
from edgeclassify.publish import payload
from edgeclassify.publish.announce import Announcer
from edgeclassify.publish.backoff import Backoff
from edgeclassify.publish.commands import Inbox
from edgeclassify.publish.connection import (
    CONNECT_TIMEOUT_S,
    V5,
    V311,
    WINDOW,
    Arrived,
    BrokerSettings,
    LinkError,
    PahoLink,
    ProtocolRefusedError,
    UnansweredError,
)
from edgeclassify.publish.discovery import Announcement
from edgeclassify.publish.live import Rank
from edgeclassify.publish.outbox import Outbox
from edgeclassify.publish.oversize import Oversize
from edgeclassify.publish.session import Session
from edgeclassify.publish.wakeup import Interrupt, Waker
from edgeclassify.pulse import Pulse
from edgeclassify.types import Request

log = logging.getLogger(__name__)

_TICK_S = 1.0
_GUESSING_S = 2.0
"""For the first answer of a broker that may not understand MQTT 5 and wait for more bytes; then 3.1.1 is tried."""
CONNECT_LIMIT_S = 300.0
"""For one attempt to connect: several name servers that don't answer, several addresses, TLS, and the answer."""
TURN_LIMIT_S = 5.0
"""For one turn on a connection: a wait of _TICK_S at most, and what is due. Also what a pause may be late by."""
_SAYING_GOODBYE = 0.3  # share of the time for the end that is kept for `offline`
DISCOVERY_JITTER_S = 5.0
"""When Home Assistant comes back every node announces itself, and they must not all do so at once."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What the node listens to beside its own status."""

    inbox: Inbox | None
    on_request: Callable[[Request], None]
    announcement: Announcement | None

    def topics(self) -> tuple[str, ...]:
        """What is subscribed to."""
        birth = () if self.announcement is None else self.announcement.birth_topics
        return birth if self.inbox is None else (*birth, *self.inbox.subscriptions())


class Delivery:
    """One thread runs `run` from start to end; the rest is for others to call."""

    def __init__(
        self,
        *,
        config: MqttConfig,
        client_id: str,
        outbox: Outbox,
        listening: Listening,
        on_removed: Callable[[str], None],
        backoff: Backoff,
    ) -> None:
        self._config, self._outbox, self.listening = config, outbox, listening
        self._subscribed: tuple[str, ...] = ()
        self._topics = outbox.layout.topics
        self._on_removed, self._backoff = on_removed, backoff
        self._protocol = V311 if config.protocol == V311 else V5
        self._protocol_known = config.protocol != "auto"
        self._refused: set[str] = set()
        self._oversize = Oversize()
        self._denied: set[str] = set()
        self._announcer = Announcer(f"broker {config.host}:{config.port}", client_id)
        self._announce_at: float | None = None
        self._stopping = Flag()
        self._deadline = 0.0
        self._waker = Waker()
        self._interrupt = Interrupt()
        self._tried = Flag()
        self.pulse = Pulse()
        """Of the thread."""
        self.connected = False
        """Has the broker accepted us, and not gone since?"""

    def await_first_attempt(self, timeout_s: float) -> bool:
        """Wait until it is known how the first attempt to connect has ended; False when that takes longer."""
        return self._tried.wait(timeout_s)

    def wake(self) -> None:
        """There is something to send."""
        self._waker.wake()

    def listen(self, listening: Listening) -> None:
        """Listen to something else from now on."""
        self.listening = listening

    def finish(self, deadline: float) -> None:
        """End by then (monotonic seconds): deliver, say goodbye. Without a connection: end at once."""
        self._deadline = deadline
        self._stopping.set()
        self._waker.wake()
        if not self.connected:
            self._interrupt.fire()

    def abandon(self) -> None:
        """Break whatever is being waited for."""
        self._interrupt.fire()

    def close(self) -> None:
        """After the end of the thread: release what it was woken by."""
        self._waker.close()

    def run(self, settings: BrokerSettings) -> None:
        """The thread: connect, deliver, wait, again, until it is to finish."""
        while not self._stopping.is_set():
            try:
                self._one_connection(settings)
            except Exception:
                # The daemon runs for months: a fault in here costs this connection, not the publisher.
                log.exception("the broker connection failed by a fault in edgeclassify")
            self._tried.set()
            pause_s = self._backoff.next_s()
            self.pulse.beat(pause_s + TURN_LIMIT_S)
            self._stopping.wait(pause_s)
        self.pulse.rest()

    # --- connecting ------------------------------------------------------------------------------------

    def _one_connection(self, settings: BrokerSettings) -> None:
        try:
            link = self._open(settings)
        except LinkError as error:
            if not self._stopping.is_set():
                self._announcer.failed(str(error))
            return
        begin = time.monotonic()
        graceful = False
        try:
            self._announcer.connected(self._protocol)
            graceful = self._deliver(link)
        except LinkError as error:
            if not self._stopping.is_set():
                self._announcer.ended(str(error), time.monotonic() - begin)
        finally:
            self.connected = False
            self._outbox.take_results()
            self._backoff.connected_for(time.monotonic() - begin)
            link.close(graceful=graceful)

    def _open(self, settings: BrokerSettings) -> PahoLink:
        """A connection with the protocol that the broker speaks. Raises LinkError."""
        try:
            return self._attempt(settings, self._protocol)
        except ProtocolRefusedError:
            if self._config.protocol != "auto" or self._protocol == V311:
                raise
        except UnansweredError:
            if self._protocol_known or self._stopping.is_set():
                raise
        link = self._attempt(settings, V311)
        self._protocol = V311
        return link

    def _attempt(self, settings: BrokerSettings, protocol: str) -> PahoLink:
        self.pulse.beat(CONNECT_LIMIT_S)
        link = PahoLink(settings, protocol, self._waker, self._interrupt)
        try:
            link.open(CONNECT_TIMEOUT_S if self._protocol_known or protocol == V311 else _GUESSING_S)
        except BaseException as error:
            # Any answer to CONNECT but "unsupported" shows that the broker understood it.
            self._protocol_known |= type(error) is LinkError and link.answered
            link.close(graceful=False)
            raise
        self._protocol_known = True
        return link

    # --- one connection --------------------------------------------------------------------------------

    def _deliver(self, link: PahoLink) -> bool:
        """One connection's deliveries until the end; True when the goodbye was acknowledged."""
        outbox = self._outbox
        outbox.renew_states(older_than_s=0.0)
        session = Session(
            link=link, topics=self._topics, live=outbox.live, answers=outbox.answers, spool=outbox.spool,
            # One place stays free for the `offline` of the end.
            window=min(WINDOW, link.receive_maximum) - 1, clock=time.monotonic, refused=self._refused,
            oversize=self._oversize, on_removed=self._on_removed,
        )  # fmt: skip
        self.connected = True
        self.pulse.beat(TURN_LIMIT_S)
        begin = time.monotonic()
        # `online` goes first, or the subscription would bring back the `offline` of last time.
        session.pump()
        self._subscribed = ()
        self._subscribe(link)
        try:
            return self._serve(link, session)
        except LinkError:
            self._take_answers(link, session)  # that came just before the end
            if link.maximum_packet_size is None and not self._stopping.is_set():
                self._oversize.connection_ended(time.monotonic() - begin, session.unacknowledged)
            raise
        finally:
            session.settle()

    def _serve(self, link: PahoLink, session: Session) -> bool:
        """Deliver until the end; True when `offline` was acknowledged."""
        begin = time.monotonic()
        while not self._stopping.is_set():
            now = time.monotonic()
            self.pulse.beat(TURN_LIMIT_S)
            self._announcer.lasting(now - begin)
            if self._config.heartbeat_s > 0:
                self._outbox.renew_states(older_than_s=self._config.heartbeat_s)
            self._subscribe(link)
            self._announce_when_due(now)
            session.pump()
            self._send_results(link)
            self._step(link, session, _TICK_S)
            if not link.subscribing:
                self._tried.set()
        return self._farewell(link, session)

    def _step(self, link: PahoLink, session: Session, timeout_s: float) -> None:
        link.step(timeout_s)
        self._take_answers(link, session)
        while link.denied:
            self._say_denied(link.denied.popleft())
        while link.arrived:
            self._receive(link.arrived.popleft())

    def _take_answers(self, link: PahoLink, session: Session) -> None:
        while link.acks:
            session.acknowledged(*link.acks.popleft())
        session.settle()

    def _farewell(self, link: PahoLink, session: Session) -> bool:
        now = time.monotonic()
        until = self._deadline - max(0.0, self._deadline - now) * _SAYING_GOODBYE
        session.pump()
        while not session.idle and (left := until - time.monotonic()) > 0:
            self._step(link, session, left)
            session.pump()
        goodbye = link.send(payload.status_message(self._topics, online=False))
        while goodbye is not None and (left := self._deadline - time.monotonic()) > 0:
            link.step(left)
            while link.acks:
                mid, refusal = link.acks.popleft()
                if mid == goodbye:
                    return True
                session.acknowledged(mid, refusal)
        return False

    def _send_results(self, link: PahoLink) -> None:
        messages = self._outbox.take_results()
        if not link.congested:
            for message in messages:
                link.send(message)

    # --- listening -------------------------------------------------------------------------------------

    def _subscribe(self, link: PahoLink) -> None:
        """Ask for what is to be listened to, and for no more of what is not any more."""
        wanted = (self._topics.status, *self.listening.topics())
        before, self._subscribed = self._subscribed, wanted
        for topic in wanted:
            if topic not in before:
                link.subscribe(topic)
        for topic in before:
            if topic not in wanted:
                link.unsubscribe(topic)

    def _receive(self, arrived: Arrived) -> None:
        announcement, inbox = self.listening.announcement, self.listening.inbox
        if arrived.topic == self._topics.status:
            if not arrived.payload:
                # A node that once had this name has cleaned up after itself: all of ours is to be seen again.
                self._outbox.live.renew()
            # The will of an earlier connection, published late: we are here.
            elif arrived.payload == payload.OFFLINE and not self._stopping.is_set():
                self._outbox.live.put(Rank.STATUS, payload.status_message(self._topics, online=True))
        elif announcement is not None and arrived.topic in announcement.birth_topics:
            if arrived.payload == payload.ONLINE:
                self._announce_at = time.monotonic() + random.uniform(0, DISCOVERY_JITTER_S)
        elif inbox is not None:
            found = inbox.take(arrived.topic, arrived.payload, arrived.retained)
            if isinstance(found, Request):
                self.listening.on_request(found)
            elif found is not None:
                self._outbox.put_answer(found)

    def _announce_when_due(self, now: float) -> None:
        announcement = self.listening.announcement
        if announcement is not None and self._announce_at is not None and now >= self._announce_at:
            self._announce_at = None
            self._outbox.live.put(Rank.DISCOVERY, announcement.message)

    def _say_denied(self, topic: str) -> None:
        if topic not in self._denied:
            self._denied.add(topic)
            log.warning("%s: the broker does not let this node listen here. Check its access rules.", topic)
