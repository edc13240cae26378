"""When what waits is written, and what is delivered deleted: as soon as the disk and the day's budget allow it."""

import sqlite3
from collections.abc import Callable

from edgeclassify.publish.spool.acknowledgements import Acknowledgements
from edgeclassify.publish.spool.clocks import Clocks, RunningTime, Stamp
from edgeclassify.publish.spool.database.known import Known, Records
from edgeclassify.publish.spool.database.rows import DiskRows
from edgeclassify.publish.spool.store import Store
from edgeclassify.publish.spool.undelivered import Waiting
from edgeclassify.publish.spool.write_policy import WritePolicy

BATCH = 64


class Writer:
    """Not thread-safe. `on_healed` is called when all that had to wait has been written.

    `finishing`: the spool is being closed: the day's budget does not count any more.
    """

    def __init__(
        self,
        store: Store,
        waiting: Waiting,
        *,
        policy: WritePolicy,
        known: Known,
        acknowledgements: Acknowledgements,
        running: RunningTime,
        clocks: Clocks,
        on_healed: Callable[[], None],
    ) -> None:
        self._store, self._waiting, self._policy = store, waiting, policy
        self._known, self._acknowledgements = known, acknowledgements
        self._running, self._clocks, self._on_healed = running, clocks, on_healed
        self.finishing = False

    def work(self, limit: int = BATCH) -> bool:
        """Write a batch, or delete one where there is nothing to write; True when something was achieved and more
        may be."""
        return self.write(limit) or self._catch_up() or self.delete()

    def write(self, limit: int = BATCH, *, eager: bool = False) -> bool:
        """Write the oldest that wait; True when something was achieved and more may be. `eager`: also try a full
        disk before its pause is over."""
        rows = self._waiting.first(limit)
        if not rows or not self._may(eager=eager) or self._store.rows is None:
            return False
        try:
            known = self._known.to_write([row.event for row in rows])
            self._store.rows.write(rows, known, Stamp.now(self._clocks))
        except sqlite3.Error as error:
            return self._store.failed(error)
        self._waiting.take_first(len(rows))
        self._policy.waited += len(rows)
        self._known.written(known)
        self._heal()
        return True

    def delete(self) -> bool:
        """Delete what was delivered to all, or note what some have had; True when something was achieved and more
        may be."""
        rows, noted = self._store.rows, self._acknowledgements
        if rows is None or not (rows.gone or self._differs):
            return False
        if not self._differs:
            return self._do(lambda rows: rows.delete())
        return self._do(lambda rows: rows.delete(noted.changes()), then=noted.saved)

    @property
    def _differs(self) -> bool:
        """True while it is to be noted on disk what each of several sinks has had."""
        noted = self._acknowledgements
        return noted.unsaved > 0 and (noted.differ or noted.urgent)

    def note(self, known: Records) -> bool:
        """Not synced. Left out while events wait: they come first."""
        return bool(known) and not self._waiting and self._do(
            lambda rows: rows.file.note(known, Stamp.now(self._clocks)),
            then=lambda: self._known.written(known),
        )  # fmt: skip

    def _catch_up(self) -> bool:
        """Events that waited for the disk were delivered from memory: what they say beside is written yet."""
        return self.note(self._known.unwritten)

    def stamp(self) -> None:
        """Note the running time; also shows whether the disk can be written again."""
        self._do(lambda rows: rows.file.stamp(int(self._running.now_s)), then=self._running.stamped)

    def forget_acknowledged(self) -> None:
        """What was noted of several sinks is void, and is written anew where there still are several."""
        self._do(lambda rows: rows.file.forget_acknowledged())

    def _do(self, write: Callable[[DiskRows], None], then: Callable[[], None] = lambda: None) -> bool:
        if not self._may() or self._store.rows is None:
            return False
        try:
            write(self._store.rows)
        except sqlite3.Error as error:
            return self._store.failed(error)
        then()
        self._heal()
        return True

    def _may(self, *, eager: bool = False) -> bool:
        """True where the disk may be written now."""
        if self._policy.pausing(eager=eager) or not self._store.ready():
            return False
        if not self.finishing and self._policy.over_budget():
            self._policy.spend()
            return False
        return True

    def _heal(self) -> None:
        if self._policy.reason is not None and not self._waiting:
            self._policy.over()
            self._on_healed()
