"""A browser's connection: uvicorn's, with an end for those that send or read too slowly."""

import asyncio
import time
from collections.abc import Callable

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

HEAD_S = 10.0
"""How long a request's head may take, from the connection's begin, or the end of the answer before, on."""
STALL_S = 20.0
"""How long a browser may read nothing of what it was sent."""
PIECE = 16 * 1024
BUFFERED = 64 * 1024
"""Bytes that wait in the process for a browser to read; more are not made."""


class BoundedConnection(H11Protocol):
    """Used by the server's loop. `on_end`: when it is over."""

    def __init__(self, config: Config, state: ServerState, on_end: Callable[["BoundedConnection"], None]) -> None:
        super().__init__(config, state, {})
        self._on_end = on_end
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self.idle_since = time.monotonic()

    @property
    def is_idle(self) -> bool:
        """True while no answer is being made."""
        return self.cycle is None or self.cycle.response_complete

    def abort(self) -> None:
        """End it now, whatever is under way."""
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As asyncio calls it."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=BUFFERED)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """As asyncio calls it."""
        # Piece by piece: a head that is whole when it comes would have no bound.
        for start in range(0, len(data), PIECE):
            if not self.transport.is_closing():
                super().data_received(data[start : start + PIECE])
        self._look_at_head()

    def on_response_complete(self) -> None:
        """As uvicorn calls it."""
        self.idle_since = time.monotonic()
        super().on_response_complete()
        self._look_at_head()

    def pause_writing(self) -> None:
        """As asyncio calls it: the browser reads slower than is written."""
        super().pause_writing()
        self._end_stall()
        self._stall = self.loop.call_later(STALL_S, self.abort)

    def resume_writing(self) -> None:
        """As asyncio calls it."""
        super().resume_writing()
        self._end_stall()

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio calls it."""
        super().connection_lost(exc)
        self._end_deadline()
        self._end_stall()
        self._on_end(self)

    def _look_at_head(self) -> None:
        """The time for a head runs from its first byte on, and is not begun anew by each further one."""
        is_begun = self.is_idle and self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if not is_begun:
            self._end_deadline()
        elif self._deadline is None:
            self._await_head()

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_S, self.abort)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
