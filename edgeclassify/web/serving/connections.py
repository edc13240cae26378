"""The connections there are, and how many there may be."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

from uvicorn import Config
from uvicorn.server import ServerState

from edgeclassify.web.serving.connection import BoundedConnection

HANDSHAKE_S = 10.0
FULL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
ACCEPT_PAUSE_S = 0.5
"""After an accept that failed: the process may have too many files open."""


class Connections:
    """Used by the server's loop alone. `most`: at a time; of one address half of them.

    Drop policy: where there are too many, the one that has been idle for longest goes; where all are busy, the
    newest is refused. `shares`: whether an address is one that many may come from, and has no share of its own.
    """

    def __init__(
        self, config: Config, most: int, *, tls: ssl.SSLContext | None, shares: Callable[[str], bool]
    ) -> None:
        self._config, self._most, self._tls, self._shares = config, most, tls, shares
        self.state = ServerState()
        self._open: dict[BoundedConnection, str] = {}
        self._shaking: set[asyncio.Task[None]] = set()
        self._of = Counter[str]()

    async def accept(self, listener: socket.socket) -> None:
        """Take what comes, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, peer = await loop.sock_accept(listener)
            except OSError:
                await asyncio.sleep(ACCEPT_PAUSE_S)
                continue
            address = str(peer[0])
            if not self._has_room(address):
                self._refuse(accepted)
                continue
            self._of[address] += 1
            task = loop.create_task(self._begin(accepted, address))
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)

    async def end(self, grace_s: float) -> None:
        """End all of them: answers that are nearly done have a moment, streams do not keep anybody."""
        for task in self._shaking:
            task.cancel()
        tasks = set(self.state.tasks)
        if tasks:
            _, tasks = await asyncio.wait(tasks, timeout=grace_s)
        for connection in list(self._open):
            connection.abort()
        for answer in tasks:
            answer.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=grace_s)

    async def _begin(self, accepted: socket.socket, address: str) -> None:
        connection = BoundedConnection(self._config, self.state, self._ended)
        self._open[connection] = address
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_S if self._tls else None,
                ssl_shutdown_timeout=1.0 if self._tls else None,
            )
        except BaseException as error:
            accepted.close()
            self._ended(connection)
            if not isinstance(error, OSError | TimeoutError):
                raise

    def _ended(self, connection: BoundedConnection) -> None:
        if (address := self._open.pop(connection, None)) is not None:
            self._of[address] -= 1
            self._of += Counter()  # forgets who has none

    def _has_room(self, address: str) -> bool:
        """Room for one more, if need be by what is idle."""
        if not self._shares(address) and self._of[address] >= max(4, self._most // 2):
            return self._drop_idle(lambda other: other == address)
        return len(self._open) < self._most or self._drop_idle(lambda _: True)

    def _drop_idle(self, is_meant: Callable[[str], bool]) -> bool:
        idle = list(self._idle(is_meant))
        if not idle:
            return False
        oldest = min(idle, key=lambda connection: connection.idle_since)
        oldest.abort()
        self._ended(oldest)
        return True

    def _idle(self, is_meant: Callable[[str], bool]) -> Iterator[BoundedConnection]:
        return (one for one, address in self._open.items() if one.is_idle and one.transport and is_meant(address))

    def _refuse(self, accepted: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is None:
                accepted.send(FULL)
            accepted.shutdown(socket.SHUT_WR)
        accepted.close()
