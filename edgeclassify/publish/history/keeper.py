"""Which file the history is in: opened, set aside where it is damaged, tried again where the disk is full."""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from edgeclassify.errors import StorageError
from edgeclassify.files.database import is_damage, is_full, set_database_aside
from edgeclassify.history.file import FILE_NAME
from edgeclassify.history.interface import LoggedEvent, NewerHistoryError
from edgeclassify.history.log import HistoryLog
from edgeclassify.once import Once

log = logging.getLogger(__name__)

RETRY_S = 10.0
"""Between two attempts on a disk that takes nothing."""
KEPT = 1
"""How many damaged histories stay on the disk, each as large as a whole one."""

_Result = TypeVar("_Result")


class HistoryKeeper:
    """Belongs to one thread. `last_seq()`: the highest number of an event ever.

    What is wrong is said once, until it is over. While the history can't be written the events wait in the spool.
    """

    def __init__(
        self, folder: Path, last_seq: Callable[[], int], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = folder / FILE_NAME
        self._last_seq, self._clock = last_seq, clock
        self._log: HistoryLog | None = None
        self._retry_at = 0.0
        self._faults = Once()

    def write(self, events: Sequence[LoggedEvent], *, eager: bool = False) -> bool:
        """Keep events: True where they are durable when this returns. `eager`: also before it is time for that."""
        if self._do(lambda opened: _written(opened, events), eager=eager) is None:
            return False
        # A full disk can be read: that alone shows nothing.
        if self._faults.is_over():
            log.info("%s: written again", self._path)
        self._retry_at = 0.0
        return True

    def bound(self, max_bytes: int, max_age_s: float, now: float | None) -> bool:
        """Delete what is too old or too much, in one commit; True where more may be to do."""
        return self._do(lambda opened: opened.bound(max_bytes, max_age_s, now)) or False

    def ask(self, question: Callable[[HistoryLog], _Result]) -> _Result:
        """What the history says. Raises StorageError where that can't be known."""
        found = self._do(question, eager=True)
        if found is None:
            raise StorageError(f"the history can't be read now: {self._path}: see the node's log")
        return found

    def close(self) -> None:
        """Never raises."""
        if self._log is not None:
            self._log.close()
        self._log = None

    def _do(self, action: Callable[[HistoryLog], _Result], *, eager: bool = False) -> _Result | None:
        """What comes of it; None where it can't be done now."""
        if self._clock() < self._retry_at and not eager:
            return None
        for is_new in (False, True):
            try:
                done = action(self._opened())
            except NewerHistoryError as error:
                self._failed(str(error))
            except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
                # A new one that is no better is not set aside too: it would take the place of the first.
                if not is_new and _means_damage(error) and self._replaced(f"damaged ({_text(error)})"):
                    continue
                self._failed(f"{self._path}: {_reason(error)}")
            else:
                return done
            return None
        return None

    def _opened(self) -> HistoryLog:
        if self._log is not None and self._was_removed(self._log):
            log.error("%s: was removed or replaced while in use; it goes on in the one there is now", self._path)
            self.close()
        if self._log is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._log = HistoryLog(self._path)
            if self._log.last_seq > self._last_seq():
                self._set_aside("its event numbers are higher than the spool's, which have begun anew", "earlier")
                self._log = HistoryLog(self._path)
        return self._log

    def _was_removed(self, opened: HistoryLog) -> bool:
        try:
            return self._path.stat().st_ino != opened.inode
        except FileNotFoundError:
            return True

    def _replaced(self, why: str) -> bool:
        """False where a damaged one can't be set aside now."""
        try:
            self._set_aside(why, "damaged")
        except OSError:
            return False
        return True

    def _set_aside(self, why: str, word: str) -> None:
        """The next one that is opened is new. Raises OSError."""
        self.close()
        aside = set_database_aside(self._path, KEPT, word)
        log.error(
            "%s: %s. It is set aside as %s, and a new one begun, with what is in the spool yet",
            self._path, why, aside.name,
        )  # fmt: skip

    def _failed(self, fault: str) -> None:
        self.close()
        self._retry_at = self._clock() + RETRY_S
        if self._faults.is_news(what=fault):
            log.error("%s. Events wait in the spool meanwhile, as far as its bounds allow", fault)


def _written(opened: HistoryLog, events: Sequence[LoggedEvent]) -> bool:
    opened.write(events)
    return True


def _means_damage(error: Exception) -> bool:
    return isinstance(error, UnicodeDecodeError) or (isinstance(error, sqlite3.Error) and is_damage(error))


def _text(error: Exception) -> str:
    return "its schema" if isinstance(error, UnicodeDecodeError) else str(error).splitlines()[-1]


def _reason(error: Exception) -> str:
    if isinstance(error, sqlite3.Error) and is_full(error):
        return "the history can't be written, the disk is full: make room"
    text = error.strerror if isinstance(error, OSError) and error.strerror else _text(error)
    return f"the history can't be written ({text}): check the disk and the folder's rights"
