"""A subscriber that prints what arrives: an MQTT client of its own, over TCP, as any consumer would be."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TextIO

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from rich.console import Console
from rich.text import Text

from edgeclassify.errors import PublishError, StorageError

CONNECT_TIMEOUT_S = 5.0
BrokenOutput = OSError | ValueError | StorageError
"""How a stream says that it takes no more."""


class _Console(Console):
    """rich ends the thread that meets a closed pipe: here the subscriber decides."""

    def on_broken_pipe(self) -> None:
        """Called where a BrokenPipeError is being handled: let it pass."""
        raise


class PrintingSubscriber:
    """Prints topic and payload of each message as it arrives. Usable as a context.

    `out`: a text stream, None for standard output. On a terminal there are colours, and a payload longer than
    the line is cut; elsewhere it is printed whole. `messages` keeps (topic, payload) of all, in order.
    A stream that breaks (a closed pipe, a full disk) ends the printing and is told to `on_broken`, once, in the
    thread of the MQTT client.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        topic: str = "edgeclassify/#",
        out: TextIO | None = None,
        on_broken: Callable[[BrokenOutput], None] = lambda _: None,
    ) -> None:
        self._host, self._port, self._topic = host, port, topic
        self._on_broken = on_broken
        self._broken = False
        self._console = _Console(file=out, highlight=False, soft_wrap=True)
        self.messages: list[tuple[str, bytes]] = []
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
        content = bytes(message.payload)
        self.messages.append((message.topic, content))
        self._print(self._line(message.topic, content))
        self._last_at = time.monotonic()

    def _print(self, line: Text) -> None:
        """In paho's thread, which an exception would end with a traceback."""
        if self._broken:
            return
        try:
            self._console.print(line)
        except (OSError, ValueError, StorageError) as error:
            self._broken = True
            self._on_broken(error)

    def _line(self, topic: str, content: bytes) -> Text:
        line = describe_message(topic, content.decode("utf-8", "replace"))
        if self._console.is_terminal:
            line.truncate(self._console.width, overflow="ellipsis")
        return line


def describe_message(topic: str, text: str) -> Text:
    """`topic  payload`, the levels before the last one dim, the payload by its kind."""
    text = text or "(removed)"
    parent, _, name = topic.rpartition("/")
    line = Text(no_wrap=True)
    line.append(f"{parent}/" if parent else "", style="dim").append(name, style="bold cyan").append("  ")
    line.append(text, style=_style(name, text))
    return line


def _style(name: str, text: str) -> str:
    if text in ("online", "ON"):
        return "green"
    if text in ("offline", "OFF", "(removed)"):
        return "red" if text == "offline" else "dim"
    return "yellow" if name in ("event", "history") else ""
