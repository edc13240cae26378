"""The consumer: a persistent MQTT 5 session that keeps every event in the order in which it came."""

import json
import threading

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.faults.verdict import Arrival
from tests.support.broker import HOST
from tests.support.waiting import patient

SESSION_EXPIRY_S = 86_400


class Subscriber:
    """Connects straight to the broker, and again when that was gone."""

    def __init__(self, port: int, prefix: str) -> None:
        self.arrivals: list[Arrival] = []
        self._subscribed = threading.Event()
        self._port, self._prefix = port, prefix
        client = paho.Client(CallbackAPIVersion.VERSION2, "fault-subscriber", protocol=MQTTProtocolVersion.MQTTv5)
        client.reconnect_delay_set(0.05, 0.05)  # type: ignore[arg-type]  # it waits with any number
        client.on_connect = self._on_connect
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._on_message
        self._client = client

    def start(self) -> "Subscriber":
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        self._client.connect(HOST, self._port, 20, clean_start=False, properties=properties)
        self._client.loop_start()
        self.await_subscription()
        return self

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def forget_subscription(self) -> None:
        """The broker is gone: from now on wait for the next subscription."""
        self._subscribed.clear()

    def await_subscription(self, timeout_s: float = patient(20.0)) -> None:
        assert self._subscribed.wait(timeout_s), "the subscriber could not subscribe"

    def _on_connect(self, client: paho.Client, *_: object) -> None:
        client.subscribe([(f"{self._prefix}/+/event", 1), (f"{self._prefix}/+/history", 1)])

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        *_, view, topic = message.topic.split("/")
        self.arrivals.append(Arrival(topic, view, json.loads(message.payload)))
