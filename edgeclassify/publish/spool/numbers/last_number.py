"""With which number a spool goes on, and what it says where its database has lost something."""

import logging
from pathlib import Path

from edgeclassify.publish.spool.database.rows import DiskRows
from edgeclassify.publish.spool.numbers.mark import SpoolMark
from edgeclassify.publish.spool.numbers.number_file import STEP, NumberFile

log = logging.getLogger(__name__)


class LastNumber:
    """What is known of the numbers from outside the database. `wal`: its log before it was opened.

    No number that may have been used is used again: where it can't be told which was the last one, all that were
    reserved are skipped.
    """

    def __init__(self, path: Path, numbers: NumberFile, mark: SpoolMark, wal: bytes) -> None:
        self._path, self._numbers, self._mark = path, numbers, mark
        self._exact, self._doubtful = mark.is_exact(wal), mark.is_doubtful(wal)

    def find(self, last: int, rows: DiskRows | None) -> int:
        """The number to go on after; `last`: the highest that the database (or what was saved of it) holds."""
        known = max(last, self._numbers.floor)
        used = max(known, self._by_mark(known, rows), self._by_ceiling(known, rows))
        if rows is not None and used > known:
            # Said once: from now on they count as used, and the database as it is as whole.
            self._numbers.use_up(used)
            self._mark.keep(rows.file.last_seq, rows.count)
        return used

    def _by_mark(self, known: int, rows: DiskRows | None) -> int:
        """At least so many were used, by what was noted after the last commit."""
        found = self._mark.found
        if found is None:
            return 0
        if rows is None:  # it can't be read now, and may hold them
            return found.last
        if found.last > known:
            log.error(
                "%s: does not hold what was last written to it. Events %d to %d are lost, except those that had "
                "been delivered.", self._path, known + 1, found.last,
            )  # fmt: skip
        elif self._exact and rows.count < found.count:
            log.error(
                "%s: does not hold what was last written to it. At least %d undelivered events are lost.",
                self._path, found.count - rows.count,
            )  # fmt: skip
            self._mark.keep(rows.file.last_seq, rows.count)
        return found.last

    def _by_ceiling(self, known: int, rows: DiskRows | None) -> int:
        """At most so many were used: 0 where it is known more exactly."""
        ceiling = self._numbers.ceiling
        unclear = self._doubtful or rows is None or rows.file.fresh or known < ceiling - STEP
        if self._exact or not unclear or ceiling <= known:
            return 0
        log.warning(
            "%s: does not tell the last event number; the newest events may be lost. Numbers go on with %d; up to "
            "%d before it are skipped.", self._path, ceiling + 1, STEP,
        )  # fmt: skip
        return ceiling
