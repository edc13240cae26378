"""What has come on one connection: paho's callbacks put it in, whoever drives the connection takes it out."""

import contextlib
from collections import deque
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from edgeclassify.broker import failure_texts
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.mqtt.link.client import Client

WINDOW = 20
"""Unacknowledged messages at a time; a broker's smaller receive maximum wins."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message of a topic that was subscribed to. `retained`: the broker had kept it."""

    topic: str
    payload: bytes
    retained: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What the broker offers; a broker of MQTT 3.1.1 can't say so.

    `receive_maximum`: unacknowledged messages at a time; `maximum_packet_size`: bytes, None: it has not said.
    """

    keepalive_s: float
    receive_maximum: int = WINDOW
    maximum_packet_size: int | None = None
    maximum_qos: int = 1
    keeps_retained: bool = True
    knows_wildcards: bool = True

    @classmethod
    def of(cls, found: Any, keepalive_s: float) -> "Offer":
        """By the properties of the answer to CONNECT; `keepalive_s`: what we have asked for."""
        return cls(
            # 0: the broker wants none. A dead connection is noticed all the same, by what it does not acknowledge.
            keepalive_s=float(getattr(found, "ServerKeepAlive", 0) or keepalive_s),
            receive_maximum=getattr(found, "ReceiveMaximum", WINDOW),
            maximum_packet_size=getattr(found, "MaximumPacketSize", None),
            maximum_qos=getattr(found, "MaximumQoS", 1),
            keeps_retained=bool(getattr(found, "RetainAvailable", 1)),
            knows_wildcards=bool(getattr(found, "WildcardSubscriptionAvailable", 1)),
        )


class Received:
    """Used by one thread. `keepalive_s`: what we ask for."""

    def __init__(self, keepalive_s: float) -> None:
        self.acks: deque[tuple[int, str | None]] = deque()
        """(message id, why it was refused or None) of what the broker has answered."""
        self.arrived: deque[Arrived] = deque()
        """What was subscribed to and has come."""
        self.denied: deque[tuple[str, str]] = deque()
        """(topic, reason) of what the broker does not let us subscribe to."""
        self.skipped: deque[tuple[str, int]] = deque()
        """(topic, bytes) of messages that are too large to be taken."""
        self.offer = Offer(keepalive_s)
        self.connack: ReasonCode | None = None
        """The answer to CONNECT."""
        self.said = ""
        """What the broker has added to it in words."""
        self.end: str | None = None
        """Why the connection has ended, where that was told."""
        self._subscribing: dict[int, str] = {}
        self._unproven: list[int] = []  # sent with QoS 0 because the broker takes no more
        self._proven_by_ping: list[int] | None = None

    def listen(self, client: Client) -> None:
        """Take all that comes to this client."""
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.skipped = lambda topic, size: self.skipped.append((topic, size))
        client.pinged = self._on_pinged

    # --- what is due ---------------------------------------------------------------------------------

    @property
    def subscribing(self) -> list[str]:
        """The subscriptions that have not been answered yet, in the order in which they were asked for."""
        return list(self._subscribing.values())

    def subscription_goes(self, mid: int, topic: str) -> None:
        """A topic is asked for."""
        self._subscribing[mid] = topic

    def message_goes(self, mid: int) -> None:
        """A message is sent."""
        if self.offer.maximum_qos == 0:
            self._unproven.append(mid)

    def ping_goes(self) -> bool:
        """True where a ping is to be sent now.

        Of what went out with QoS 0 in place of 1 all has arrived when a ping sent after it is answered.
        """
        if not self._unproven or self._proven_by_ping is not None:
            return False
        self._proven_by_ping, self._unproven = self._unproven, []
        return True

    # --- paho's callbacks ------------------------------------------------------------------------------

    def _on_connect(self, _client: object, _data: object, _flags: object, reason: ReasonCode, found: Any) -> None:
        self.connack = reason
        self.said = failure_texts.said(found)
        self.offer = Offer.of(found, self.offer.keepalive_s)

    def _on_disconnect(
        self, _client: object, _data: object, flags: Any, reason: ReasonCode, found: object
    ) -> None:
        # May be called twice for one connection: the first call has the reason.
        if self.end is None:
            by_broker = flags.is_disconnect_packet_from_server
            end = failure_texts.disconnection(reason.getName(), by_broker=by_broker)
            self.end = end + failure_texts.said(found)

    def _on_publish(self, _client: object, _data: object, mid: int, reason: ReasonCode, _found: object) -> None:
        if self.offer.maximum_qos > 0:  # else it is only written: a ping proves the rest
            self.acks.append((mid, reason.getName().lower() if reason.is_failure else None))

    def _on_pinged(self) -> None:
        self.acks.extend((mid, None) for mid in self._proven_by_ping or ())
        self._proven_by_ping = None

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
