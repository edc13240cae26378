"""The sink for an MQTT broker: takes what the stages say, at once; the delivery thread delivers it."""

import time
from collections.abc import Callable, Iterable
from threading import Thread

from edgeclassify.broker.backoff import Backoff
from edgeclassify.broker.credentials import credentials, security_of, tls_context
from edgeclassify.broker.servers import Servers
from edgeclassify.config import MqttConfig
from edgeclassify.contract import outgoing
from edgeclassify.contract.layout import Layout
from edgeclassify.contract.outgoing import Message
from edgeclassify.health import Health
from edgeclassify.publish.home_assistant.discovery import Announcement
from edgeclassify.publish.interface import BrokerProgress, Sink, SpoolReader
from edgeclassify.publish.mqtt.delivery import Delivery
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.publish.mqtt.requests.listener import Receivers
from edgeclassify.publish.mqtt.retained import Rank
from edgeclassify.types import (
    Condition,
    Event,
    NodeInfo,
    Option,
    OptionValue,
    Prediction,
    Request,
    Response,
    ViewState,
)


class MqttSink(Sink):
    """Delivers to an MQTT broker, by the MQTT contract (see contract/).

    `layout`: the node's topics. `spool` keeps the events that are not acknowledged; it belongs to the caller, who
    closes it after `stop`. The numbers (`seq`) of its events must grow.
    `announcement`: what Home Assistant is told; None: nothing.
    `gone`: topics that the node used and uses no more: they are emptied, and `on_removed(topic)` is called for
    each that the broker has taken. `inbox` understands requests (None: none are listened to), and
    `on_request(request)` gets the valid ones, in the delivery thread: it must return at once. So must
    `on_overheard(topic, payload)`, which gets what comes on topics of others, `overheard`. `asker`: who is
    answered by this sink, once it has been started.

    Raises ConfigError for a password file or TLS file that can't be used: before anything is started, so that
    whoever replaces a running sink still has the old one.
    Whole, since most of its methods are a sink's, of a line or two each.
    """

    def __init__(
        self,
        *,
        config: MqttConfig,
        layout: Layout,
        spool: SpoolReader,
        announcement: Announcement | None = None,
        gone: Iterable[str] = (),
        on_removed: Callable[[str], None] = lambda _: None,
        inbox: Inbox | None = None,
        on_request: Callable[[Request], None] = lambda _: None,
        overheard: frozenset[str] = frozenset(),
        on_overheard: Callable[[str, bytes], None] = lambda topic, payload: None,
        asker: ResponseTopics | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._config = config
        self._topics = layout.topics
        self._servers = Servers.of(config, layout.topics.node)
        self._settings = BrokerSettings(
            server=self._servers.hosts[0],
            client_id=config.client_id or f"edgeclassify-{layout.topics.node}",
            keepalive_s=config.keepalive_s,
            credentials=credentials(config),
            tls=tls_context(config.tls),
            security=security_of(config),
            will=outgoing.status_message(self._topics, online=False),
        )
        self._outbox = Outbox(layout, spool, results_interval_s=config.results_interval_s)
        live = self._outbox.retained
        live.put(Rank.STATUS, outgoing.status_message(self._topics, online=True))
        live.put_all(Rank.REMOVED, map(outgoing.removed, gone))
        if announcement is not None:
            live.put_all(Rank.DISCOVERY, announcement.messages)
        self._delivery = Delivery(
            config=config,
            servers=self._servers,
            settings=self._settings,
            outbox=self._outbox,
            receivers=Receivers(inbox, on_request, announcement, overheard, on_overheard),
            on_removed=self._removed,
            backoff=backoff or Backoff(),
        )
        self._on_removed = on_removed
        self._asker = asker
        self._thread: Thread | None = None

    @property
    def connected(self) -> bool:
        """True from the broker's acceptance until the connection is lost."""
        return self._delivery.connected

    def describe(self) -> str:
        """Host and port of the broker, or of each of its servers, in the order in which they are tried."""
        shown = f"broker {self._servers.described}"
        return shown if self._settings.tls is None else f"{shown} (TLS)"

    def adopt(self, other: Sink) -> bool:
        """On the connection there is: topics that are gone are emptied, new ones announced and subscribed to.

        False where it leads to a server that the other one does not know.
        """
        if not isinstance(other, MqttSink) or not self._delivery.choose_among(other._servers):
            return False
        self._outbox.adopt(other._outbox)
        self._delivery.listen(other._delivery.receivers)
        self._on_removed = other._on_removed
        other._delivery.close()
        self._delivery.wake()
        return True

    @property
    def broker(self) -> BrokerProgress:
        """To which server we are connected, how often that has changed, and what is lacking there."""
        delivery = self._delivery
        server, lacks = delivery.server, delivery.findings.lacks
        return BrokerProgress(None if server is None else str(server), delivery.connects, delivery.changes, lacks)

    @property
    def hangs(self) -> str:
        """Delivery, while its thread has not moved within its own limits."""
        return "delivery" if self._delivery.pulse.late else ""

    def start(self) -> None:
        """Begin to connect."""
        if self._asker is not None:
            self._asker.answered_by(self._answer)
        self._outbox.begin()
        self._thread = Thread(target=self._delivery.run, name="delivery", daemon=True)
        self._thread.start()

    def await_first_attempt(self, timeout_s: float) -> bool:
        """Until the broker has accepted us and what we subscribe to, or could not be reached."""
        return self._delivery.await_first_attempt(timeout_s)

    def stop(self, timeout_s: float) -> None:
        """Deliver what is pending, publish `offline`, disconnect. Without a connection it returns at once.

        A host name that is just being looked up can't be interrupted: then the (daemon) thread is left to end
        by itself as soon as the resolver returns.
        """
        begin = time.monotonic()
        self._delivery.finish(begin + timeout_s * 0.9)
        if self._thread is not None:
            self._thread.join(max(0.0, timeout_s * 0.95))
            self._delivery.abandon()
            self._thread.join(max(0.0, begin + timeout_s - time.monotonic()))
            if self._thread.is_alive():
                return
        self._delivery.close()

    def announce(self) -> int:
        """At once, or with the next connection."""
        topics = self._outbox.announce()
        self._delivery.wake()
        return topics

    def publish_info(self, info: NodeInfo) -> None:
        """Retained, on every connect."""
        self._put(Rank.INFO, outgoing.info_message(self._topics, info))

    def publish_availability(self, view: str, online: bool) -> None:
        """Retained, on change and on every connect."""
        self._put(Rank.AVAILABILITY, outgoing.availability_message(self._topics, view, online))

    def publish_condition(self, view: str, condition: Condition) -> None:
        """Retained, on change and on every connect."""
        self._put(Rank.STATE, outgoing.condition_message(self._topics, view, condition))

    def publish_state(self, state: ViewState) -> None:
        """Retained, on change, as a heartbeat every mqtt.heartbeat_s, and on every connect."""
        if self._outbox.put_state(state):
            self._delivery.wake()

    def renew_state(self, view: str) -> None:
        """The next one goes out, whatever it says."""
        self._outbox.renew_state(view)

    def publish_event(self, event: Event) -> None:
        """It is in the spool: live when connected, later as history."""
        self._delivery.wake()

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """At most one per view and mqtt.results_interval_s, and only with mqtt.results."""
        if self._config.results and self.connected and self._outbox.put_result(view, prediction):
            self._delivery.wake()

    def publish_health(self, health: Health) -> None:
        """Retained, the newest on every connect."""
        self._put(Rank.HEALTH, outgoing.health_message(self._topics, health))

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        """Retained, on change and on every connect."""
        self._put(Rank.STATE, outgoing.option_message(self._topics, view, option, value))

    def publish_snooze(self, view: str, until: float | None) -> None:
        """Retained, on change and on every connect."""
        self._put(Rank.STATE, outgoing.snooze_message(self._topics, view, until))

    def publish_profile(self, profile: str | None) -> None:
        """Retained, on change and on every connect."""
        self._put(Rank.STATE, outgoing.profile_message(self._topics, profile))

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """Retained, the newest on every connect."""
        self._put(Rank.SNAPSHOT, outgoing.snapshot_message(self._topics, view, jpeg))

    def _answer(self, response: Response) -> None:
        """Not retained; kept until the broker has it. Only of very many the oldest are dropped."""
        self._outbox.put_reply(response)
        self._delivery.wake()

    def _removed(self, topic: str) -> None:
        self._outbox.retained.forget_removal(topic)
        self._on_removed(topic)

    def _put(self, rank: Rank, message: Message) -> None:
        self._outbox.retained.put(rank, message)
        self._delivery.wake()
