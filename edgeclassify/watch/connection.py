"""One connection that listens: opened, its topics subscribed to, read until it breaks, opened again.

Of a watch this alone imports paho. It has no thread of its own: what a callback raises comes out of `wait`.
"""

import itertools
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edgeclassify.broker import failure_texts
from edgeclassify.broker.credentials import credentials, security_of, tls_context
from edgeclassify.broker.servers import Server
from edgeclassify.config import MqttConfig
from edgeclassify.errors import ExitStatus, PublishError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.watch.interface import Arrival

ANSWER_TIMEOUT_S = 5.0
KEPT_S = 300
"""For so long an MQTT 5 broker keeps events for a watch that lost its connection."""
SESSION_S = 7 * 86_400
"""For so long a broker is asked to keep what comes for one that takes its session up again."""
MOST_UNACKNOWLEDGED = 2000
"""So many messages an MQTT 5 broker may send to one that acknowledges them itself, before it has to wait."""
LARGEST_PACKET = 1 << 20
"""Bytes: what is larger is no event, and must not fill the memory of who keeps messages."""
_UNSUPPORTED = "Unsupported protocol version"
_SHARED = "$share/"
_SHARING_REFUSED = "Shared subscriptions not supported"
_numbers = itertools.count(1)


class LostError(Exception):
    """No connection, or no more."""


class UnreachableError(LostError):
    """Nobody has answered at this address."""


class UnsupportedError(LostError):
    """The broker does not speak MQTT 5."""


class UnansweredError(UnsupportedError):
    """It may not speak MQTT 5: a CONNECT of it was not answered. So does a broker that is in its start."""


class SharingError(PublishError):
    """The broker has no shared subscriptions: trying again is useless."""

    exit_status = ExitStatus.CONFIG


def shared(group: str | None, topics: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Topic filters of a group, whose members get each message once among them; None: no group."""
    return list(topics) if group is None else [(f"{_SHARED}{group}/{topic}", qos) for topic, qos in topics]


def _client_id() -> str:
    return f"edgeclassify-watch-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is asked of the broker: the messages of `topics` (filter, QoS).

    `as_published`: an MQTT 5 broker shall pass on the retain flag as it was published; else it tells what was kept
    from what is new, as with 3.1.1. `client_id`: whose session it is; `timeout_s`: how long an answer may take.
    `resumes`: the session of this client id is taken up again, also by another process, and stays when the
    connection is closed; what comes with QoS 1 has to be acknowledged. `unwanted`: filters of before, which the
    session shall not have any longer.
    """

    topics: Sequence[tuple[str, int]]
    as_published: bool = True
    client_id: str = field(default_factory=_client_id)
    timeout_s: float = ANSWER_TIMEOUT_S
    resumes: bool = False
    unwanted: Sequence[str] = ()

    @property
    def is_shared(self) -> bool:
        """True where it is one of a group."""
        return any(topic.startswith(_SHARED) for topic, _ in self.topics)


class _Client(paho.Client):
    """One that connects to a certain address of its host."""

    address = ""

    def _create_socket_connection(self) -> socket.socket:
        return socket.create_connection((self.address or self.host, self.port), timeout=self.connect_timeout)


class Connection:
    """A connection to one server, in one version of MQTT. Used by one thread, which `wait` calls back in.

    Of `config` user, password and TLS count.
    """

    def __init__(
        self,
        config: MqttConfig,
        server: Server,
        wanted: Subscription,
        *,
        v5: bool,
        on_arrival: Callable[[Arrival], None],
    ) -> None:
        self._config, self._wanted, self.server, self.v5 = config, wanted, server, v5
        self._on_arrival = on_arrival
        self._client: paho.Client | None = None
        self._connack: ReasonCode | None = None
        self.session_kept = False
        """True where the broker still had what came since the connection before."""
        self._granted: list[ReasonCode] | None = None
        self._unsubscribed: bool | None = None
        self._answers: dict[int, bool] = {}
        self._ended = ""
        self._sharing = False
        self._number = 0
        """Names the connection: what came on another one can't be acknowledged on this."""

    def open(self) -> None:
        """Connect and subscribe, also once more after a loss; returns when the broker has confirmed both.

        Raises LostError; ConfigError for a password or TLS file that can't be used.
        """
        self._connack = self._granted = self._unsubscribed = None
        self._ended = ""
        self._number = next(_numbers)
        try:
            if self._client is None:
                self._client = self._new_client()
                self._client.connect(
                    self.server.host,
                    self.server.port,
                    self._config.keepalive_s,
                    **_session(self._wanted) if self.v5 else {},
                )
            else:
                self._client.reconnect()
        except (OSError, ValueError) as error:
            found = LostError if isinstance(error, ssl.SSLError) else UnreachableError
            raise found(failure_texts.unreachable(error, security_of(self._config), self.server.host)) from error
        connack = self._await(lambda: self._connack, "CONNECT")
        if connack.is_failure:
            text = failure_texts.refusal(connack.getName(), user=self._config.username is not None)
            raise (UnsupportedError if connack.getName() == _UNSUPPORTED else LostError)(text)
        if self._wanted.topics:
            self._subscribe()
        if self._wanted.unwanted:
            self._client.unsubscribe(list(self._wanted.unwanted))
            self._await(lambda: self._unsubscribed, "UNSUBSCRIBE")

    def close(self) -> None:
        """Disconnect; the broker keeps nothing for us any longer, unless the session is to be taken up again."""
        client, self._client = self._client, None
        if client is None:
            return
        properties = None
        if self.v5 and not self._wanted.resumes:
            properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = 0
        client.on_disconnect = None
        client.disconnect(properties=properties)

    def wait(self, timeout_s: float) -> None:
        """Wait at most about `timeout_s` for the network, and call back for what came. Raises LostError."""
        assert self._client is not None
        if self._client.loop(timeout_s) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise LostError(self._ended or "the network connection broke")

    def empty(self, topic: str) -> int:
        """Ask the broker to forget the retained message of a topic, in the `wait` that follows; returns a number.

        Who may read the topic gets the empty message when it is done; for who may not there is `granted`.
        """
        assert self._client is not None
        return self._client.publish(topic, b"", qos=1, retain=True).mid

    def send(self, topic: str, payload: bytes) -> None:
        """Publish a message, in the `wait` that follows."""
        assert self._client is not None
        self._client.publish(topic, payload, qos=1)

    def acknowledge(self, arrival: Arrival) -> None:
        """The broker may forget it. Nothing happens where it came on an earlier connection: it comes again."""
        if self._client is not None and arrival.delivery is not None and arrival.delivery[0] == self._number:
            self._client.ack(arrival.delivery[1], arrival.qos)

    def probe(self) -> int:
        """Ask the broker for an answer in the `wait` that follows; nobody needs a right for it. Returns a number.

        Its answer, of which `granted` tells, comes behind what the broker had sent before.
        """
        assert self._client is not None
        number = self._client.unsubscribe(f"edgeclassify-probe/{secrets.token_hex(4)}")[1]
        assert number is not None
        return number

    def granted(self, number: int) -> bool | None:
        """True where the broker has taken an `empty`, or answered a `probe`; None: no answer yet.

        With 3.1.1 it can't say no.
        """
        return self._answers.get(number)

    def _subscribe(self) -> None:
        assert self._client is not None
        if not self._sharing and self._wanted.is_shared:
            raise SharingError(_no_sharing(self.server, None if self.v5 else "it speaks MQTT 3.1.1"))
        if self.v5:
            topics: Any = [
                (topic, SubscribeOptions(qos=qos, retainAsPublished=self._wanted.as_published))
                for topic, qos in self._wanted.topics
            ]
        else:
            topics = list(self._wanted.topics)
        self._client.subscribe(topics)
        granted = self._await(lambda: self._granted, "SUBSCRIBE")
        for (topic, _), code in zip(self._wanted.topics, granted, strict=False):
            if code.is_failure:
                if code.getName() == _SHARING_REFUSED:
                    raise SharingError(_no_sharing(self.server, None))
                raise LostError(
                    f"we may not subscribe to {topic}: {code.getName().lower()} (check the broker's ACL)"
                )

    def _await(self, answer: Callable[[], Any], what: str) -> Any:
        deadline = time.monotonic() + self._wanted.timeout_s
        while (found := answer()) is None:
            if time.monotonic() > deadline:
                # Some brokers that know no MQTT 5 say nothing at all.
                silent = UnansweredError if self.v5 and what == "CONNECT" else LostError
                raise silent(f"no answer to {what} within {self._wanted.timeout_s:g} s")
            try:
                self.wait(0.1)
            except LostError as error:
                if (found := answer()) is not None:
                    return found
                if what == "CONNECT":
                    # So closes a broker that knows no MQTT 5, and one that wants TLS.
                    kind = UnansweredError if self.v5 and self._config.tls is None else LostError
                    raise kind(failure_texts.unanswered(security_of(self._config))) from error
                raise
        return found

    def _new_client(self) -> paho.Client:
        client = _client(self._config, self._wanted, v5=self.v5)
        client.address = self.server.address
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_unsubscribe = self._on_unsubscribe
        client.on_message = self._on_message
        return client

    def _on_connect(self, _client: object, _data: object, flags: Any, reason: ReasonCode, found: object) -> None:
        self._connack, self.session_kept = reason, bool(flags.session_present)
        self._sharing = self.v5 and getattr(found, "SharedSubscriptionAvailable", 1) != 0

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

    def _on_unsubscribe(self, _client: object, _data: object, mid: int, _codes: object, _found: object) -> None:
        self._answers[mid] = self._unsubscribed = True

    def _on_message(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # no topic that MQTT allows
            client.ack(message.mid, message.qos)
            return
        self._on_arrival(
            Arrival(
                topic, bytes(message.payload), message.qos, bool(message.retain), time.time(),
                getattr(message.properties, "ContentType", None) if self.v5 else None,
                self.v5 and self._wanted.as_published,
                (self._number, message.mid) if self._wanted.resumes and message.qos else None,
            )
        )  # fmt: skip


def _client(config: MqttConfig, wanted: Subscription, *, v5: bool) -> _Client:
    user = credentials(config)
    tls: ssl.SSLContext | None = tls_context(config.tls)
    client = _Client(
        CallbackAPIVersion.VERSION2,
        client_id=wanted.client_id,
        protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
        clean_session=None if v5 else not wanted.resumes,
        reconnect_on_failure=False,
        manual_ack=wanted.resumes,
    )
    client.connect_timeout = wanted.timeout_s
    if user is not None:
        client.username_pw_set(user.username, user.password)
    if tls is not None:
        client.tls_set_context(tls)
    return client


def _session(wanted: Subscription) -> dict[str, Any]:
    """What CONNECT of MQTT 5 says of the session."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    if not wanted.resumes:
        properties.SessionExpiryInterval = KEPT_S
        return {"properties": properties}
    properties.SessionExpiryInterval = SESSION_S
    properties.ReceiveMaximum = MOST_UNACKNOWLEDGED
    properties.MaximumPacketSize = LARGEST_PACKET
    return {"properties": properties, "clean_start": False}


def _no_sharing(server: Server, why: str | None) -> str:
    reason = "" if why is None else f" ({why})"
    return (
        f"broker {server}: expected shared subscriptions, for a group, found none{reason}. "
        "They take MQTT 5: mosquitto from 1.6 on has them. Leave --group out, or take another broker."
    )
