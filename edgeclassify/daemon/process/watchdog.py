"""What tells the service manager that all is well: only while every thread that must move has moved.

It is fed by each frame that went through inference, and by the main loop while no frame is to be expected. That
is passed on unless another thread is late by the time that it gave itself (see Pulse).
"""

import logging
import time
from collections.abc import Callable, Iterable

from edgeclassify.once import Once

log = logging.getLogger(__name__)

MAIN_LIMIT_S = 1.0
"""For one turn of the main loop."""
RELOAD_LIMIT_S = 120.0
"""For one with a reload: models are loaded and tried, and the frame at hand is waited for."""
SAID_AFTER_S = 5.0
"""A slow disk may hold a thread up for as long, which is no news."""


class Watchdog:
    """`tell`: reports to the service manager that all is well. `late`: names of the threads that hang, for people.

    How long the service manager waits when it hears nothing is the unit's WatchdogSec: a thread that is late for a
    while and goes on costs nothing. `clock`: monotonic seconds.
    """

    def __init__(
        self,
        tell: Callable[[], None],
        late: Callable[[], Iterable[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._late, self._clock = tell, late, clock
        self._silent_since: float | None = None
        self._said = Once()

    def feed(self) -> None:
        """Work was done. May be called from any thread."""
        late = list(self._late())
        if late:
            self._keep_silent(late)
            return
        self._silent_since = None
        if self._said.is_over():
            log.info("all threads move again")
        self._tell()

    def _keep_silent(self, late: list[str]) -> None:
        """A hang of some length is said once."""
        now = self._clock()
        if self._silent_since is None:
            self._silent_since = now
        if now - self._silent_since >= SAID_AFTER_S and self._said.is_news():
            log.warning("%s: hangs, so the service manager is not told any more that all is well", ", ".join(late))
