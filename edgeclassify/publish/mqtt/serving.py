"""What is done on one connection, turn by turn: subscribe, send, take answers, hear, say goodbye."""

import time
from threading import Event as Flag

from edgeclassify.contract import outgoing
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.link.failures import OverdueError
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.probing.interface import Trial
from edgeclassify.publish.mqtt.probing.trials import Trials
from edgeclassify.publish.mqtt.requests.listener import Listener
from edgeclassify.publish.mqtt.requests.subscriptions import Subscriptions
from edgeclassify.publish.mqtt.session.in_flight import SILENT_S
from edgeclassify.publish.mqtt.session.session import Session
from edgeclassify.publish.mqtt.session.shortening import shortened

TICK_S = 1.0
"""At most so long is waited for the network in one turn."""
_SAYING_GOODBYE = 0.3  # share of the time for the end that is kept for `offline`


class Serving:
    """Used by the delivery thread, on one connection. Raises LinkError when that is gone.

    `heartbeat_s`: states are sent again when they are so old; `stopping`: set when this is the node's last one;
    `trials`: what is tried beside it.
    """

    def __init__(
        self,
        link: PahoLink,
        session: Session,
        *,
        outbox: Outbox,
        listener: Listener,
        subscriptions: Subscriptions,
        heartbeat_s: float,
        stopping: Flag,
        trials: Trial | None = None,
    ) -> None:
        self._link, self._session, self._outbox = link, session, outbox
        self._listener, self._subscriptions = listener, subscriptions
        self._heartbeat_s, self._stopping = heartbeat_s, stopping
        self._trials: Trial = trials or Trials()
        self._subscribed: list[str] = []
        self._tick_s = min(TICK_S, link.offer.keepalive_s / 4)

    def begin(self) -> None:
        """Send what is newest, and ask for what is to be listened to."""
        self._trials.begin()
        # `online` goes first, or the subscription would bring back the `offline` of last time.
        self._session.pump()
        self._subscriptions.begin()
        self._subscribe()

    def turn(self, lasted_s: float) -> None:
        """Do what is due, and wait a moment for the network. `lasted_s`: how long the connection stands."""
        if self._heartbeat_s > 0:
            self._outbox.renew_states(older_than_s=self._heartbeat_s)
        self._subscribe()
        self._listener.answer()
        self._session.pump()
        self._trials.turn(idle=self._session.idle)
        self._check_answers(lasted_s)
        self._send_results()
        self._step(self._tick_s)

    def farewell(self, deadline: float) -> bool:
        """Deliver what waits, say `offline`; True when that was acknowledged by then (monotonic seconds)."""
        link, session = self._link, self._session
        now = time.monotonic()
        until = deadline - max(0.0, deadline - now) * _SAYING_GOODBYE
        session.pump()
        while not session.idle and (left := until - time.monotonic()) > 0:
            self._step(left)
            session.pump()
        goodbye = link.send(outgoing.status_message(self._outbox.layout.topics, online=False))
        while goodbye is not None and (left := deadline - time.monotonic()) > 0:
            link.step(left)
            while link.received.acks:
                mid, refusal = link.received.acks.popleft()
                if mid == goodbye:
                    return True
                session.acknowledged(mid, refusal)
        return False

    def take_answers(self) -> None:
        """What the broker has acknowledged, or refused."""
        while self._link.received.acks:
            answer = self._link.received.acks.popleft()
            if not self._trials.acknowledged(*answer):
                self._session.acknowledged(*answer)
        self._session.settle()

    def _subscribe(self) -> None:
        """Ask for what is to be listened to, and for no more of what is not any more."""
        link = self._link
        wanted = self._subscriptions.choose(
            self._listener.wanted(wildcards=link.offer.knows_wildcards), link.received.subscribing
        )
        before, self._subscribed = self._subscribed, wanted
        for topic in wanted:
            if topic not in before:
                link.subscribe(topic)
        for topic in before:
            if topic not in wanted:
                link.unsubscribe(topic)

    def _check_answers(self, lasted_s: float) -> None:
        """Raises OverdueError where acknowledgements are missing."""
        if lasted_s > SILENT_S and not set(self._subscribed).isdisjoint(self._link.received.subscribing):
            self._listener.unheard()
        why = self._session.overdue()
        if why is not None and not self._link.congested:
            raise OverdueError(why)

    def _send_results(self) -> None:
        link, messages = self._link, self._outbox.take_results()
        if not link.congested:
            limit = link.maximum_packet_size
            for message in messages:
                less = message if limit is None else shortened(message, limit, mqtt5=link.mqtt5)
                if less is not None:
                    link.send(less)

    def _step(self, timeout_s: float) -> None:
        self._link.step(timeout_s)
        self.take_answers()
        received = self._link.received
        while received.denied:
            topic, reason = received.denied.popleft()
            if not self._trials.denied(topic):
                self._listener.denied(topic, reason)
        while received.skipped:
            self._listener.skipped(*received.skipped.popleft())
        while received.arrived:
            arrived = received.arrived.popleft()
            if not self._trials.heard(arrived):
                self._listener.hear(arrived, stopping=self._stopping.is_set())
