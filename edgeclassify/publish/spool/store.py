"""Which database file is in use: opened, set aside where it is damaged, and begun anew where it was removed."""

import logging
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from edgeclassify.errors import StorageError
from edgeclassify.files.database import is_damage, set_database_aside
from edgeclassify.publish.spool.clocks import Clocks, Stamp
from edgeclassify.publish.spool.database.connection import Connect, connect
from edgeclassify.publish.spool.database.damage import salvage, salvage_known
from edgeclassify.publish.spool.database.file import Row, SpoolFile
from edgeclassify.publish.spool.database.known import Records
from edgeclassify.publish.spool.database.rows import DiskRows
from edgeclassify.publish.spool.numbers.lock import FolderLock
from edgeclassify.publish.spool.numbers.mark import SpoolMark
from edgeclassify.publish.spool.write_policy import WritePolicy

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")

KEPT = 3
"""How many damaged databases stay on the disk; older ones are deleted."""

LOOK_S = 1.0
"""How often it is looked whether the file is still there: what goes to a removed one is lost by a kill."""


class StoreUser(ABC):
    """What keeps events in the store: told when another file is in use, and given what the last one held."""

    @abstractmethod
    def opened(self, rows: DiskRows) -> None:
        """From now on this is the database."""

    @abstractmethod
    def salvaged(self, known: Records) -> None:
        """What a damaged one has held of views and labels. Told before another one is `opened`."""

    @abstractmethod
    def take_over(self, rows: Iterable[Row]) -> int:
        """What can be trusted in a damaged one; returns how many events were not known."""

    @abstractmethod
    def lose(self, count: int) -> None:
        """Count events that could not be taken over."""


class Store:
    """Not thread-safe. `rows`: the events of the file that is open, None while there is none.

    What can't be done now is told to `policy`, which says when to try again. `mark` learns what the file holds.
    """

    def __init__(
        self,
        path: Path,
        *,
        lock: FolderLock,
        policy: WritePolicy,
        mark: SpoolMark,
        clocks: Clocks,
        connect: Connect = connect,
    ) -> None:
        self._path, self._lock = path, lock
        self._policy, self._mark, self._clocks, self._connect = policy, mark, clocks, connect
        self._user: StoreUser
        self.rows: DiskRows | None = None
        self._looked_at = clocks.monotonic()
        self._replacing = False

    @property
    def count(self) -> int:
        """Number of undelivered events."""
        rows = self.rows
        return 0 if rows is None else rows.count

    @property
    def size(self) -> int:
        """Their bytes."""
        return 0 if self.rows is None else self.rows.size

    def __contains__(self, seq: int) -> bool:
        with suppress(sqlite3.Error):
            return self.rows is not None and seq in self.rows
        return False

    def begin(self, user: StoreUser) -> None:
        """Open the database, where that can be done now. To be called first."""
        self._user = user
        self.open()

    def ask(self, question: Callable[[DiskRows], _Answer], otherwise: _Answer) -> _Answer:
        """The answer of the events on disk, after a damaged database was replaced; `otherwise` while they can't
        be read."""
        rows = self.rows
        try:
            return otherwise if rows is None else question(rows)
        except sqlite3.Error as error:
            return self.ask(question, otherwise) if self.failed(error) else otherwise

    def ready(self) -> bool:
        """Open a file where none is; False where that can't be done now."""
        return self.rows is not None or (not self._replacing and self.open())

    def open(self) -> bool:
        """Open the database, a new one in place of a damaged one; False when that can't be done now."""
        damage: sqlite3.Error | None = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.take()
            try:
                self._use(SpoolFile(self._path, self._connect))
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise
                damage = error
            if damage is not None:
                self._replace(damage, ())
                return self.rows is not None
        except StorageError as error:
            self._policy.taken(error)
            return False
        except (sqlite3.Error, OSError) as error:
            self._policy.failed(error)
            return False
        return True

    def release(self) -> None:
        """Close the file."""
        if self.rows is not None:
            self.rows.file.close()
        self.rows = None

    def close(self) -> None:
        """Close the file for good, and note what it holds to the end."""
        if self.rows is not None:
            self._mark.close(self.rows.file.last_seq, self.rows.count)
        self.release()

    def failed(self, error: sqlite3.Error) -> bool:
        """Deal with an error of the database; True when a new one is in its place."""
        rows = self.rows
        if not is_damage(error) or rows is None:
            self._policy.failed(error)
            return False
        self.release()
        if self._replacing:  # the new one is no better
            self._policy.failed(error)
            return False
        try:
            saved = self._replace(error, rows.gone)
        except (sqlite3.Error, OSError) as second:
            self._policy.failed(second)
            saved = 0
        self._user.lose(max(0, rows.count - saved))
        return self.rows is not None

    def was_removed(self) -> bool:
        """True where the file that is open is not the one that has its name; looked for once a second."""
        if self.rows is None or self._clocks.monotonic() - self._looked_at < LOOK_S:
            return False
        self._looked_at = self._clocks.monotonic()
        with suppress(StorageError):  # the database is locked, too
            self._lock.take()
        try:
            return self._path.stat().st_ino != self.rows.file.inode
        except FileNotFoundError:
            return True
        except OSError:
            return False

    def _use(self, file: SpoolFile) -> None:
        self.rows = DiskRows(file, self._mark.keep)
        try:
            self._user.opened(self.rows)
        except BaseException:
            self.release()  # what was found in it says that it can't be used
            raise

    def _replace(self, damage: sqlite3.Error, gone: Collection[int]) -> int:
        """Set the (closed) damaged database aside and have what can be trusted taken over, except what is `gone`;
        returns how many events. Raises OSError when it can't be set aside."""
        aside = set_database_aside(self._path, KEPT)
        self._replacing = True
        try:
            self._user.salvaged(salvage_known(aside, Stamp.now(self._clocks)))
            with suppress(sqlite3.Error, OSError):  # opened again later
                self._use(SpoolFile(self._path, self._connect))
            trusted = (row for row in salvage(aside) if row.event.seq not in gone)
            saved = self._user.take_over(trusted)
        finally:
            self._replacing = False
        log.error(
            "%s: damaged (%s). It is set aside as %s, and a new one begun; %d undelivered events could be taken "
            "over.",
            self._path, str(damage).splitlines()[-1], aside.name, saved,
        )  # fmt: skip
        return saved
