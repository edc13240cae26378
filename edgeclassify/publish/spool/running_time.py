"""The daemon's running time over all its runs: by it events grow old, since wall clocks of a Pi jump."""

from collections.abc import Callable

STAMP_S = 3600.0
"""So much running time may go uncounted by a kill."""


class RunningTime:
    """Seconds. `clock`: monotonic seconds of this start of the machine."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._zero_s = clock()  # when the running time was 0, on `clock`
        self._stamped_s = 0.0

    @property
    def now_s(self) -> float:
        """The running time now."""
        return self._clock() - self._zero_s

    def go_on_after(self, running_s: int) -> None:
        """An earlier run has noted so much."""
        self._zero_s = min(self._zero_s, self._clock() - running_s)
        self.stamped()

    @property
    def is_due(self) -> bool:
        """True where it is to be noted again."""
        return self.now_s - self._stamped_s >= STAMP_S

    def stamped(self) -> None:
        """It has been noted."""
        self._stamped_s = self.now_s
