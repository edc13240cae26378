"""An MQTT broker inside this process, for trying out: amqtt, on this machine's loopback address only.

It speaks MQTT 3.1.1 and keeps nothing. The only importer of amqtt.
"""

import asyncio
import contextlib
import logging
import socket
from threading import Event as Flag, Thread
from types import TracebackType
from typing import Any, Self

from edgeclassify.errors import UsageError

HOST = "127.0.0.1"
_STOP_TIMEOUT_S = 2.0
_START_TIMEOUT_S = 10.0
_ATTEMPTS = 3


class EmbeddedBroker:
    """A broker on a free port; anybody on this machine may connect. Usable as a context.

    Raises UsageError from `start` where amqtt is not installed or does not start.
    """

    def __init__(self) -> None:
        self.port = 0
        """The TCP port, after `start`."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._ready = Flag()
        self._stop: asyncio.Event | None = None
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start, and wait until it listens."""
        broker_class = _amqtt_broker()
        # amqtt logs every packet's way, and a client that asks for MQTT 5 as an error.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._thread = Thread(target=self._run, args=(broker_class,), name="embedded-broker", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_TIMEOUT_S) or self._failure is not None:
            self.stop()
            reason = self._failure or f"not ready within {_START_TIMEOUT_S:g} s"
            raise UsageError(f"the embedded broker does not start: {reason}") from self._failure
        return self

    def stop(self) -> None:
        """Close the connections and the port."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(_START_TIMEOUT_S)

    def _run(self, broker_class: Any) -> None:
        try:
            asyncio.run(self._serve(broker_class))
        except Exception as error:  # noqa: BLE001 - the thread's top: `start` reports it
            self._failure = error
            self._ready.set()

    async def _serve(self, broker_class: Any) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(
            lambda _loop, _context: None
        )  # amqtt leaves tasks of closed clients behind
        broker = await self._listening(broker_class)
        self._ready.set()
        await self._stop.wait()
        # It waits for clients whose CONNECT it never answered, for ever; the end of the loop ends them.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(broker.shutdown(), _STOP_TIMEOUT_S)

    async def _listening(self, broker_class: Any) -> Any:
        """A started broker. A port that looked free may be taken a moment later: then another is tried."""
        for attempt in range(_ATTEMPTS):
            self.port = _free_port()
            broker = broker_class(_configuration(self.port))
            try:
                await broker.start()
            except Exception:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return broker
        raise AssertionError("unreachable")


def _amqtt_broker() -> Any:
    try:
        from amqtt.broker import Broker
    except ImportError as error:
        raise UsageError(
            "the demo's broker needs amqtt, which is not installed: pip install 'edgeclassify[demo]'"
        ) from error
    return Broker


def _configuration(port: int) -> dict[str, Any]:
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
