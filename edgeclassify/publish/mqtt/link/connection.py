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
from collections.abc import Mapping

from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from edgeclassify.broker import failure_texts
from edgeclassify.contract.outgoing import Message
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.mqtt.link.client import CONNECT_TIMEOUT_S, Client
from edgeclassify.publish.mqtt.link.failures import (
    LinkError,
    NoBrokerError,
    ProtocolRefusedError,
    UnansweredError,
    UnreachableError,
    WhoRefusedError,
    WillRefusedError,
)
from edgeclassify.publish.mqtt.link.interface import Link
from edgeclassify.publish.mqtt.link.properties import MessageProperties
from edgeclassify.publish.mqtt.link.protocols import V5, V311
from edgeclassify.publish.mqtt.link.received import Offer, Received
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import SocketWait, Waker

_PROTOCOLS = {V5: MQTTProtocolVersion.MQTTv5, V311: MQTTProtocolVersion.MQTTv311}
_GOODBYE_S = 0.2

_REFUSALS: Mapping[str, type[LinkError]] = {
    "Unsupported protocol version": ProtocolRefusedError,
    **dict.fromkeys(
        ("Client identifier not valid", "Bad user name or password", "Not authorized", "Banned"), WhoRefusedError
    ),
}


class PahoLink(Link):
    """One connection from CONNECT to its end. Used by one thread; only `interrupt` and `waker` reach in.

    Whole, since all it does is drive one client of paho.
    """

    def __init__(self, settings: BrokerSettings, protocol: str, waker: Waker, interrupt: ConnectInterrupt) -> None:
        self._settings, self._interrupt = settings, interrupt
        self.server = settings.server
        self.protocol, self.mqtt5 = protocol, protocol == V5
        self.received = Received(float(settings.keepalive_s))
        self._properties = MessageProperties(mqtt5=self.mqtt5)
        self._wait = SocketWait(waker)
        self._client = _client_for(settings, protocol, self._properties, interrupt)
        self.received.listen(self._client)

    @property
    def offer(self) -> Offer:
        """What the broker offers, once it has answered."""
        return self.received.offer

    def open(self, answer_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        """Connect, and wait for the broker's yes. Raises LinkError with the reason."""
        host, port = self.server.host, self.server.port
        try:
            self._client.connect(host, port, self._settings.keepalive_s, properties=self._properties.of_connect())
        except (OSError, ValueError) as error:
            found = LinkError if isinstance(error, ssl.SSLError) else UnreachableError
            raise found(failure_texts.unreachable(error, self._settings.security, host)) from error
        connack = self._answer(answer_timeout_s)
        if connack.is_failure:
            name = connack.getName()
            text = failure_texts.refusal(name, user=self._settings.credentials is not None) + self.received.said
            if name in ("Retain not supported", "QoS not supported"):
                raise WillRefusedError(text, retain=name.startswith("Retain"))
            raise _REFUSALS.get(name, LinkError)(text)
        self.maximum_packet_size = self.offer.maximum_packet_size
        self._interrupt.release()

    def _answer(self, timeout_s: float) -> ReasonCode:
        deadline = time.monotonic() + timeout_s
        while self.received.connack is None:
            left = deadline - time.monotonic()
            if left <= 0:
                self._check_begin()
                raise UnansweredError(f"no answer to CONNECT within {timeout_s:g} s")
            try:
                self.step(left)
            except LinkError as error:
                if self.received.connack is None:
                    self._check_begin()
                    text = failure_texts.unanswered(self._settings.security)
                    raise UnansweredError(text, closed=True) from error
        return self.received.connack

    def _check_begin(self) -> None:
        """Raises LinkError where something has come, and it is no answer to CONNECT."""
        if not self._client.is_broker:
            raise NoBrokerError(failure_texts.no_broker(self._client.begin, self._settings.security))
        if self._client.malformed:
            raise ProtocolRefusedError(failure_texts.bad_answer(self._client.begin))

    def send(self, message: Message) -> int | None:
        """Hand over: it goes out with the others, when `step` begins to wait."""
        if self._client.socket() is None:
            return None
        self._client.gathering = not self._client.blocked
        qos = min(message.qos, self.offer.maximum_qos)
        info = self._client.publish(
            message.topic,
            message.payload,
            qos,
            message.retain and self.offer.keeps_retained,
            self._properties.of(message),
        )
        self._client.gathering = False
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return None
        self.received.message_goes(info.mid)
        return info.mid

    @property
    def congested(self) -> bool:
        """True while the socket takes no more bytes."""
        self._flush()
        return self._client.want_write()

    @property
    def answered(self) -> bool:
        """True once the broker has answered CONNECT, be it with a no."""
        return self.received.connack is not None

    @property
    def skipping(self) -> bool:
        """True while a message is thrown away that is too large."""
        return self._client.skipping

    def subscribe(self, topic: str) -> None:
        """Ask for a topic: what comes is `received`, and also where that is refused."""
        _, mid = self._client.subscribe(topic, qos=1)
        if mid is not None:
            self.received.subscription_goes(mid, topic)

    def unsubscribe(self, topic: str) -> None:
        """Ask for no more of a topic."""
        self._client.unsubscribe(topic)

    def step(self, timeout_s: float) -> None:
        """Wait for the network or the waker, and do what is due. Raises LinkError when the connection is gone."""
        self._flush()
        if self.received.ping_goes():
            self._client.ping()
        sock = self._client.socket()
        if sock is None:
            raise LinkError(self._end)
        ready = self._wait.wait(sock, writing=self._client.want_write(), timeout_s=timeout_s)
        if ready & selectors.EVENT_READ:
            self._check(self._client.loop_read())
        if ready & selectors.EVENT_WRITE:
            self._flush()
            self._check(self._client.loop_write())
        self._check(self._client.loop_misc())

    def _flush(self) -> None:
        try:
            self._client.flush()
        except OSError as error:
            raise LinkError("the network connection broke") from error

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
        self._wait.close()

    def _check(self, rc: MQTTErrorCode) -> None:
        if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or self._client.socket() is None:
            if self._client.malformed:
                raise LinkError("the broker sent what is no MQTT: the connection is given up")
            raise LinkError(self._end)

    @property
    def _end(self) -> str:
        return self.received.end or "the network connection broke"


def _client_for(
    settings: BrokerSettings, protocol: str, properties: MessageProperties, interrupt: ConnectInterrupt
) -> Client:
    client = Client(
        interrupt,
        CallbackAPIVersion.VERSION2,
        client_id=settings.client_id,
        protocol=_PROTOCOLS[protocol],
        clean_session=None if protocol == V5 else True,
        reconnect_on_failure=False,
    )
    client.address = settings.server.address
    client.connect_timeout = CONNECT_TIMEOUT_S
    # The session's window bounds what is in flight: with a limit of its own paho would keep a queue.
    client.max_inflight_messages_set(0)
    if settings.credentials is not None:
        client.username_pw_set(settings.credentials.username, settings.credentials.password)
    if settings.tls is not None:
        client.tls_set_context(settings.tls)
    if (will := settings.will) is not None:
        client.will_set(
            will.topic, will.payload, will.qos, will.retain, properties.of(will, PacketTypes.WILLMESSAGE)
        )
    return client
