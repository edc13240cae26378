"""Whether it pays to prepare and decide while another thread infers.

It is measured, since it depends on the cores that the runtime's threads leave, and on what else there is to do.
"""

import os
import time
from collections.abc import Callable

BLOCKS = 5
"""So many of each way are compared, in turns."""
BLOCK_ROUNDS, BLOCK_S = 5, 0.15
"""A block lasts until both are reached."""
WORTH = 0.99
"""Frames must take less than that of the time one after the other for a second thread."""
HOLDS_S = 600.0
"""After so long it is measured again: what else runs may have changed, or the number of threads."""


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OverlapChoice:
    """Both ways are taken in turns, and then the faster one, until it is measured again. Used by one thread.

    Until it is known frames overlap, but on a single core, where they never do. `clock`: seconds.
    """

    def __init__(self, cores: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._never = (usable_cores() if cores is None else cores) < 2
        self.overlaps = not self._never
        """True: where more frames or views wait, one is prepared while another is inferred."""
        self._measured: dict[bool, list[float]] = {True: [], False: []}
        self._rounds, self._turns, self._seconds = 0, 0, 0.0
        self._is_new, self._holds_until_s = True, 0.0

    def note(self, turns: int, seconds: float) -> None:
        """A frame of which so many turns were inferred, and which could have overlapped, took so long."""
        if self._never or self._clock() < self._holds_until_s:
            return
        if self._is_new:  # it may have begun the other way
            self._is_new = False
            return
        self._rounds, self._turns, self._seconds = self._rounds + 1, self._turns + turns, self._seconds + seconds
        if self._rounds >= BLOCK_ROUNDS and self._seconds >= BLOCK_S:
            self._end_block()

    def _end_block(self) -> None:
        self._measured[self.overlaps].append(self._seconds / self._turns)
        self._rounds, self._turns, self._seconds = 0, 0, 0.0
        self._is_new = True
        if min(map(len, self._measured.values())) < BLOCKS:
            self.overlaps = not self.overlaps
            return
        one, other = (_median(self._measured[way]) for way in (True, False))
        self.overlaps = one < WORTH * other
        self._holds_until_s = self._clock() + HOLDS_S
        self._measured = {True: [], False: []}


class FixedChoice(OverlapChoice):
    """Frames overlap always, or never: who measures both ways says which."""

    def __init__(self, *, overlaps: bool) -> None:
        super().__init__()
        self.overlaps = overlaps

    def note(self, turns: int, seconds: float) -> None:
        """It stays so."""


def _median(seconds: list[float]) -> float:
    """Of an odd number of them, as BLOCKS is; the module `statistics` takes as long to load as ten of ours."""
    return sorted(seconds)[len(seconds) // 2]
