"""How old a file is, on a machine whose wall clock jumps: a Pi has no clock of its own until NTP arrives."""

import time
from collections.abc import Callable

SETTLED_S = 3600.0
"""Running time in which the wall clock must not have jumped before the age of older files is believed."""
_JUMP_S = 60.0

Clock = Callable[[], float]


class AgeClock:
    """Seconds that never jump. Not thread-safe.

    In the first hour the wall clock may be set, by NTP: nothing can be said of older files until then. Once it has
    run evenly for an hour, its time is taken over, and followed by the monotonic clock alone: a wall clock that
    jumps to 1970 or 2100 later makes no file older.
    """

    def __init__(self, wall: Clock = time.time, monotonic: Clock = time.monotonic) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._offset = wall() - monotonic()
        self._even_since = monotonic()
        self._settled = False

    def running(self) -> float:
        """The monotonic clock, for files written by this process."""
        return self._monotonic()

    def now(self) -> float | None:
        """Seconds since the epoch, None while that can't be believed."""
        now = self._monotonic()
        if not self._settled:
            offset = self._wall() - now
            if abs(offset - self._offset) > _JUMP_S:
                self._offset, self._even_since = offset, now
            self._settled = now - self._even_since >= SETTLED_S
        return now + self._offset if self._settled else None
