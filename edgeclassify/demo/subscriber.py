"""A subscriber that hands on what arrives: an MQTT client of its own, over TCP, as any consumer would be."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edgeclassify.errors import PublishError, StorageError
from edgeclassify.watch.interface import Arrival

CONNECT_TIMEOUT_S = 5.0
BrokenOutput = OSError | ValueError | StorageError
"""How a stream says that it takes no more."""


class Subscriber:
    """Hands each message to `take`, in the thread of the MQTT client, as it arrives. Usable as a context.

    Where `take` meets a stream that breaks (a closed pipe, a full disk) it gets nothing more, and `on_broken` is
    told, once.
    """

    def __init__(
        self,
        host: str,
        port: int,
        take: Callable[[Arrival], None],
        *,
        topic: str = "edgeclassify/#",
        on_broken: Callable[[BrokenOutput], None] = lambda _: None,
    ) -> None:
        self._host, self._port, self._topic = host, port, topic
        self._take, self._on_broken = take, on_broken
        self._broken = False
        self._subscribed = threading.Event()
        self._last_at = time.monotonic()
        self._refused: str | None = None
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311, reconnect_on_failure=False
        )
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Connect and subscribe; returns when the broker has confirmed. Raises PublishError when it does not."""
        where = f"subscriber: broker {self._host}:{self._port}"
        try:
            self._client.connect(self._host, self._port)
        except OSError as error:
            raise PublishError(f"{where}: {error.strerror or error}. Is it running?") from error
        self._client.loop_start()
        if not self._subscribed.wait(CONNECT_TIMEOUT_S):
            self.stop()
            raise PublishError(f"{where}: {self._refused or 'no answer'}")
        return self

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def wait_quiet(self, *, quiet_s: float = 0.3, timeout_s: float = 3.0) -> None:
        """Wait until no message has come for `quiet_s` seconds, at most `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while (now := time.monotonic()) < deadline and now - self._last_at < quiet_s:
            time.sleep(0.02)

    def _on_connect(self, client: paho.Client, _data: object, _flags: object, reason: Any, _found: object) -> None:
        if reason.is_failure:
            self._refused = f"refused: {reason}"
        else:
            client.subscribe(self._topic, qos=1)

    def _on_subscribe(self, _client: object, _data: object, _mid: int, _reasons: object, _found: object) -> None:
        self._last_at = time.monotonic()
        self._subscribed.set()

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        """In paho's thread, which an exception would end with a traceback."""
        self._last_at = time.monotonic()
        if self._broken:
            return
        try:
            self._take(
                Arrival(
                    message.topic, bytes(message.payload), message.qos, message.retain, time.time(),
                    as_published=False,
                )
            )  # fmt: skip
        except (OSError, ValueError, StorageError) as error:
            self._broken = True
            self._on_broken(error)
