"""An MQTT client that listens, as any consumer would be, and can empty topics.

It has no thread of its own: `step` waits for the network and calls back, so what a callback raises comes out
there. A lost connection is made again, with back-off. Where the broker speaks MQTT 5 it keeps what comes
meanwhile.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import MqttConfig
from edgeclassify.errors import ConfigError, PublishError
from edgeclassify.watch.connection import Connection, LostError, Subscription, UnsupportedError
from edgeclassify.watch.interface import Arrival, LinkChange


class Subscriber:
    """Listens: decides on the version of MQTT, and when to try again. Used by one thread; usable as a context.

    Of `config` host, port, protocol, user, password and TLS count. `start` raises ConfigError for a password or
    TLS file that can't be used, PublishError for a broker that can't be; later `on_link` is told when the
    connection goes and comes.
    """

    def __init__(
        self,
        config: MqttConfig,
        wanted: Subscription,
        *,
        on_arrival: Callable[[Arrival], None],
        on_link: Callable[[LinkChange], None] = lambda _: None,
        backoff: Backoff | None = None,
    ) -> None:
        if not config.enabled:
            raise ConfigError(
                "mqtt.enabled: expected true, for a command that listens to the broker, found false. Name another "
                "config by --config."
            )
        self._config, self._wanted = config, wanted
        self._on_arrival, self._on_link = on_arrival, on_link
        self._backoff = backoff or Backoff(cap_s=10.0)
        self._connection = self._new_connection(v5=config.protocol != "3.1.1")
        self._connected_at: float | None = None
        self._retry_at = 0.0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def connected(self) -> bool:
        """True while the broker has accepted us and our subscriptions."""
        return self._connected_at is not None

    def start(self) -> Self:
        """Connect and subscribe; returns when the broker has confirmed both."""
        try:
            try:
                self._open()
            except UnsupportedError:
                if self._config.protocol != "auto":
                    raise
                self._connection = self._new_connection(v5=False)
                self._open()
        except LostError as error:
            raise PublishError(f"broker {self._config.host}:{self._config.port}: {error}") from error
        return self

    def stop(self) -> None:
        """Disconnect; the broker keeps nothing for us any longer."""
        self._connection.close()
        self._connected_at = None

    def step(self, timeout_s: float) -> None:
        """Wait at most about `timeout_s` for the network, and call back for what came; connect again when due."""
        if self._connected_at is None:
            self._try_again(timeout_s)
            return
        try:
            self._connection.wait(timeout_s)
        except LostError as error:
            self._backoff.connected_for(time.monotonic() - self._connected_at)
            self._lost(str(error))

    def acknowledge(self, arrival: Arrival) -> None:
        """The broker may forget what has come: of a subscription that resumes."""
        self._connection.acknowledge(arrival)

    def empty(self, topic: str) -> int:
        """Ask the broker to forget the retained message of a topic, in the `step` that follows; returns a number.

        Who may read the topic gets the empty message when it is done; for who may not there is `granted`.
        """
        return self._connection.empty(topic)

    def send(self, topic: str, payload: bytes) -> None:
        """Publish a message, in the `step` that follows."""
        self._connection.send(topic, payload)

    def granted(self, number: int) -> bool | None:
        """True where the broker has taken an `empty`; None: no answer yet. With 3.1.1 it can't say no."""
        return self._connection.granted(number)

    def _new_connection(self, *, v5: bool) -> Connection:
        return Connection(self._config, self._wanted, v5=v5, on_arrival=self._on_arrival)

    def _open(self) -> None:
        self._connection.open()
        self._connected_at = time.monotonic()

    def _lost(self, reason: str) -> None:
        self._connected_at = None
        self._retry_at = time.monotonic() + self._backoff.next_s()
        self._on_link(LinkChange(False, reason, time.time()))

    def _try_again(self, timeout_s: float) -> None:
        wait_s = self._retry_at - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            return
        try:
            self._open()
        except LostError as error:
            self._lost(str(error))
        else:
            self._on_link(LinkChange(True, "", time.time(), complete=self._connection.session_kept))
