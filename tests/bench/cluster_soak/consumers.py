"""Who has had which event: a consumer with a session of its own at each broker, all in one process.

A session is kept by one broker, which may be the one that is killed: so there is one at each, and an event counts
as arrived when one of them has it. That is what a consumer does that must miss nothing.
"""

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.support.broker import HOST

SUBSCRIPTIONS = [("edgeclassify/+/+/event", 1), ("edgeclassify/+/+/history", 1)]


@dataclass(frozen=True)
class Found:
    """`messages`: all that came, on all connections; `events`: node → its numbers; `twice`: numbers of which two
    different events came; `waits_ms`: from the event to its first arrival, live ones alone."""

    messages: int
    events: dict[str, set[int]]
    twice: list[tuple[str, int]]
    waits_ms: list[float]


class Consumers:
    """One for each port."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ids: dict[str, dict[int, str]] = defaultdict(dict)
        self._twice: list[tuple[str, int]] = []
        self._waits: list[float] = []
        self._messages = 0
        self._lock = Lock()
        self._clients = [self._client(port) for port in ports]

    def _client(self, port: int) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"soak-consumer-{port}",
            protocol=MQTTProtocolVersion.MQTTv311,
            clean_session=False,
        )
        client.reconnect_delay_set(1, 2)
        client.on_connect = lambda client, *_: client.subscribe(SUBSCRIPTIONS)
        client.on_message = self._take
        client.connect_async(HOST, port)
        client.loop_start()
        return client

    def _take(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        body = json.loads(message.payload)
        _, node, _, kind = message.topic.split("/")
        seq, name = body["seq"], body["id"]
        with self._lock:
            self._messages += 1
            known = self._ids[node].get(seq)
            if known is None:
                self._ids[node][seq] = name
                if kind == "event":
                    self._waits.append((time.monotonic() - body["why"]["held_s"]) * 1e3)
            elif known != name:
                self._twice.append((node, seq))

    def messages(self) -> int:
        """How many have come."""
        return self._messages

    def found(self) -> Found:
        """All until now."""
        events = {node: set(ids) for node, ids in self._ids.items()}
        return Found(self._messages, events, self._twice, self._waits)

    def stop(self) -> None:
        """Disconnect; the sessions stay."""
        for client in self._clients:
            client.disconnect()
            client.loop_stop()


def run_consumers(pipe: Connection, ports: Sequence[int]) -> None:
    """The process: carries out what comes over the pipe, by the methods' names, until `stop`."""
    consumers = Consumers(ports)
    pipe.send("ready")
    while True:
        (name,) = pipe.recv()
        pipe.send(getattr(consumers, name)())
        if name == "stop":
            return
