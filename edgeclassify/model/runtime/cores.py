"""The cores that this process may use, and how many threads an invoke may take of them."""

import os

MAX_AUTO_THREADS = 4
"""A MobileNet gains nothing from more."""
_ENOUGH = 4
"""From so many cores on one is left to the camera and to what is published."""


def usable_cores() -> int:
    """How many there are for this process (an affinity counts, a quota of processor time does not)."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return usable or 1


def auto_threads(cores: int | None = None) -> int:
    """The most threads that "auto" takes, and its guess where nothing was measured. `cores`: None: those here."""
    found = usable_cores() if cores is None else cores
    return min(MAX_AUTO_THREADS, found - 1 if found >= _ENOUGH else found)


def thread_counts(cores: int | None = None) -> tuple[int, ...]:
    """The numbers of threads that are worth measuring, the fewest first."""
    most = auto_threads(cores)
    return tuple(sorted({count for count in (1, 2, most) if count <= most}))
