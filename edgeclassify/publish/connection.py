"""One connection to a broker, on paho: the only importer of it besides the demo's subscriber.

The publisher's thread drives paho's network functions itself instead of starting paho's thread. So every callback
runs where the delivery state lives, no lock is held across a callback, and there is one place that waits: for the
socket or for the waker. Each attempt to connect gets a fresh client with a clean session: paho then has nothing
of its own to send again, and what was unacknowledged comes from the spool, under its right topic.
"""

import contextlib
import selectors
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edgeclassify.publish import reasons
from edgeclassify.publish.credentials import Credentials
from edgeclassify.publish.payload import Message
from edgeclassify.publish.session import Link
from edgeclassify.publish.wakeup import Interrupt, Waker

CONNECT_TIMEOUT_S = 5.0
"""For the TCP connect to each address, each TLS step, and the broker's answer to CONNECT."""
WINDOW = 20
"""Unacknowledged messages at a time; a broker's smaller receive maximum wins."""
LARGEST_PACKET = 2 * 2**20
"""Bytes: a broker of MQTT 5 is told to keep larger ones from us; a Pi has no memory to spare for strangers."""
V5, V311 = "5", "3.1.1"
_PROTOCOLS = {V5: MQTTProtocolVersion.MQTTv5, V311: MQTTProtocolVersion.MQTTv311}
_GOODBYE_S = 0.2


class LinkError(Exception):
    """No connection, or no more."""


class ProtocolRefusedError(LinkError):
    """The broker says that it does not speak this version of MQTT."""


class UnansweredError(LinkError):
    """The broker took the connection and did not answer CONNECT: it closed, or kept silent.

    That is also what a broker of MQTT 3.1.1 does that does not understand a CONNECT of MQTT 5.
    """


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
    """Does `tls` hold a certificate that says who we are?"""
    will: Message


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message of a topic that was subscribed to. `retained`: the broker had kept it."""

    topic: str
    payload: bytes
    retained: bool


class _Packed(Properties):
    """Properties that are packed once: paho does it for every message, at a tenth of the message's whole cost."""

    def pack(self) -> bytes:
        if "packed" not in self.__dict__:
            self.__dict__["packed"] = super().pack()  # type: ignore[no-untyped-call]
        packed: bytes = self.__dict__["packed"]
        return packed


class _Client(paho.Client):
    """paho's client with a TCP connect that `interrupt` can end, and without Nagle's delay.

    While `gathering`, what paho sends is kept, and goes out with `flush`: one system call for several messages.
    `blocked`: the last flush could not send all. Then nothing more may be gathered, which has no bound.
    """

    def __init__(self, interrupt: Interrupt, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._interrupt = interrupt
        self._gathered = bytearray()
        self.gathering = self.blocked = False

    def _sock_send(self, buf: Any) -> int:
        if self.gathering:
            self._gathered += buf
            return len(buf)
        if not self._flushed():
            raise BlockingIOError
        return super()._sock_send(buf)

    def _flushed(self) -> bool:
        """Send what was gathered; True when that was all. Raises OSError."""
        if self._gathered:
            # TLS wants to be asked again with the same bytes: more may follow them, none may go.
            del self._gathered[: super()._sock_send(self._gathered)]
        return not self._gathered

    def flush(self) -> None:
        """Send what was gathered, as far as the socket takes it: the rest when it can be written to."""
        try:
            self.blocked = not self._flushed()
        except BlockingIOError:
            self.blocked = True
        except OSError as error:
            raise LinkError("the network connection broke") from error

    def want_write(self) -> bool:
        """Is there more than the socket took?"""
        return bool(self._gathered) or super().want_write()

    def _create_socket_connection(self) -> socket.socket:
        failure: OSError = OSError("no address")
        for family, kind, proto, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            sock = socket.socket(family, kind, proto)
            try:
                self._interrupt.guard(sock)
                sock.settimeout(CONNECT_TIMEOUT_S)
                sock.connect(address)
                # A PUBLISH must not wait for the ACK of the one before.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except InterruptedError:
                sock.close()
                raise
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure


class PahoLink(Link):
    """One connection from CONNECT to its end. Used by one thread; only `interrupt` and `waker` reach in."""

    def __init__(self, settings: BrokerSettings, protocol: str, waker: Waker, interrupt: Interrupt) -> None:
        self._settings, self._protocol, self._waker, self._interrupt = settings, protocol, waker, interrupt
        self.acks: deque[tuple[int, str | None]] = deque()
        """(message id, why it was refused or None) of what the broker has answered."""
        self.arrived: deque[Arrived] = deque()
        """What was subscribed to and has come."""
        self.denied: deque[str] = deque()
        """Topics that the broker does not let us subscribe to."""
        self.receive_maximum = WINDOW
        self.maximum_packet_size: int | None = None
        self._subscribing: dict[int, str] = {}
        self._cached_properties: dict[tuple[int, str | None, int | None], Properties] = {}
        self._connack: ReasonCode | None = None
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
                properties=self._connect_properties(),
            )
        except (OSError, ValueError) as error:
            raise LinkError(reasons.unreachable(error, self._security())) from error
        connack = self._answer(answer_timeout_s)
        if connack.is_failure:
            name = connack.getName()
            kind = ProtocolRefusedError if name == "Unsupported protocol version" else LinkError
            raise kind(reasons.refusal(name, user=self._settings.credentials is not None))
        self._interrupt.release()

    def _answer(self, timeout_s: float) -> ReasonCode:
        deadline = time.monotonic() + timeout_s
        while self._connack is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise UnansweredError(f"no answer to CONNECT within {timeout_s:g} s")
            try:
                self.step(left)
            except LinkError as error:
                if self._connack is None:
                    raise UnansweredError(reasons.unanswered(self._security())) from error
        return self._connack

    def _security(self) -> reasons.Security:
        if self._settings.tls is None:
            return reasons.Security.PLAIN
        return reasons.Security.MUTUAL if self._settings.client_certificate else reasons.Security.TLS

    def send(self, message: Message) -> int | None:
        """Hand over: it goes out with the others, when `step` begins to wait."""
        if self._client.socket() is None:
            return None
        self._client.gathering = not self._client.blocked
        info = self._client.publish(
            message.topic,
            message.payload,
            message.qos,
            message.retain,
            self._properties(message, PacketTypes.PUBLISH),
        )
        self._client.gathering = False
        return info.mid if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    @property
    def congested(self) -> bool:
        """Does the socket take no more bytes now?"""
        self._client.flush()
        return self._client.want_write()

    @property
    def answered(self) -> bool:
        """Has the broker answered CONNECT, be it with a no?"""
        return self._connack is not None

    @property
    def subscribing(self) -> bool:
        """Has a subscription not been answered yet?"""
        return bool(self._subscribing)

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
        self._client.flush()
        for key, events in self._select(timeout_s):
            if key.fileobj is self._waker.receiver:
                self._waker.clear()
                continue
            if events & selectors.EVENT_READ:
                self._check(self._client.loop_read())
            if events & selectors.EVENT_WRITE:
                self._client.flush()
                self._check(self._client.loop_write())
        self._check(self._client.loop_misc())

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
            raise LinkError(self._ended or "the network connection broke")

    def _new_client(self) -> _Client:
        settings = self._settings
        client = _Client(
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
            will.topic, will.payload, will.qos, will.retain, self._properties(will, PacketTypes.WILLMESSAGE)
        )
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        return client

    def _connect_properties(self) -> Properties | None:
        if self._protocol != V5:
            return None
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = LARGEST_PACKET
        return properties

    def _properties(self, message: Message, packet: int) -> Properties | None:
        """The same few combinations go out by the thousand: each is made once."""
        if self._protocol != V5:
            return None
        key = (packet, message.content_type if message.payload else None, message.expiry_s)
        if key not in self._cached_properties:
            properties = _Packed(packet)  # type: ignore[no-untyped-call]
            if message.payload:
                properties.ContentType = message.content_type
            if message.expiry_s is not None:
                properties.MessageExpiryInterval = message.expiry_s
            self._cached_properties[key] = properties
        return self._cached_properties[key]

    def _on_connect(self, _client: object, _data: object, _flags: object, reason: ReasonCode, found: Any) -> None:
        self._connack = reason
        self.receive_maximum = getattr(found, "ReceiveMaximum", WINDOW)
        self.maximum_packet_size = getattr(found, "MaximumPacketSize", None)

    def _on_disconnect(
        self, _client: object, _data: object, flags: Any, reason: ReasonCode, _found: object
    ) -> None:
        # May be called twice for one connection: the first call has the reason.
        if self._ended is None:
            by_broker = flags.is_disconnect_packet_from_server
            self._ended = reasons.disconnection(reason.getName(), by_broker=by_broker)

    def _on_publish(self, _client: object, _data: object, mid: int, reason: ReasonCode, _found: object) -> None:
        self.acks.append((mid, reason.getName().lower() if reason.is_failure else None))

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        # A topic that is no UTF-8 has no name to answer to, and must not end the connection.
        with contextlib.suppress(UnicodeDecodeError):
            self.arrived.append(Arrived(message.topic, bytes(message.payload), bool(message.retain)))

    def _on_subscribe(
        self, _client: object, _data: object, mid: int, codes: list[ReasonCode], _found: object
    ) -> None:
        topic = self._subscribing.pop(mid, None)
        if topic is not None and any(code.is_failure for code in codes):
            self.denied.append(topic)
