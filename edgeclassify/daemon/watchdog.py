"""What tells the service manager that all is well: only while every thread that must move has moved.

It is fed by each frame that went through inference, and by the main loop while no frame is to be expected. That
is passed on unless another thread is late by the time that it gave itself (see Pulse).
"""

import logging
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)

MAIN_LIMIT_S = 3.0
"""For one turn of the main loop."""
RELOAD_LIMIT_S = 120.0
"""For one with a reload: models are loaded and tried, and the frame at hand is waited for."""


class Watchdog:
    """`tell`: the service manager hears that all is well. `late`: names of the threads that hang, for people.

    How long the service manager waits when it hears nothing is the unit's WatchdogSec: a thread that is late for a
    while and goes on costs nothing.
    """

    def __init__(self, tell: Callable[[], None], late: Callable[[], Iterable[str]]) -> None:
        self._tell, self._late = tell, late
        self._said: frozenset[str] = frozenset()

    def feed(self) -> None:
        """Work was done. May be called from any thread; a thread that hangs is said once."""
        late = frozenset(self._late())
        before, self._said = self._said, late
        for name in sorted(late - before):
            log.warning("%s hangs: the service manager is not told any more that all is well", name)
        for name in sorted(before - late):
            log.info("%s goes on", name)
        if not late:
            self._tell()
