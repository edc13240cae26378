"""The pulse of a thread: by it another one sees whether it moves, within the time that it gives itself."""

import math
import time
from collections.abc import Callable


class Pulse:
    """One thread beats, any may look. It is not late before its first beat."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = math.inf

    def beat(self, within_s: float) -> None:
        """The thread has moved, and moves again within so many seconds."""
        self._due = self._clock() + within_s

    def rest(self) -> None:
        """The thread waits for work, as long as that takes, or has ended."""
        self._due = math.inf

    @property
    def late(self) -> bool:
        """True while it has not moved within the time that it gave."""
        return self._clock() > self._due
