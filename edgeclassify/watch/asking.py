"""Asks a node over MQTT, and waits for its answer."""

import json
import secrets
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from edgeclassify.config import MqttConfig
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import PublishError
from edgeclassify.types import Command
from edgeclassify.watch.connection import Subscription
from edgeclassify.watch.interface import Arrival
from edgeclassify.watch.subscriber import Subscriber

ANSWER_S = 15.0
"""How long an answer may take."""


class Asker:
    """Asks one node. Used by one thread, as a context; entering it connects, and raises as Subscriber does."""

    def __init__(self, config: MqttConfig, node: str, *, answer_s: float = ANSWER_S) -> None:
        self._topics = Topics(config.prefix, node)
        self._node, self._answer_s = node, answer_s
        wanted = Subscription([(self._topics.response("+"), 1), (self._topics.status, 1)])
        self._subscriber = Subscriber(config, wanted, on_arrival=self._take)
        self._status = ""
        self._transaction = ""
        self._answer: Mapping[str, Any] | None = None

    def __enter__(self) -> Self:
        self._subscriber.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._subscriber.stop()

    def ask(self, command: Command, body: Mapping[str, Any]) -> dict[str, Any]:
        """The data of the answer. Raises PublishError where none comes, or the node says what is wrong."""
        self._answer, self._transaction = None, secrets.token_hex(8)
        payload = json.dumps({**body, "transaction": self._transaction}).encode()
        self._subscriber.send(self._topics.request(command), payload)
        deadline = time.monotonic() + self._answer_s
        while self._answer is None and time.monotonic() < deadline and self._status != "offline":
            self._subscriber.step(0.2)
        answer = self._answer
        if answer is None:
            raise PublishError(f"broker {self._subscriber.server}: {self._silence()}")
        if answer.get("status") != "ok" or not isinstance(answer.get("data"), dict):
            raise PublishError(f"node {self._node}: {answer.get('error')}")
        return dict(answer["data"])

    def _silence(self) -> str:
        if self._status == "offline":
            return f"node {self._node} is offline"
        if not self._status:
            return f"no node {self._node} is known there. `edgeclassify watch` shows those that are"
        return (
            f"node {self._node} gave no answer within {self._answer_s:g} s. Does it obey requests "
            "(commands.enabled, commands.allow in its config), and does the broker's ACL let them pass?"
        )

    def _take(self, arrival: Arrival) -> None:
        if arrival.topic == self._topics.status:
            self._status = arrival.payload.decode("utf-8", "replace")
            return
        try:
            body = json.loads(arrival.payload)
        except (ValueError, RecursionError):
            return
        if isinstance(body, dict) and body.get("transaction") == self._transaction:
            self._answer = body
