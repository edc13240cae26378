"""Has what is free given back once the daemon has settled: after its start and each reload, and now and then."""

import time
from collections.abc import Callable

SETTLED_S = 5.0
"""Seconds after which a start or a reload is done with: the first frames are through, the first messages out."""
AGAIN_S = 3600.0
"""What comes and goes in between (a picture looked at, a class taught) leaves something behind for so long."""


GiveBack = Callable[[bool], None]
"""Gives back what is free; True: a start or a reload was before it, which left more than a day's work does."""


class MemoryCare:
    """Used by the daemon's thread. `clock`: monotonic seconds."""

    def __init__(self, give_back: GiveBack, clock: Callable[[], float] = time.monotonic) -> None:
        self._give_back, self._clock = give_back, clock
        self._due: float | None = None
        self._has_loaded = False

    def loaded(self) -> None:
        """Much was loaded just now."""
        self._due, self._has_loaded = self._clock() + SETTLED_S, True

    def work(self) -> None:
        """To be called again and again: gives back when it is time."""
        if self._due is None or self._clock() < self._due:
            return
        has_loaded, self._has_loaded = self._has_loaded, False
        self._due = self._clock() + AGAIN_S
        self._give_back(has_loaded)
