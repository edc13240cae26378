"""One connection to a broker, on paho.

The delivery thread drives paho's network functions itself instead of starting paho's thread. So every callback
runs where the delivery state lives, no lock is held across a callback, and there is one place that waits: for the
socket or for the waker. Each attempt to connect gets a fresh client with a clean session: paho then has nothing
of its own to send again, and what was unacknowledged comes from the spool, under its right topic.
"""

import contextlib
import selectors
import ssl
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from edgeclassify.broker import failure_texts
from edgeclassify.broker.credentials import Credentials
from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.link.client import CONNECT_TIMEOUT_S, Client
from edgeclassify.publish.mqtt.link.failures import (
    LinkError,
    NoBrokerError,
    ProtocolRefusedError,
    UnansweredError,
    WillRefusedError,
)
from edgeclassify.publish.mqtt.link.interface import Link
from edgeclassify.publish.mqtt.link.interrupts import ConnectInterrupt, Waker
from edgeclassify.publish.mqtt.link.properties import MessageProperties
from edgeclassify.publish.mqtt.link.protocols import V5, V311

WINDOW = 20
"""Unacknowledged messages at a time; a broker's smaller receive maximum wins."""
_PROTOCOLS = {V5: MQTTProtocolVersion.MQTTv5, V311: MQTTProtocolVersion.MQTTv311}
_GOODBYE_S = 0.2


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """What every attempt to connect needs, checked."""

    host: str
    port: int
    client_id: str
    keepalive_s: int
    credentials: Credentials | None
    tls: ssl.SSLContext | None
    client_certificate: bool
    """True where `tls` holds a certificate that says who we are."""
    will: Message


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message of a topic that was subscribed to. `retained`: the broker had kept it."""

    topic: str
    payload: bytes
    retained: bool


class PahoLink(Link):
    """One connection from CONNECT to its end. Used by one thread; only `interrupt` and `waker` reach in."""

    def __init__(self, settings: BrokerSettings, protocol: str, waker: Waker, interrupt: ConnectInterrupt) -> None:
        self._settings, self._protocol, self._waker, self._interrupt = settings, protocol, waker, interrupt
        self.acks: deque[tuple[int, str | None]] = deque()
        """(message id, why it was refused or None) of what the broker has answered."""
        self.arrived: deque[Arrived] = deque()
        """What was subscribed to and has come."""
        self.denied: deque[tuple[str, str]] = deque()
        """(topic, reason) of what the broker does not let us subscribe to."""
        self.skipped: deque[tuple[str, int]] = deque()
        """(topic, bytes) of messages that are too large to be taken."""
        self.receive_maximum = WINDOW
        self.maximum_packet_size: int | None = None
        self.maximum_qos, self.keeps_retained, self.knows_wildcards = 1, True, True
        self.protocol, self.mqtt5 = protocol, protocol == V5
        self.keepalive_s = float(settings.keepalive_s)
        self._subscribing: dict[int, str] = {}
        self._unproven: list[int] = []  # sent with QoS 0 because the broker takes no more
        self._proven_by_ping: list[int] | None = None
        self._properties = MessageProperties(mqtt5=self.mqtt5)
        self._connack: ReasonCode | None = None
        self._said = ""
        self._ended: str | None = None
        self._selector = selectors.DefaultSelector()
        self._selector.register(waker.receiver, selectors.EVENT_READ)
        self._registered: Any = None
        self._client = self._new_client()

    def open(self, answer_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        """Connect, and wait for the broker's yes. Raises LinkError with the reason."""
        try:
            self._client.connect(
                self._settings.host,
                self._settings.port,
                self._settings.keepalive_s,
                properties=self._properties.of_connect(),
            )
        except (OSError, ValueError) as error:
            raise LinkError(failure_texts.unreachable(error, self._security())) from error
        connack = self._answer(answer_timeout_s)
        if connack.is_failure:
            name = connack.getName()
            text = failure_texts.refusal(name, user=self._settings.credentials is not None) + self._said
            if name in ("Retain not supported", "QoS not supported"):
                raise WillRefusedError(text, retain=name.startswith("Retain"))
            raise (ProtocolRefusedError if name == "Unsupported protocol version" else LinkError)(text)
        self._interrupt.release()

    def _answer(self, timeout_s: float) -> ReasonCode:
        deadline = time.monotonic() + timeout_s
        while self._connack is None:
            left = deadline - time.monotonic()
            if left <= 0:
                self._check_begin()
                raise UnansweredError(f"no answer to CONNECT within {timeout_s:g} s")
            try:
                self.step(left)
            except LinkError as error:
                if self._connack is None:
                    self._check_begin()
                    raise UnansweredError(failure_texts.unanswered(self._security())) from error
        return self._connack

    def _check_begin(self) -> None:
        """Raises LinkError where something has come, and it is no answer to CONNECT."""
        if not self._client.is_broker:
            raise NoBrokerError(failure_texts.no_broker(self._client.begin, self._security()))
        if self._client.malformed:
            raise ProtocolRefusedError(failure_texts.bad_answer(self._client.begin))

    def _security(self) -> failure_texts.Security:
        if self._settings.tls is None:
            return failure_texts.Security.PLAIN
        return failure_texts.Security.MUTUAL if self._settings.client_certificate else failure_texts.Security.TLS

    def send(self, message: Message) -> int | None:
        """Hand over: it goes out with the others, when `step` begins to wait."""
        if self._client.socket() is None:
            return None
        self._client.gathering = not self._client.blocked
        qos = min(message.qos, self.maximum_qos)
        info = self._client.publish(
            message.topic,
            message.payload,
            qos,
            message.retain and self.keeps_retained,
            self._properties.of(message),
        )
        self._client.gathering = False
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return None
        if self.maximum_qos == 0:
            self._unproven.append(info.mid)
        return info.mid

    @property
    def congested(self) -> bool:
        """True while the socket takes no more bytes."""
        self._flush()
        return self._client.want_write()

    @property
    def answered(self) -> bool:
        """True once the broker has answered CONNECT, be it with a no."""
        return self._connack is not None

    @property
    def skipping(self) -> bool:
        """True while a message is thrown away that is too large."""
        return self._client.skipping

    @property
    def subscribing(self) -> list[str]:
        """The subscriptions that have not been answered yet, in the order in which they were asked for."""
        return list(self._subscribing.values())

    def subscribe(self, topic: str) -> None:
        """Ask for a topic; what comes lands in `arrived`, and the topic in `denied` where that is refused."""
        _, mid = self._client.subscribe(topic, qos=1)
        if mid is not None:
            self._subscribing[mid] = topic

    def unsubscribe(self, topic: str) -> None:
        """Ask for no more of a topic."""
        self._client.unsubscribe(topic)

    def step(self, timeout_s: float) -> None:
        """Wait for the network or the waker, and do what is due. Raises LinkError when the connection is gone."""
        self._flush()
        self._ask_for_proof()
        for key, events in self._select(timeout_s):
            if key.fileobj is self._waker.receiver:
                self._waker.clear()
                continue
            if events & selectors.EVENT_READ:
                self._check(self._client.loop_read())
            if events & selectors.EVENT_WRITE:
                self._flush()
                self._check(self._client.loop_write())
        self._check(self._client.loop_misc())

    def _flush(self) -> None:
        try:
            self._client.flush()
        except OSError as error:
            raise LinkError("the network connection broke") from error

    def _ask_for_proof(self) -> None:
        """Of what went out with QoS 0 in place of 1 all has arrived when a ping sent after it is answered."""
        if self._unproven and self._proven_by_ping is None:
            self._proven_by_ping, self._unproven = self._unproven, []
            self._client.ping()

    def _on_pinged(self) -> None:
        self.acks.extend((mid, None) for mid in self._proven_by_ping or ())
        self._proven_by_ping = None

    def close(self, *, graceful: bool) -> None:
        """End the connection; without grace there is no DISCONNECT, so that the broker publishes the will."""
        with contextlib.suppress(OSError, ValueError):
            if graceful and self._client.socket() is not None:
                self._client.disconnect()
                deadline = time.monotonic() + _GOODBYE_S
                while self._client.socket() is not None and time.monotonic() < deadline:
                    with contextlib.suppress(LinkError):
                        self.step(0.05)
        sock = self._client.socket()
        if sock is not None:
            sock.close()
        self._interrupt.release()
        self._selector.close()
        # The callbacks hold this object, which holds the client: without them nothing waits for the collector.
        for name in ("on_connect", "on_disconnect", "on_publish", "on_message", "on_subscribe"):
            setattr(self._client, name, None)
        for name in ("skipped", "pinged"):
            self._client.__dict__.pop(name, None)

    def _select(self, timeout_s: float) -> list[tuple[selectors.SelectorKey, int]]:
        sock = self._client.socket()
        if sock is None:
            raise LinkError(self._ended or "the network connection broke")
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._client.want_write() else 0)
        if self._registered is None:
            self._selector.register(sock, wanted)
            self._registered = sock
        elif self._selector.get_key(self._registered).events != wanted:
            self._selector.modify(self._registered, wanted)
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return [(self._selector.get_key(sock), selectors.EVENT_READ)]
        return self._selector.select(timeout_s)

    def _check(self, rc: MQTTErrorCode) -> None:
        if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or self._client.socket() is None:
            if self._client.malformed:
                raise LinkError("the broker sent what is no MQTT: the connection is given up")
            raise LinkError(self._ended or "the network connection broke")

    def _new_client(self) -> Client:
        settings = self._settings
        client = Client(
            self._interrupt,
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            protocol=_PROTOCOLS[self._protocol],
            clean_session=None if self._protocol == V5 else True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        # The session's window bounds what is in flight: with a limit of its own paho would keep a queue.
        client.max_inflight_messages_set(0)
        if settings.credentials is not None:
            client.username_pw_set(settings.credentials.username, settings.credentials.password)
        if settings.tls is not None:
            client.tls_set_context(settings.tls)
        will = settings.will
        client.will_set(
            will.topic, will.payload, will.qos, will.retain, self._properties.of(will, PacketTypes.WILLMESSAGE)
        )
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.skipped = lambda topic, size: self.skipped.append((topic, size))
        client.pinged = self._on_pinged
        return client

    def _on_connect(self, _client: object, _data: object, _flags: object, reason: ReasonCode, found: Any) -> None:
        self._connack = reason
        self._said = failure_texts.said(found)
        self.receive_maximum = getattr(found, "ReceiveMaximum", WINDOW)
        self.maximum_packet_size = getattr(found, "MaximumPacketSize", None)
        self.maximum_qos = getattr(found, "MaximumQoS", 1)
        self.keeps_retained = bool(getattr(found, "RetainAvailable", 1))
        self.knows_wildcards = bool(getattr(found, "WildcardSubscriptionAvailable", 1))
        # 0: the broker wants none. A dead connection is noticed all the same, by what it does not acknowledge.
        self.keepalive_s = float(getattr(found, "ServerKeepAlive", 0) or self.keepalive_s)

    def _on_disconnect(
        self, _client: object, _data: object, flags: Any, reason: ReasonCode, found: object
    ) -> None:
        # May be called twice for one connection: the first call has the reason.
        if self._ended is None:
            by_broker = flags.is_disconnect_packet_from_server
            self._ended = failure_texts.disconnection(reason.getName(), by_broker=by_broker) + failure_texts.said(
                found
            )

    def _on_publish(self, _client: object, _data: object, mid: int, reason: ReasonCode, _found: object) -> None:
        if self.maximum_qos > 0:  # else it is only written: a ping proves the rest
            self.acks.append((mid, reason.getName().lower() if reason.is_failure else None))

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        # A topic that is no UTF-8 has no name to answer to, and must not end the connection.
        with contextlib.suppress(UnicodeDecodeError):
            self.arrived.append(Arrived(message.topic, bytes(message.payload), bool(message.retain)))

    def _on_subscribe(
        self, _client: object, _data: object, mid: int, codes: list[ReasonCode], _found: object
    ) -> None:
        topic = self._subscribing.pop(mid, None)
        failures = [code.getName().lower() for code in codes if code.is_failure]
        if topic is not None and failures:
            self.denied.append((topic, failures[0]))
