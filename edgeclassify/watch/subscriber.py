"""An MQTT client that listens, as any consumer would be, and can empty topics.

It has no thread of its own: `step` waits for the network and calls back, so what a callback raises comes out
there. A lost connection is made again, to the same server or to the next one, with back-off. Where the broker
speaks MQTT 5 it keeps what comes meanwhile.
"""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from edgeclassify.broker import failure_texts
from edgeclassify.broker.backoff import Backoff
from edgeclassify.broker.credentials import security_of
from edgeclassify.broker.servers import NotFound, Server, Servers
from edgeclassify.config import MqttConfig
from edgeclassify.errors import ConfigError, PublishError
from edgeclassify.watch.connection import (
    Connection,
    LostError,
    Subscription,
    UnansweredError,
    UnreachableError,
    UnsupportedError,
)
from edgeclassify.watch.interface import Arrival, LinkChange

STABLE_S = 10.0
"""A connection that lasts so long has not failed."""
_Failure = tuple[Server, LostError]


class Subscriber:
    """Listens: decides on server and version of MQTT, and when to try again. Used by one thread, or as a context.

    Of `config` the servers, protocol, user, password and TLS count. `start` raises ConfigError for a password or
    TLS file that can't be used, PublishError for a broker that can't be; later `on_link` is told when the
    connection goes and comes. `servers`: in place of those of the config.
    """

    def __init__(
        self,
        config: MqttConfig,
        wanted: Subscription,
        *,
        on_arrival: Callable[[Arrival], None],
        on_link: Callable[[LinkChange], None] = lambda _: None,
        backoff: Backoff | None = None,
        servers: Servers | None = None,
    ) -> None:
        if not config.enabled:
            raise ConfigError(
                "mqtt.enabled: expected true, for a command that listens to the broker, found false. Name another "
                "config by --config."
            )
        self._config, self._wanted = config, wanted
        self._on_arrival, self._on_link = on_arrival, on_link
        self._backoff = backoff or Backoff(cap_s=10.0, stable_s=STABLE_S)
        self._servers = servers or Servers.of(config, socket.gethostname())
        self._round: Iterator[Server | NotFound] | None = None
        self._failures: list[_Failure] = []
        self._speaks_5: dict[Server, bool] = {}
        self._connection: Connection | None = None
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

    @property
    def servers(self) -> str:
        """All that may be gone to, as they are shown to people."""
        return self._servers.described

    @property
    def server(self) -> str:
        """The server that we are connected to, or tried last, as it is shown to people; "": none yet."""
        return "" if self._connection is None else str(self._connection.server)

    @property
    def resumed(self) -> bool:
        """True where the broker still had what came since the connection before."""
        return self._there.session_kept

    def start(self) -> Self:
        """Connect and subscribe; returns when the broker has confirmed both."""
        self._round, self._failures = self._servers.round(), []
        while self._connected_at is None:
            if not self._try_next():
                raise PublishError(self._said(self._failures))
        return self

    def stop(self) -> None:
        """Disconnect; the broker keeps nothing for us any longer."""
        if self._connection is not None:
            self._connection.close()
        self._connected_at = None

    def step(self, timeout_s: float) -> None:
        """Wait at most about `timeout_s` for the network, and call back for what came; connect again when due."""
        if self._connected_at is None:
            self._try_again(timeout_s)
            return
        try:
            self._there.wait(timeout_s)
        except LostError as error:
            self._lost(error, time.monotonic() - self._connected_at)

    def acknowledge(self, arrival: Arrival) -> None:
        """The broker may forget what has come: of a subscription that resumes."""
        self._there.acknowledge(arrival)

    def empty(self, topic: str) -> int:
        """Ask the broker to forget the retained message of a topic, in the `step` that follows; returns a number.

        Who may read the topic gets the empty message when it is done; for who may not there is `granted`.
        """
        return self._there.empty(topic)

    def send(self, topic: str, payload: bytes) -> None:
        """Publish a message, in the `step` that follows."""
        self._there.send(topic, payload)

    def probe(self) -> int:
        """Ask the broker for an answer, in the `step` that follows; returns a number for `granted`.

        It comes behind what the broker had sent before; after a lost connection never.
        """
        return self._there.probe()

    def granted(self, number: int) -> bool | None:
        """True where the broker has taken an `empty`, or answered a `probe`; None: no answer yet.

        With 3.1.1 it can't say no.
        """
        return self._there.granted(number)

    @property
    def _there(self) -> Connection:
        assert self._connection is not None, "start() comes first"
        return self._connection

    # --- connecting ------------------------------------------------------------------------------------

    def _lost(self, error: LostError, lasted_s: float) -> None:
        """The connection is gone. One that ended within seconds has failed: the next server is tried at once."""
        self._connected_at = None
        self._backoff.connected_for(lasted_s)
        if lasted_s >= STABLE_S:
            self._servers.works(self._there.server)
            self._pause()
        self._on_link(LinkChange(False, self._servers.named(str(error)), time.time()))

    def _pause(self) -> None:
        self._round = None
        self._retry_at = time.monotonic() + self._backoff.next_s()

    def _try_again(self, timeout_s: float) -> None:
        if self._round is None:
            wait_s = self._retry_at - time.monotonic()
            if wait_s > 0:
                time.sleep(min(wait_s, timeout_s))
                return
            self._round = self._servers.round()
        if not self._try_next():
            if self._failures:
                self._on_link(LinkChange(False, self._reasons(self._failures), time.time()))
            self._failures = []
            self._pause()
        elif self._connected_at is not None:
            kept = self._there.session_kept
            self._on_link(LinkChange(True, "", time.time(), complete=kept, server=self.server))

    def _try_next(self) -> bool:
        """The next server of the round; False where there is none."""
        found = None if self._round is None else next(self._round, None)
        if found is None:
            return False
        try:
            if isinstance(found, NotFound):
                text = failure_texts.unreachable(found.error, security_of(self._config), found.server.host)
                raise UnreachableError(text)
            self._open(found)
        except LostError as error:
            self._failures.append((found.server if isinstance(found, NotFound) else found, error))
        else:
            self._connected_at, self._failures = time.monotonic(), []
        return True

    def _open(self, server: Server) -> None:
        known = self._speaks_5.get(server)
        v5 = self._config.protocol != "3.1.1" if known is None else known
        try:
            self._go_to(server, v5=v5).open()
        except UnsupportedError as error:
            unsaid = isinstance(error, UnansweredError)
            # Of 3.1.1 a group has nothing: it asks for 5 again.
            if self._config.protocol != "auto" or known is not None or (unsaid and self._wanted.is_shared):
                raise
            v5 = False
            self._go_to(server, v5=v5).open()
            if unsaid:
                return  # next time it is asked for 5 again: it may have been in its start
        self._speaks_5[server] = v5

    def _go_to(self, server: Server, *, v5: bool) -> Connection:
        """The connection there was, where it is such a one: MQTT 5 keeps what came meanwhile."""
        connection = self._connection
        if connection is None or (connection.server, connection.v5) != (server, v5):
            if connection is not None:
                connection.close()
            connection = Connection(self._config, server, self._wanted, v5=v5, on_arrival=self._on_arrival)
            self._connection = connection
        return connection

    # --- what is said of it ------------------------------------------------------------------------------

    def _said(self, failures: Sequence[_Failure]) -> str:
        told = self._told(failures)
        if len(told) == 1:
            ((server, reason),) = told
            return f"broker {server}: {reason}"
        lines = (f"  {server}: {reason}" for server, reason in told)
        return "\n".join(["no server of the broker lets us in:", *lines])

    def _reasons(self, failures: Sequence[_Failure]) -> str:
        told = self._told(failures)
        return told[0][1] if len(told) == 1 else "; ".join(f"{server}: {reason}" for server, reason in told)

    def _told(self, failures: Sequence[_Failure]) -> list[tuple[str, str]]:
        """(server, reason) of each, the same of several addresses once; not of an address at which nobody listens
        where another one of its name answers."""
        answering = {server.name for server, error in failures if not isinstance(error, UnreachableError)}
        found = dict[tuple[str, str], str]()
        for server, error in failures:
            if not (isinstance(error, UnreachableError) and server.name in answering):
                found.setdefault((server.name, self._servers.named(str(error))), str(server))
        alone = len({name for name, _ in found}) == len(found)
        return [(name if alone else shown, reason) for (name, reason), shown in found.items()]
