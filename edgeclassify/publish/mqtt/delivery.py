"""The delivery thread: connect, deliver, connect again, and what one connection teaches for the next."""

import logging
import time
from collections.abc import Callable, Collection
from threading import Event as Flag

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import MqttConfig
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.mqtt.connection_log import STABLE_S, ConnectionLog
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.link.failures import LinkError, OverdueError, WillRefusedError
from edgeclassify.publish.mqtt.link.received import WINDOW
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import Waker
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.requests.listener import Listener, Receivers
from edgeclassify.publish.mqtt.requests.subscriptions import Subscriptions
from edgeclassify.publish.mqtt.serving import Serving
from edgeclassify.publish.mqtt.session.packet_limit import PacketLimit
from edgeclassify.publish.mqtt.session.session import Session
from edgeclassify.pulse import Pulse

log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 300.0
"""For one attempt to connect: several name servers that don't answer, several addresses, TLS, and the answer."""
TURN_LIMIT_S = 2.0
"""For one turn on a connection: a wait of TICK_S at most, and what is due. Also what a pause may be late by."""
_SHORT_ONES = 2
"""After so many connections that ended within seconds the next one goes on where the last one ended. (After one
it sends all values again: the broker may have lost them.)"""


class Delivery:
    """One thread runs `run` from start to end; the rest is for others to call.

    `connector` makes what connects; None: to the broker of `settings`.
    """

    def __init__(
        self,
        *,
        config: MqttConfig,
        settings: BrokerSettings,
        outbox: Outbox,
        receivers: Receivers,
        on_removed: Callable[[str], None],
        backoff: Backoff,
        connector: Callable[[Waker, ConnectInterrupt], Connector] | None = None,
    ) -> None:
        self._config, self._outbox = config, outbox
        self._listener = Listener(outbox, receivers)
        self._subscriptions = Subscriptions()
        self._on_removed, self._backoff = on_removed, backoff
        self._refused: set[str] = set()
        self._packet_limit = PacketLimit()
        self._known: Collection[str] = ()
        self._short_ones = 0
        self._log = ConnectionLog(f"broker {config.host}:{config.port}", settings.client_id)
        self._stopping = Flag()
        self._deadline = 0.0
        self._waker = Waker()
        self._interrupt = ConnectInterrupt()
        make = connector or (lambda waker, interrupt: Connector(settings, config.protocol, waker, interrupt))
        self._connector = make(self._waker, self._interrupt)
        self._tried = Flag()
        self.pulse = Pulse()
        """Of the thread."""
        self.connected = False
        """True from the broker's acceptance until the connection is lost."""

    def await_first_attempt(self, timeout_s: float) -> bool:
        """Wait until it is known how the first attempt to connect has ended; False when that takes longer."""
        return self._tried.wait(timeout_s)

    def wake(self) -> None:
        """There is something to send."""
        self._waker.wake()

    @property
    def receivers(self) -> Receivers:
        """What is listened to."""
        return self._listener.receivers

    def listen(self, receivers: Receivers) -> None:
        """Listen to something else from now on."""
        self._listener.receivers = receivers

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

    def run(self) -> None:
        """The thread: connect, deliver, wait, again, until it is to finish."""
        while not self._stopping.is_set():
            try:
                self._one_connection()
            except Exception:
                # The daemon runs for months: a fault in here costs this connection, not the sink.
                log.exception("the broker connection failed by a fault in edgeclassify")
            self._tried.set()
            pause_s = self._backoff.next_s()
            self.pulse.beat(pause_s + TURN_LIMIT_S)
            self._stopping.wait(pause_s)
        self.pulse.rest()

    # --- connecting ------------------------------------------------------------------------------------

    def _one_connection(self) -> None:
        try:
            link = self._connector.open(self._connecting)
        except LinkError as error:
            # A will that the broker refuses is its rule, and no consequence of stopping.
            if isinstance(error, WillRefusedError) or not self._stopping.is_set():
                self._log.failed(str(error))
            return
        begin = time.monotonic()
        graceful = False
        try:
            self._log.connected(link.protocol)
            graceful = self._deliver(link)
        except LinkError as error:
            if not self._stopping.is_set():
                self._say_ended(error, time.monotonic() - begin)
        finally:
            self.connected = False
            self._outbox.take_results()
            self._backoff.connected_for(time.monotonic() - begin)
            link.close(graceful=graceful)

    def _connecting(self) -> bool:
        """Called before each attempt; False where no more is to be made."""
        self.pulse.beat(CONNECT_LIMIT_S)
        return not self._stopping.is_set()

    def _say_ended(self, error: LinkError, lasted_s: float) -> None:
        if isinstance(error, OverdueError):
            self._log.renewed(str(error))
        else:
            self._log.ended(str(error), lasted_s)

    # --- one connection --------------------------------------------------------------------------------

    def _deliver(self, link: PahoLink) -> bool:
        """One connection's deliveries until the end; True when the goodbye was acknowledged."""
        outbox = self._outbox
        outbox.renew_states(older_than_s=0.0)
        self._log.lacks(retained=not link.offer.keeps_retained, qos_1=not link.offer.maximum_qos)
        session = Session(
            link=link, topics=outbox.layout.topics, retained=outbox.retained, replies=outbox.replies,
            spool=outbox.spool,
            # One place stays free for the `offline` of the end.
            window=min(WINDOW, link.offer.receive_maximum) - 1, clock=time.monotonic, refused=self._refused,
            packet_limit=self._packet_limit, known=self._known if self._short_ones >= _SHORT_ONES else (),
            on_removed=self._on_removed,
        )  # fmt: skip
        serving = Serving(
            link, session, outbox=outbox, listener=self._listener, subscriptions=self._subscriptions,
            heartbeat_s=self._config.heartbeat_s, stopping=self._stopping,
        )  # fmt: skip
        self.connected = True
        self.pulse.beat(TURN_LIMIT_S)
        begin = time.monotonic()
        serving.begin()
        try:
            self._serve(link, serving)
            return serving.farewell(self._deadline)
        except LinkError:
            serving.take_answers()  # that came just before the end
            if not self._stopping.is_set():
                self._learn(link, session, time.monotonic() - begin)
            if link.skipping:
                self._listener.stuck()
            raise
        finally:
            session.settle()

    def _serve(self, link: PahoLink, serving: Serving) -> None:
        """Deliver until this is to finish."""
        begin = time.monotonic()
        while not self._stopping.is_set():
            lasted_s = time.monotonic() - begin
            self.pulse.beat(TURN_LIMIT_S)
            self._log.lasting(lasted_s)
            serving.turn(lasted_s)
            if not link.received.subscribing:
                self._tried.set()

    def _learn(self, link: PahoLink, session: Session, lasted_s: float) -> None:
        """The connection has ended against our will: what the next one is to do otherwise."""
        self._known = session.ended(lasted_s)
        self._subscriptions.ended(link.received.subscribing)
        self._short_ones = self._short_ones + 1 if lasted_s < STABLE_S else 0
