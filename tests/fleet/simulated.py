"""Nodes that are played over one connection: each says what a real one says, and answers as its part tells it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.types import ModelInfo
from tests.publish.records import health, info
from tests.support.broker import HOST
from tests.support.waiting import patient, wait_for

PREFIX = "edgeclassify"
Part = Callable[["SimulatedNodes", str, str, dict[str, Any]], None]
"""What is done with a request: the nodes, the name of the one that is asked, the command, the request."""


def obeys(nodes: "SimulatedNodes", name: str, command: str, request: dict[str, Any]) -> None:
    """Does it."""
    nodes.answer(name, command, request["transaction"], data={"view": request.get("view", "gate")})


def refuses(error: str) -> Part:
    """Says what is wrong."""
    return lambda nodes, name, command, request: nodes.answer(name, command, request["transaction"], error=error)


def is_silent(nodes: "SimulatedNodes", name: str, command: str, request: dict[str, Any]) -> None:
    """Gives no answer."""


class SimulatedNodes:
    """`parts`: how a node behaves that does not just obey. `asked`: node, command and request, as they came."""

    def __init__(self, port: int, names: Sequence[str], **parts: Part) -> None:
        self.names, self.parts = list(names), {name.replace("_", "-"): part for name, part in parts.items()}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(1000)
        self._client.on_message = self._on_message
        self._subscribed: list[bool] = []
        self._client.on_connect = lambda client, *_: client.subscribe([(f"{PREFIX}/+/request/+", 1)])
        self._client.on_subscribe = lambda *_: self._subscribed.append(True)
        self._client.reconnect_delay_set(1, 1)
        self._port = port

    def __enter__(self) -> "SimulatedNodes":
        self._client.connect(HOST, self._port)
        self._client.loop_start()
        wait_for(lambda: self._subscribed)
        for name in self.names:
            self.announce(name)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def announce(
        self, name: str, *, version: str = "1.4.0", sha256: str = "ab" * 32, views: Sequence[str] = ("gate",)
    ) -> None:
        """What it says on connecting, as far as orders look at it."""
        topics = Topics(PREFIX, name)
        model = ModelInfo("mobilenet_v2", "/models/m.tflite", sha256, "litert 2.3.0", 1001, 224, 224)
        self.send(
            outgoing.info_message(topics, replace(info(), version=version, models=(model,), views=tuple(views)))
        )
        self.send(outgoing.health_message(topics, health(webhook_connected=None)))
        self.presence(name, True)

    def presence(self, name: str, online: bool) -> None:
        """It, or its broker, says so."""
        self.send(outgoing.status_message(Topics(PREFIX, name), online))

    def answer(
        self,
        name: str,
        command: str,
        transaction: Any,
        *,
        data: dict[str, Any] | None = None,
        error: str | None = None,
    ) -> None:
        """As a node answers."""
        body = {"v": 1, "transaction": transaction, "status": "ok" if error is None else "error"}
        payload = json.dumps({**body, "data": data or {}, "error": error}).encode()
        self.pass_on(Topics(PREFIX, name).response(command), payload)

    def pass_on(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish, and wait for nothing: a part is played in the thread that hears of what has arrived."""
        self._client.publish(topic, payload, 1, retain)

    def send(self, message: Message) -> None:
        """Publish; the broker has it when this returns."""
        sent = self._client.publish(message.topic, message.payload, message.qos, message.retain)
        sent.wait_for_publish(patient(10))

    def of(self, name: str) -> list[dict[str, Any]]:
        """The requests that a node has had."""
        return [request for node, _, request in self.asked if node == name]

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        _, name, _, command = message.topic.split("/")
        if name not in self.names:
            return
        request = json.loads(message.payload)
        self.asked.append((name, command, request))
        self.parts.get(name, obeys)(self, name, command, request)
