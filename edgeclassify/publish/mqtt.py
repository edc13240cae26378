"""The publisher for an MQTT broker: one thread that connects, delivers, and connects again."""

import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Event as Flag
from threading import Lock, Thread

from edgeclassify.config import MqttConfig
from edgeclassify.errors import PublishError
from edgeclassify.publish import payload
from edgeclassify.publish.announce import Announcer
from edgeclassify.publish.backoff import Backoff
from edgeclassify.publish.connection import (
    CONNECT_TIMEOUT_S,
    V5,
    V311,
    WINDOW,
    BrokerSettings,
    LinkError,
    PahoLink,
    ProtocolRefusedError,
    UnansweredError,
)
from edgeclassify.publish.credentials import credentials, tls_context
from edgeclassify.publish.interface import Publisher, Spool
from edgeclassify.publish.live import LiveValues, Rank
from edgeclassify.publish.payload import Message, Topics
from edgeclassify.publish.session import Session
from edgeclassify.publish.wakeup import Interrupt, Waker
from edgeclassify.types import Event, Health, NodeInfo, Prediction, ViewState

log = logging.getLogger(__name__)

_TICK_S = 1.0
_GUESSING_S = 2.0
"""For the first answer of a broker that may not understand MQTT 5 and wait for more bytes; then 3.1.1 is tried."""
_SAYING_GOODBYE = 0.3  # share of stop()'s time that is kept for `offline`


@dataclass(frozen=True, slots=True)
class _Shown:
    """A view's newest state, and when (monotonic seconds) one was last sent."""

    state: ViewState
    sent_at: float


class MqttPublisher(Publisher):
    """Delivers to an MQTT broker, by the MQTT contract (topics and bodies: payload.py).

    `labels`: for each view the labels that have an ON/OFF topic; also of views that are only to be retired.
    `spool` keeps the events that are not acknowledged; it belongs to the caller, who closes it after `stop`.
    The numbers (`seq`) of its events must grow.
    """

    def __init__(
        self,
        *,
        config: MqttConfig,
        node: str,
        labels: Mapping[str, tuple[str, ...]],
        spool: Spool,
        backoff: Backoff | None = None,
    ) -> None:
        self._config = config
        self._topics = Topics(config.prefix, node)
        self._client_id = config.client_id or f"edgeclassify-{node}"
        self._slugs = {view: payload.label_slugs(listed) for view, listed in labels.items()}
        self._spool = spool
        self._backoff = backoff or Backoff()
        self._live = LiveValues()
        self._live.put(Rank.STATUS, payload.status_message(self._topics, online=True))
        self._lock = Lock()
        self._states: dict[str, _Shown] = {}
        self._results: dict[str, Message] = {}
        self._result_due: dict[str, float] = {}
        self._protocol = V311 if config.protocol == V311 else V5
        self._protocol_known = config.protocol != "auto"
        self._refused: set[str] = set()
        self._announcer = Announcer(f"broker {config.host}:{config.port}", self._client_id)
        self._connected = False
        self._stopping = Flag()
        self._deadline = 0.0
        self._waker = Waker()
        self._interrupt = Interrupt()
        self._settings: BrokerSettings | None = None
        self._thread: Thread | None = None

    @property
    def connected(self) -> bool:
        """Has the broker accepted us, and not gone since?"""
        return self._connected

    def start(self) -> None:
        """Begin to connect. Raises ConfigError for a password file or TLS file that can't be used."""
        self._settings = BrokerSettings(
            host=self._config.host,
            port=self._config.port,
            client_id=self._client_id,
            keepalive_s=self._config.keepalive_s,
            credentials=credentials(self._config),
            tls=tls_context(self._config.tls),
            client_certificate=self._config.tls is not None and self._config.tls.cert is not None,
            will=payload.status_message(self._topics, online=False),
        )
        self._thread = Thread(target=self._run, args=(self._settings,), name="publisher", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Deliver what is pending, publish `offline`, disconnect. Without a connection it returns at once.

        A host name that is just being looked up can't be interrupted: then the (daemon) thread is left to end
        by itself as soon as the resolver returns.
        """
        begin = time.monotonic()
        self._deadline = begin + timeout_s * 0.9
        self._stopping.set()
        self._waker.wake()
        if not self._connected:
            self._interrupt.fire()
        if self._thread is not None:
            self._thread.join(max(0.0, timeout_s * 0.95))
            self._interrupt.fire()
            self._thread.join(max(0.0, begin + timeout_s - time.monotonic()))
            if self._thread.is_alive():
                return
        self._waker.close()

    def publish_info(self, info: NodeInfo) -> None:
        """Retained, on every connect."""
        self._put(Rank.INFO, payload.info_message(self._topics, info))

    def publish_availability(self, view: str, online: bool) -> None:
        """Retained, on change and on every connect."""
        self._put(Rank.AVAILABILITY, payload.availability_message(self._topics, view, online))

    def publish_state(self, state: ViewState) -> None:
        """Retained, on change, as a heartbeat every mqtt.heartbeat_s, and on every connect."""
        now = time.monotonic()
        # Under the lock until it is in the live values, or a heartbeat could put an older state after it.
        with self._lock:
            known = self._states.get(state.view)
            changed = known is None or not payload.same_situation(known.state, state)
            # The message itself is made only where it is sent: this runs for every frame.
            if changed:
                self._live.put(Rank.STATE, payload.state_message(self._topics, state))
                slugs = self._slugs.get(state.view, {})
                self._live.put_changed(Rank.STATE, payload.label_messages(self._topics, state, slugs))
            self._states[state.view] = _Shown(state, now if known is None or changed else known.sent_at)
        if changed:
            self._waker.wake()

    def publish_event(self, event: Event) -> None:
        """Spooled first; live when connected, later as history."""
        payload.event_message(self._topics, event, historical=False)
        self._spool.append(event)
        self._waker.wake()

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """At most one per view and mqtt.results_interval_s, and only with mqtt.results."""
        now = time.monotonic()
        with self._lock:
            if not (self._config.results and self._connected) or now < self._result_due.get(view, 0.0):
                return
            self._result_due[view] = now + self._config.results_interval_s
            self._results[view] = payload.result_message(self._topics, view, prediction)
        self._waker.wake()

    def publish_health(self, health: Health) -> None:
        """Retained, the newest on every connect."""
        self._put(Rank.HEALTH, payload.health_message(self._topics, health))

    def retire_view(self, view: str) -> None:
        """Empty retained messages on the view's topics, now and on every connect."""
        with self._lock:
            self._states.pop(view, None)
            self._results.pop(view, None)
            self._live.put_all(Rank.STATE, payload.retired(self._topics, view, self._slugs.get(view, {})))
        self._waker.wake()

    def _put(self, rank: Rank, message: Message) -> None:
        self._live.put(rank, message)
        self._waker.wake()

    def _run(self, settings: BrokerSettings) -> None:
        """The thread: connect, deliver, wait, again, until `stop`."""
        while not self._stopping.is_set():
            try:
                self._one_connection(settings)
            except Exception:
                # The daemon runs for months: a fault in here costs this connection, not the publisher.
                log.exception("the broker connection failed by a fault in edgeclassify")
            self._stopping.wait(self._backoff.next_s())

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
            self._connected = False
            with self._lock:
                self._results.clear()
            self._backoff.connected_for(time.monotonic() - begin)
            link.close(graceful=graceful)

    def _deliver(self, link: PahoLink) -> bool:
        """One connection's deliveries until `stop`; True when the goodbye was acknowledged."""
        self._refresh_states(older_than_s=0.0)
        session = Session(
            link=link, topics=self._topics, live=self._live, spool=self._spool, refused=self._refused,
            # One place stays free for the `offline` of the end.
            window=min(WINDOW, link.receive_maximum) - 1, clock=time.monotonic,
        )  # fmt: skip
        self._connected = True
        # `online` goes first, or the subscription would bring back the `offline` of last time.
        session.pump()
        link.subscribe(self._topics.status)
        return self._serve(link, session)

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

    def _serve(self, link: PahoLink, session: Session) -> bool:
        """Deliver until `stop`; True when `offline` was acknowledged."""
        begin = time.monotonic()
        while not self._stopping.is_set():
            self._announcer.lasting(time.monotonic() - begin)
            self._heartbeats()
            session.pump()
            self._send_results(link)
            self._step(link, session, _TICK_S)
        return self._farewell(link, session)

    def _step(self, link: PahoLink, session: Session, timeout_s: float) -> None:
        link.step(timeout_s)
        while link.acks:
            session.acknowledged(*link.acks.popleft())
        while link.arrived:
            topic, content = link.arrived.popleft()
            # The will of an earlier connection, published late: we are here.
            if topic == self._topics.status and content == payload.OFFLINE and not self._stopping.is_set():
                self._live.put(Rank.STATUS, payload.status_message(self._topics, online=True))

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

    def _heartbeats(self) -> None:
        if self._config.heartbeat_s > 0:
            self._refresh_states(older_than_s=self._config.heartbeat_s)

    def _refresh_states(self, older_than_s: float) -> None:
        """Queue the newest state of the views whose last message is so old."""
        now = time.monotonic()
        with self._lock:
            for view, shown in self._states.items():
                if now - shown.sent_at >= older_than_s:
                    self._states[view] = replace(shown, sent_at=now)
                    # A state that can't be said (a score that is no number) was reported when it was published.
                    with contextlib.suppress(PublishError):
                        self._live.put(Rank.STATE, payload.state_message(self._topics, shown.state))

    def _send_results(self, link: PahoLink) -> None:
        with self._lock:
            messages, self._results = list(self._results.values()), {}
        if not link.congested:
            for message in messages:
                link.send(message)
