"""What is told to whoever listens: written once for all of them, numbered, and kept for a while to resume by."""

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any

from edgeclassify.once import Once
from edgeclassify.web.live import event_stream
from edgeclassify.web.live.outbox import Outbox, Said

log = logging.getLogger(__name__)

TURN_S = 0.2
"""How often what waits is told: how one thing is now goes out five times a second at most."""
KEPT = 600
"""Messages to resume by."""
LINGER_S = 60.0
"""After the last listener has left messages are kept for so long, for one that comes back."""
COMMENT_S = 15.0
HEALTH_S = 5.0
"""How often the figures are asked for while somebody listens."""


class Broadcast:
    """Used in the server's loop, but for `close`. Nothing happens here while nobody listens.

    No listener has a queue of its own: each knows how far it is in what is kept. Drop policy: one that is slower
    than that, and one that was away for too long, is told what is now in place of what it has missed.
    """

    def __init__(
        self,
        outbox: Outbox,
        now: Callable[[], dict[str, Any]],
        ask_health: Callable[[], None] = lambda: None,
        *,
        turn_s: float = TURN_S,
        linger_s: float = LINGER_S,
        comment_s: float = COMMENT_S,
    ) -> None:
        """`now`: all that is now. `ask_health`: have figures of this moment told; called in another thread."""
        self._outbox, self._now, self._ask_health = outbox, now, ask_health
        self._turn_s, self._linger_s, self._comment_s = turn_s, linger_s, comment_s
        self._boot = secrets.token_hex(4)
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=KEPT)
        self._last = 0
        self._whole_from = 0
        """What was told after this number is kept, or was pushed out by what came later."""
        self._turned = asyncio.Event()
        self._turning: asyncio.Task[None] | None = None
        self._faults = Once()
        self._closed = False
        self.listeners = 0
        """How many there are now."""

    def close(self) -> None:
        """From any thread: every stream ends with its next turn."""
        self._closed = True
        self._outbox.close()

    async def listen(self, after: str = "") -> AsyncGenerator[bytes, None]:
        """What is told from now on, as it is sent; `after`: the id of the last message that was received."""
        self.listeners += 1
        self._begin()
        try:
            yield event_stream.BEGIN
            at = event_stream.number_after(after, self._boot)
            while not self._closed:
                if at is None or not self._has_all_after(at):
                    at = self._last
                    yield event_stream.message(self._boot, at, "now", self._now())
                elif at < self._last:
                    chunk = b"".join(one for number, one in self._kept if number > at)
                    at = self._last
                    yield chunk
                elif not await self._news():
                    yield event_stream.COMMENT
        finally:
            self.listeners -= 1

    def _has_all_after(self, number: int) -> bool:
        oldest = self._kept[0][0] if self._kept else self._last + 1
        return self._whole_from <= number <= self._last and number >= oldest - 1

    async def _news(self) -> bool:
        """Wait for the next turn that had something to tell; False where none came for a while."""
        if self._closed:  # while the listener was busy with what it got: no more turns come
            return True
        try:
            await asyncio.wait_for(self._turned.wait(), self._comment_s)
        except TimeoutError:
            return False
        return True

    # --- turns -----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._turning is None or self._turning.done():
            self._outbox.is_open = not self._closed
            self._turning = asyncio.get_running_loop().create_task(self._turns())

    async def _turns(self) -> None:
        idle_since = next_health = time.monotonic()
        while not self._closed:
            now = time.monotonic()
            if self.listeners:
                idle_since = now
            elif now - idle_since >= self._linger_s:
                break
            if self.listeners and now >= next_health:
                next_health = now + HEALTH_S
                await self._tell_health()
            self._tell()
            await asyncio.sleep(self._turn_s)
        self._outbox.close()
        self._forget()
        self._wake()

    async def _tell_health(self) -> None:
        try:
            await asyncio.to_thread(self._ask_health)
        except Exception as error:  # noqa: BLE001 - as of _write
            if self._faults.is_news("health", str(error)):
                log.error("the page is not told of health: %s", error)

    def _tell(self) -> None:
        """Write what waits, and wake all who listen."""
        before = self._last
        if self._outbox.lost:
            self._outbox.lost = False
            self._forget()
        for said in self._outbox.take():
            self._write(said)
        if self._last > before:
            self._wake()

    def _write(self, said: Said) -> None:
        try:
            written = event_stream.message(self._boot, self._last + 1, said.kind, said.write())
        except Exception as error:  # noqa: BLE001 - what can't be said must not end what is said to all
            if self._faults.is_news(said.kind, str(error)):
                log.error("the page is not told of %s: %s", said.kind, error)
            return
        self._last += 1
        self._kept.append((self._last, written))

    def _forget(self) -> None:
        """Something was not kept: whoever listens is told what is now."""
        self._kept.clear()
        self._last += 1
        self._whole_from = self._last

    def _wake(self) -> None:
        self._turned.set()
        self._turned = asyncio.Event()
