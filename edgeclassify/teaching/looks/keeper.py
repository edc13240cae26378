"""Which file the looks are in: opened, set aside where it is damaged, tried again where the disk is full."""

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from edgeclassify.files import printable
from edgeclassify.files.database import set_database_aside
from edgeclassify.once import Once
from edgeclassify.teaching.looks.batch import Batch
from edgeclassify.teaching.looks.bounds import Dropped, bound
from edgeclassify.teaching.looks.faults import DamagedLooksError, LooksError
from edgeclassify.teaching.looks.interface import LookBounds
from edgeclassify.teaching.looks.selection import Place
from edgeclassify.teaching.looks.store import LookStore

log = logging.getLogger(__name__)

RETRY_S = 10.0
"""Between two attempts on a disk that takes nothing."""
KEPT = 1
"""How many damaged files stay on the disk."""
LEAST_FREE_BYTES = 100 << 20
"""Of the disk: the rest is for events."""
WRITE_SHARE = 0.75
"""Of the day's write budget: the rest is for events, which would wait in memory without it."""

_Result = TypeVar("_Result")


class LookKeeper:
    """Belongs to one thread. What is wrong is said once, until it is over. `clock`: monotonic seconds.

    `bytes_written_day`: what the process has written within a day.
    """

    def __init__(
        self,
        path: Path,
        *,
        bytes_written_day: Callable[[], int | None],
        least_free_bytes: int = LEAST_FREE_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._clock = path, clock
        self._bytes_written_day, self._least_free_bytes = bytes_written_day, least_free_bytes
        self._store: LookStore | None = None
        self._version: int | None = None
        self._retry_at = self._write_at = 0.0
        self._faults, self._crowded = Once(), Once()

    @property
    def is_there(self) -> bool:
        """True where there is a file, so that a command may have left something in it."""
        return self._path.exists()

    def write(self, batch: Batch, watched_s: dict[Place, float], most_written_day: int) -> bool:
        """Keep what waits: True where it is durable when this returns."""
        if self._clock() < self._write_at:
            return False
        if fault := self._obstacle(most_written_day):
            self._write_at = self._clock() + RETRY_S
            self._say(fault)
            return False
        looks, gone = batch.looks, batch.in_place_of
        numbers = self.do(lambda store: store.add(looks, in_place_of=gone, watched_s=watched_s))
        if numbers is None:
            return False
        batch.written(numbers)
        if self._faults.is_over():
            log.info("%s: looks are kept again", printable(self._path))
        return True

    @property
    def is_unread(self) -> bool:
        """True where there is a file of which nothing is known yet."""
        return self._version is None and self.is_there

    def read_again(self) -> None:
        """Nothing that was known of the file counts any more."""
        self._version = None

    def poll(self, read: Callable[[LookStore], None], follow: Callable[[LookStore], None]) -> bool:
        """Have the file read where nothing is known of it yet, or followed where another process has changed it.

        True where either was done.
        """
        if self._store is None and not self.is_there:
            return False
        return bool(self.do(lambda store: self._polled(store, read, follow)))

    def _polled(
        self, store: LookStore, read: Callable[[LookStore], None], follow: Callable[[LookStore], None]
    ) -> bool:
        version = store.version
        if version == self._version:
            return False
        (read if self._version is None else follow)(store)
        self._version = version
        return True

    def bound(self, bounds: LookBounds, now: float | None) -> bool:
        """Drop what is too old or too much, in one commit; True where more may be to do."""
        if not self.is_there:
            return False
        dropped = self.do(lambda store: bound(store, bounds, now)) or Dropped()
        if dropped.crowded and self._crowded.is_news():
            log.warning(
                "%s: looks are dropped before they are teaching.keep_days old: together they have reached "
                "teaching.keep_mb = %g. Raise it to keep them for longer. This is said once",
                printable(self._path), bounds.most_bytes / 1e6,
            )  # fmt: skip
        return dropped.more

    def do(self, action: Callable[[LookStore], _Result]) -> _Result | None:
        """What comes of it; None where it can't be done now."""
        if self._clock() < self._retry_at:
            return None
        for is_new in (False, True):
            try:
                done = action(self._opened())
            except DamagedLooksError as error:
                # A new one that is no better is not set aside too: it would take the place of the first.
                if is_new or not self._replaced(error):
                    self._failed(str(error))
                    return None
            except LooksError as error:
                self._failed(str(error))
                return None
            else:
                self._retry_at = 0.0
                return done
        return None

    def close(self) -> None:
        """Never raises."""
        if self._store is not None:
            self._store.close()
        self._store, self._version = None, None

    def _opened(self) -> LookStore:
        if self._store is not None and self._store.was_removed:
            log.error(
                "%s: was removed or replaced while in use; looks go to the one there is now", printable(self._path)
            )
            self.close()
        if self._store is None:
            self._store = LookStore.open(self._path, check=True)
        return self._store

    def _replaced(self, error: DamagedLooksError) -> bool:
        """False where a damaged one can't be set aside now."""
        self.close()
        try:
            aside = set_database_aside(self._path, KEPT)
        except OSError:
            return False
        log.error("%s. It is set aside as %s", error, aside.name)
        return True

    def _obstacle(self, most_written_day: int) -> str | None:
        """Why nothing must be written now, None: it may."""
        if most_written_day and (self._bytes_written_day() or 0) > WRITE_SHARE * most_written_day:
            return (
                f"{printable(self._path)}: {WRITE_SHARE:.0%} of the day's write budget "
                "(spool.max_bytes_written_day) are used up, the rest is for events"
            )
        try:
            free = shutil.disk_usage(self._path.parent).free
        except OSError:  # the folder is not there yet: who makes it says what is wrong
            return None
        if free < self._least_free_bytes:
            least = self._least_free_bytes >> 20
            return f"{printable(self._path)}: less than {least} MB of the disk are free, and they are for events"
        return None

    def _failed(self, fault: str) -> None:
        self.close()
        self._retry_at = self._clock() + RETRY_S
        self._say(fault)

    def _say(self, fault: str) -> None:
        if self._faults.is_news(what=fault):
            log.error("%s. No looks are kept for teaching until then", fault)
