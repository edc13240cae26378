"""An MQTT client that listens, as any consumer would be, and can empty topics. It imports paho; so does only the
publisher.

It has no thread of its own: `step` waits for the network and calls back, so what a callback raises comes out
there. A lost connection is made again, with back-off. Where the broker speaks MQTT 5 it keeps what comes
meanwhile.
"""

import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edgeclassify.broker import failure_texts
from edgeclassify.broker.backoff import Backoff
from edgeclassify.broker.credentials import credentials, tls_context
from edgeclassify.config import MqttConfig
from edgeclassify.errors import PublishError
from edgeclassify.watch.interface import Arrival, LinkChange

CONNECT_TIMEOUT_S = 5.0
KEPT_S = 300
"""For so long an MQTT 5 broker keeps events for a watch that lost its connection."""
_UNSUPPORTED = "Unsupported protocol version"


class Subscriber:
    """Listens to `topics` (filter, QoS). Used by one thread; usable as a context.

    Of `config` host, port, protocol, user, password and TLS count; the client id is one of its own. `start` raises
    ConfigError for a password or TLS file that can't be used, PublishError for a broker that can't be; later
    `on_link` is told when the connection goes and comes. `as_published`: an MQTT 5 broker shall pass on the retain
    flag as it was published; else it tells what was kept from what is new, as with 3.1.1.
    """

    def __init__(
        self,
        config: MqttConfig,
        topics: Sequence[tuple[str, int]],
        *,
        on_arrival: Callable[[Arrival], None],
        on_link: Callable[[LinkChange], None] = lambda _: None,
        backoff: Backoff | None = None,
        as_published: bool = True,
    ) -> None:
        self._config, self._topics = config, list(topics)
        self._on_arrival, self._on_link = on_arrival, on_link
        self._backoff = backoff or Backoff(cap_s=10.0)
        self._where = f"broker {config.host}:{config.port}"
        self._client_id = f"edgeclassify-watch-{secrets.token_hex(4)}"
        self._v5 = config.protocol != "3.1.1"
        self._as_published = as_published
        self._client: paho.Client | None = None
        self._connack: ReasonCode | None = None
        self._session_kept = False
        self._granted: list[ReasonCode] | None = None
        self._answers: dict[int, bool] = {}
        self._ended = ""
        self._connected_at: float | None = None
        self._retry_at = 0.0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def connected(self) -> bool:
        """True while the broker has accepted us and our subscriptions."""
        return self._connected_at is not None

    def start(self) -> Self:
        """Connect and subscribe; returns when the broker has confirmed both."""
        try:
            self._connect()
        except _Unsupported as error:
            if self._config.protocol != "auto":
                raise PublishError(f"{self._where}: {error}") from error
            self._v5 = False
            self._client = None
            self._connect_or_say()
        except _LostError as error:
            raise PublishError(f"{self._where}: {error}") from error
        return self

    def stop(self) -> None:
        """Disconnect; the broker keeps nothing for us any longer."""
        client, self._client = self._client, None
        if client is None:
            return
        properties = None
        if self._v5:
            properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = 0
        client.on_disconnect = None
        client.disconnect(properties=properties)
        self._connected_at = None

    def step(self, timeout_s: float) -> None:
        """Wait at most about `timeout_s` for the network, and call back for what came; connect again when due."""
        if self._connected_at is None:
            self._try_again(timeout_s)
            return
        assert self._client is not None
        try:
            self._loop(timeout_s)
        except _LostError as error:
            self._backoff.connected_for(time.monotonic() - self._connected_at)
            self._lost(str(error))

    def empty(self, topic: str) -> int:
        """Ask the broker to forget the retained message of a topic, in the `step` that follows; returns a number.

        Who may read the topic gets the empty message when it is done; for who may not there is `granted`.
        """
        assert self._client is not None
        return self._client.publish(topic, b"", qos=1, retain=True).mid

    def granted(self, number: int) -> bool | None:
        """True where the broker has taken an `empty`; None: no answer yet. With 3.1.1 it can't say no."""
        return self._answers.get(number)

    def _lost(self, reason: str) -> None:
        self._connected_at = None
        self._retry_at = time.monotonic() + self._backoff.next_s()
        self._on_link(LinkChange(False, reason, time.time()))

    def _try_again(self, timeout_s: float) -> None:
        wait_s = self._retry_at - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            return
        try:
            self._connect()
        except (_LostError, _Unsupported) as error:
            self._lost(str(error))
        else:
            self._on_link(LinkChange(True, "", time.time(), complete=self._session_kept))

    def _connect_or_say(self) -> None:
        try:
            self._connect()
        except (_LostError, _Unsupported) as error:
            raise PublishError(f"{self._where}: {error}") from error

    def _connect(self) -> None:
        self._connack = self._granted = None
        self._ended = ""
        try:
            if self._client is None:
                self._client = self._new_client()
                self._client.connect(
                    self._config.host,
                    self._config.port,
                    self._config.keepalive_s,
                    properties=self._session() if self._v5 else None,
                )
            else:
                self._client.reconnect()
        except (OSError, ValueError) as error:
            raise _LostError(failure_texts.unreachable(error, self._security())) from error
        connack = self._await(lambda: self._connack, "CONNECT")
        if connack.is_failure:
            text = failure_texts.refusal(connack.getName(), user=self._config.username is not None)
            raise (_Unsupported if connack.getName() == _UNSUPPORTED else _LostError)(text)
        self._subscribe()
        self._connected_at = time.monotonic()

    def _subscribe(self) -> None:
        assert self._client is not None
        if self._v5:
            wanted: Any = [
                (topic, SubscribeOptions(qos=qos, retainAsPublished=self._as_published))
                for topic, qos in self._topics
            ]
        else:
            wanted = self._topics
        self._client.subscribe(wanted)
        granted = self._await(lambda: self._granted, "SUBSCRIBE")
        for (topic, _), code in zip(self._topics, granted, strict=False):
            if code.is_failure:
                raise _LostError(
                    f"we may not subscribe to {topic}: {code.getName().lower()} (check the broker's ACL)"
                )

    def _await(self, answer: Callable[[], Any], what: str) -> Any:
        deadline = time.monotonic() + CONNECT_TIMEOUT_S
        while (found := answer()) is None:
            if time.monotonic() > deadline:
                # Some brokers that know no MQTT 5 say nothing at all.
                silent = _Unsupported if self._v5 and what == "CONNECT" else _LostError
                raise silent(f"no answer to {what} within {CONNECT_TIMEOUT_S:g} s")
            try:
                self._loop(0.1)
            except _LostError as error:
                if (found := answer()) is not None:
                    return found
                if what == "CONNECT":
                    # So closes a broker that knows no MQTT 5, and one that wants TLS.
                    kind = _Unsupported if self._v5 and self._config.tls is None else _LostError
                    raise kind(failure_texts.unanswered(self._security())) from error
                raise
        return found

    def _loop(self, timeout_s: float) -> None:
        assert self._client is not None
        if self._client.loop(timeout_s) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise _LostError(self._ended or "the network connection broke")

    def _session(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = KEPT_S
        return properties

    def _security(self) -> failure_texts.Security:
        if self._config.tls is None:
            return failure_texts.Security.PLAIN
        return failure_texts.Security.TLS if self._config.tls.cert is None else failure_texts.Security.MUTUAL

    def _new_client(self) -> paho.Client:
        user = credentials(self._config)
        tls: ssl.SSLContext | None = tls_context(self._config.tls)
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if self._v5 else MQTTProtocolVersion.MQTTv311,
            clean_session=None if self._v5 else True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if user is not None:
            client.username_pw_set(user.username, user.password)
        if tls is not None:
            client.tls_set_context(tls)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _on_connect(self, _client: object, _data: object, flags: Any, reason: ReasonCode, _found: object) -> None:
        self._connack, self._session_kept = reason, bool(flags.session_present)

    def _on_disconnect(
        self, _client: object, _data: object, flags: Any, reason: ReasonCode, _found: object
    ) -> None:
        self._ended = failure_texts.disconnection(
            reason.getName(), by_broker=flags.is_disconnect_packet_from_server
        )

    def _on_subscribe(
        self, _client: object, _data: object, _mid: int, codes: list[ReasonCode], _found: object
    ) -> None:
        self._granted = codes

    def _on_publish(self, _client: object, _data: object, mid: int, reason: ReasonCode, _found: object) -> None:
        self._answers[mid] = not reason.is_failure

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # no topic that MQTT allows
        self._on_arrival(
            Arrival(
                topic, bytes(message.payload), message.qos, bool(message.retain), time.time(),
                getattr(message.properties, "ContentType", None) if self._v5 else None,
                self._v5 and self._as_published,
            )
        )  # fmt: skip


class _LostError(Exception):
    """No connection, or no more."""


class _Unsupported(Exception):  # noqa: N818 - a finding that leads to the next attempt
    """The broker does not speak MQTT 5."""
