"""When a spool may write to its disk: not while the disk fails, and not beyond the day's budget."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from edgeclassify.config import SpoolConfig
from edgeclassify.errors import StorageError
from edgeclassify.files import FolderCondition, condition_of
from edgeclassify.files.database import is_full

log = logging.getLogger(__name__)

PAUSE_S = 10.0
"""Between two attempts to write to a disk that failed."""

BUDGET = "the day's write budget (spool.max_bytes_written_day) is used up"

# Where the system knows better than SQLite, which says of all of them that it is "unable to open".
_KNOWN = {
    FolderCondition.READ_ONLY: "the disk is read-only: mount it writable, or look why it was not",
    FolderCondition.MISSING: "its folder is missing and can't be made: make it, or look what is mounted there",
}


class WritePolicy:
    """Says once that events have to wait in memory, and once that this is over. Not thread-safe.

    `place`: the spool's file, `clock` gives seconds.
    """

    def __init__(
        self,
        place: Path,
        config: SpoolConfig,
        bytes_written_day: Callable[[], int | None],
        clock: Callable[[], float],
    ) -> None:
        self._place, self._config, self._clock = place, config, clock
        self._bytes_written_day = bytes_written_day
        self.reason: str | None = None
        self.fault: FolderCondition | None = None
        """What is wrong with the disk, as the last writing went; None: nothing that it said."""
        self.waited = 0
        """Events have been written after they had to wait: `count` of them."""
        self._retry_at, self._cheap = 0.0, False
        self._budget_checked: float | None = None
        self._over_budget = False

    def pausing(self, *, eager: bool) -> bool:
        """True while it is too early to try again. `eager`: not where attempts fail at once (a full disk)."""
        return self._clock() < self._retry_at and not (eager and self._cheap)

    def over_budget(self) -> bool:
        """True while the day's budget is used up. Looked up at most once a second."""
        now, limit = self._clock(), self._config.max_bytes_written_day
        if limit and (self._budget_checked is None or now - self._budget_checked >= 1.0):
            self._budget_checked = now
            self._over_budget = (self._bytes_written_day() or 0) > limit
        return self._over_budget

    def spend(self) -> None:
        """The budget does not allow more."""
        self._enter(BUDGET, cheap=True, pause_s=0.0)

    def taken(self, error: StorageError) -> None:
        """Another process has the folder."""
        self._enter(str(error), cheap=False, pause_s=PAUSE_S)

    def failed(self, error: sqlite3.Error | OSError) -> None:
        """The disk does not take more."""
        full = isinstance(error, sqlite3.Error) and is_full(error)
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        known = _KNOWN.get(condition_of(self._place.parent))
        other = known or f"can't be written ({text}): check the disk and the folder's rights"
        self._enter("the disk is full: make room" if full else other, cheap=full, pause_s=PAUSE_S)
        self.fault = FolderCondition.FULL if full else FolderCondition.UNWRITABLE

    def _enter(self, reason: str, *, cheap: bool, pause_s: float) -> None:
        if reason != self.reason:
            log.error(
                "%s: %s. New events wait in memory, at most %d, and a power cut loses them.",
                self._place, reason, self._config.memory_events,
            )  # fmt: skip
            self.waited = 0
        self.reason, self.fault, self._cheap = reason, None, cheap
        self._retry_at = self._clock() + pause_s

    def over(self) -> None:
        """All that waited is on disk."""
        log.warning("%s: written again; %d events had waited in memory", self._place, self.waited)
        self.reason, self.fault, self._retry_at = None, None, 0.0

    def try_now(self) -> None:
        """No pause before the next attempt."""
        self._retry_at = 0.0
