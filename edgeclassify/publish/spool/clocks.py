"""The time by which a spool tells how old something is, also over a restart of the machine."""

import time
from collections.abc import Callable

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import boot_id

STAMP_S = 3600.0
"""Running time that may go uncounted by a kill."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`monotonic`: seconds that run on within one start of the machine, which `boot_id` names.

    `wall`: seconds since the epoch, as far as the clock is set.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    boot_id: Callable[[], str] = boot_id


CLOCKS = Clocks()
"""Those of this machine."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment that another process can compare with its own: seconds by both clocks, and the machine's start."""

    boot: str
    clock_s: float
    wall_s: float

    @classmethod
    def now(cls, clocks: Clocks) -> "Stamp":
        """This moment."""
        return cls(clocks.boot_id(), clocks.monotonic(), clocks.wall())

    def since(self, before: "Stamp") -> float:
        """Seconds from `before` to this, as well as that can be told; never less than 0."""
        if self.boot == before.boot != "":
            return max(0.0, self.clock_s - before.clock_s)
        return max(0.0, self.wall_s - before.wall_s)


class RunningTime:
    """The daemon's running time over all its runs, in seconds. By it events grow old: wall clocks of a Pi jump.

    `clock`: monotonic seconds of this start of the machine.
    """

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
