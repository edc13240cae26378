"""The delivery thread: connect, deliver, connect again, to the same server or to the next one."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event as Flag

from edgeclassify.broker import failure_texts
from edgeclassify.broker.backoff import Backoff
from edgeclassify.broker.servers import NotFound, Server, Servers
from edgeclassify.config import MqttConfig
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.mqtt.connection_log import STABLE_S
from edgeclassify.publish.mqtt.failed_attempts import FailedAttempts
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.link.failures import (
    LinkError,
    OverdueError,
    UnreachableError,
    WhoRefusedError,
    WillRefusedError,
)
from edgeclassify.publish.mqtt.link.received import WINDOW
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import Waker
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.probing.findings import Findings
from edgeclassify.publish.mqtt.probing.trials import trials_on
from edgeclassify.publish.mqtt.requests.announcing import Announcing
from edgeclassify.publish.mqtt.requests.listener import Listener, Receivers
from edgeclassify.publish.mqtt.serving import Serving
from edgeclassify.publish.mqtt.session.session import Session
from edgeclassify.publish.mqtt.taught import Taught, TaughtByServer
from edgeclassify.pulse import Pulse

log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 300.0
"""For one attempt to connect: several name servers that don't answer, TLS, and the answer."""
TURN_LIMIT_S = 2.0
"""For one turn on a connection: a wait of TICK_S at most, and what is due. Also what a pause may be late by."""


class Delivery:
    """One thread runs `run` from start to end; the rest is for others to call.

    `servers`: where to; `settings`: with what, whichever it is. `connector` makes what connects to one of them;
    None: what those say.
    """

    def __init__(
        self,
        *,
        config: MqttConfig,
        servers: Servers,
        settings: BrokerSettings,
        outbox: Outbox,
        receivers: Receivers,
        on_removed: Callable[[str], None],
        backoff: Backoff,
        connector: Callable[[BrokerSettings, Waker, ConnectInterrupt], Connector] | None = None,
    ) -> None:
        self._config, self._settings, self._outbox = config, settings, outbox
        announcing = Announcing(config.announce_interval_s, time.monotonic)
        self._listener = Listener(
            outbox, receivers, announcing=announcing, keeps_all=lambda: self.findings.keeps_all
        )
        self._on_removed, self._backoff = on_removed, backoff
        self._servers = servers
        self._failed = FailedAttempts()
        self._last: Server | None = None
        self._lasted_s = 0.0  # of the last connection: 0 where nothing was answered on it
        self._answered = False  # something of QoS 1, on the last connection
        self.findings = Findings(
            f"broker {', '.join(str(server) for server in servers.hosts)}", outbox.layout.topics.announce_all
        )
        """What the broker lacks."""
        self._stopping = Flag()
        self._deadline = 0.0
        self._waker = Waker()
        self._interrupt = ConnectInterrupt()
        make = connector or (lambda settings, *reach: Connector(settings, config.protocol, *reach))
        self._taught = TaughtByServer(
            lambda server: make(replace(settings, server=server), self._waker, self._interrupt),
            settings.client_id,
            servers.named,
        )
        self._tried = Flag()
        self.pulse = Pulse()
        """Of the thread."""
        self.server: Server | None = None
        """The server that we are connected to: from its acceptance until the connection is lost."""
        self.connects = 0
        """How often a server has accepted us."""
        self.changes = 0
        """How often that was another one than the last."""

    @property
    def connected(self) -> bool:
        """True from the broker's acceptance until the connection is lost."""
        return self.server is not None

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

    def choose_among(self, servers: Servers) -> bool:
        """Go to these from the next attempt on; False, and nothing changes, where others are wanted at once: there
        is no connection, or none to one of them."""
        ours, server = self._servers, self.server
        same = (ours.hosts, ours.shuffled_by) == (servers.hosts, servers.shuffled_by)
        if not same and (server is None or not servers.has(server)):
            return False
        # Of the same ones the key may be another one (host, hosts), which messages name.
        ours.adopt(servers)
        return True

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
                self._one_round()
            except Exception:
                # The daemon runs for months: a fault in here costs this connection, not the sink.
                log.exception("the broker connection failed by a fault in edgeclassify")
            self._tried.set()
            pause_s = self._backoff.next_s()
            self.pulse.beat(pause_s + TURN_LIMIT_S)
            self._stopping.wait(pause_s)
        self.pulse.rest()

    # --- connecting ------------------------------------------------------------------------------------

    def _one_round(self) -> None:
        """Each server, until one has carried a connection for a while: one that ends it within seconds failed."""
        servers = self._servers.round()
        try:
            while self._connecting() and (server := next(servers, None)) is not None:
                if isinstance(server, NotFound):
                    self._not_found(server)
                elif self._one_connection(self._taught.of(server)):
                    return
        finally:
            self._failed.say()

    def _not_found(self, found: NotFound) -> None:
        text = failure_texts.unreachable(found.error, self._settings.security, found.server.host)
        self._failed.add(found.server, self._taught.of(found.server).log, UnreachableError(text))

    def _one_connection(self, taught: Taught) -> bool:
        """True where it has lasted, and the server has not left us without its answers."""
        try:
            link = taught.connector.open(self._connecting)
        except LinkError as error:
            # A will that the broker refuses is its rule, and no consequence of stopping.
            if isinstance(error, WillRefusedError) or not self._stopping.is_set():
                self._failed.add(taught.server, taught.log, error)
            if isinstance(error, WhoRefusedError):
                taught.turned_away()
            return False
        begin = time.monotonic()
        graceful = overdue = self._answered = False
        try:
            self._failed.connected(taught.server)
            taught.log.connected(link.protocol)
            self._taught.found(taught)
            graceful = self._deliver(link, taught)
        except LinkError as error:
            overdue = isinstance(error, OverdueError)
            if not self._stopping.is_set():
                self._say_ended(taught, error, time.monotonic() - begin)
        finally:
            self.server = None
            self._outbox.take_results()
            # Of a server that answers CONNECT and nothing else each connection has failed, however long it stood.
            lasted_s = self._lasted_s = time.monotonic() - begin if self._answered else 0.0
            self._backoff.connected_for(lasted_s)
            link.close(graceful=graceful)
        if overdue:
            self._servers.fails(link.server)
        return lasted_s >= STABLE_S and not overdue

    def _connecting(self) -> bool:
        """Called before each attempt; False where no more is to be made."""
        self.pulse.beat(CONNECT_LIMIT_S)
        return not self._stopping.is_set()

    def _say_ended(self, taught: Taught, error: LinkError, lasted_s: float) -> None:
        if isinstance(error, OverdueError):
            taught.log.renewed(str(error))
        else:
            taught.log.ended(str(error), lasted_s)

    # --- one connection --------------------------------------------------------------------------------

    def _deliver(self, link: PahoLink, taught: Taught) -> bool:
        """One connection's deliveries until the end; True when the goodbye was acknowledged."""
        outbox = self._outbox
        outbox.renew_states(older_than_s=0.0)
        taught.log.lacks(retained=not link.offer.keeps_retained, qos_1=not link.offer.maximum_qos)
        session = Session(
            link=link, topics=outbox.layout.topics, retained=outbox.retained, replies=outbox.replies,
            spool=outbox.spool,
            # One place stays free for the `offline` of the end.
            window=min(WINDOW, link.offer.receive_maximum) - 1, clock=time.monotonic, refused=taught.refused,
            packet_limit=taught.packet_limit, known=taught.known_in(outbox.retained),
            on_removed=self._on_removed,
        )  # fmt: skip
        trials = trials_on(link, outbox, taught.tried, self.findings, elsewhere=self._elsewhere(taught))
        serving = Serving(
            link, session, outbox=outbox, listener=self._listener, subscriptions=taught.subscriptions,
            heartbeat_s=self._config.heartbeat_s, stopping=self._stopping, trials=trials,
        )  # fmt: skip
        self._count(link.server)
        self.pulse.beat(TURN_LIMIT_S)
        begin = time.monotonic()
        serving.begin()
        try:
            self._serve(link, serving, session, taught)
            return serving.farewell(self._deadline)
        except LinkError:
            serving.take_answers()  # that came just before the end
            if not self._stopping.is_set():
                lasted_s = time.monotonic() - begin
                known = outbox.retained.sent(session.ended(lasted_s))
                taught.ended(lasted_s, known, link.received.subscribing, outbox.layout.topics.status)
            if link.skipping:
                self._listener.stuck()
            raise
        finally:
            self._answered = session.any_answered
            taught.info = session.info or taught.info
            session.settle()

    def _elsewhere(self, taught: Taught) -> bytes | None:
        """What the server before this one, where all was delivered, has kept of what runs here, and this one was
        never given; None where there is no such thing."""
        last = self._last
        if last is None or last == taught.server or self._lasted_s < STABLE_S:
            return None
        info = self._taught.of(last).info
        return None if info == taught.info else info

    def _count(self, server: Server) -> None:
        self.connects += 1
        self.changes += self._last not in (None, server)
        self.server = self._last = server

    def _serve(self, link: PahoLink, serving: Serving, session: Session, taught: Taught) -> None:
        """Deliver until this is to finish."""
        begin = time.monotonic()
        while not self._stopping.is_set():
            lasted_s = time.monotonic() - begin
            self.pulse.beat(TURN_LIMIT_S)
            if lasted_s >= STABLE_S and session.any_answered:
                self._servers.works(link.server)
                self._taught.lasts(taught)
            taught.log.lasting(lasted_s)
            serving.turn(lasted_s)
            if not link.received.subscribing:
                self._tried.set()
