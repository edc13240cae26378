"""The journal of an archive: results of batches until they are in a part, and which batches are in which part."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from edgeclassify.archive.journal.records import BatchResult, Counts, Part
from edgeclassify.archive.journal.tables import errors_said, open_tables
from edgeclassify.files.database import connect, transaction

PART_IMAGES = 50_000
"""A part is closed when it has as many: fewer where a run ended early."""


class Journal:
    """Of one folder; one thread uses it, but for `rows_of`. Raises StorageError where its file can't be used.

    A part holds batches in a row, from where the last one ended: what is in it follows from the listing alone,
    however batches were spread and in whatever order they came back. So memory and file stay small too: there are
    results of one part, and of what came early.
    """

    def __init__(self, path: Path, *, part_images: int = PART_IMAGES) -> None:
        self._path, self._part_images = path, part_images
        self._connection = open_tables(path)
        with errors_said(path):
            self._read()

    def _read(self) -> None:
        rows = self._connection.execute("SELECT number, images, faults, still FROM results ORDER BY number")
        self._waiting = {number: (images, faults, still) for number, images, faults, still in rows}
        ask = "SELECT COUNT(*), MAX(last), SUM(images), SUM(faults), SUM(still) FROM parts"
        parts, last, *written = self._connection.execute(f"{ask} WHERE is_written").fetchone()
        self.parts = int(parts)
        """How many parts are written."""
        self.first = 0 if last is None else int(last) + 1
        """The first batch that is in none of them."""
        images, faults, still = (int(count or 0) for count in written)
        counts = Counts(images, faults, still)
        for one in self._waiting.values():
            counts = counts.plus(BatchResult(0, b"", *one))
        self.counts = counts
        """Of all that is done."""

    def facts(self) -> dict[str, Any] | None:
        """What was kept of the run; None: nothing yet."""
        with errors_said(self._path):
            found = self._connection.execute("SELECT value FROM run WHERE key = 'facts'").fetchone()
        return None if found is None else json.loads(found[0])

    def keep_facts(self, facts: Mapping[str, Any]) -> None:
        """Keep what the run is about, for the next one to compare."""
        with errors_said(self._path), transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO run VALUES ('facts', ?)", (json.dumps(facts),))

    def is_done(self, number: int) -> bool:
        """Whether a batch needs no work any more."""
        return number < self.first or number in self._waiting

    def keep(self, results: Sequence[BatchResult]) -> None:
        """Results that came, in one commit."""
        if not results:
            return
        with errors_said(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO results (number, images, faults, still, rows) VALUES (?, ?, ?, ?, ?)",
                [(one.number, one.images, one.faults, one.still, one.rows) for one in results],
            )
        for one in results:
            self._waiting[one.number] = (one.images, one.faults, one.still)
            self.counts = self.counts.plus(one)

    def begin_part(self, *, early: bool = False) -> Part | None:
        """The next part that is to be written, decided on disk; None: there is not enough for one.

        One that was begun before and never finished comes first, as it was. `early`: with whatever there is.
        """
        with errors_said(self._path):
            ask = "SELECT number, first, last, images FROM parts WHERE NOT is_written"
            begun = self._connection.execute(ask).fetchone()
            if begun is not None:
                return Part(*map(int, begun))
            last, counts = self.first - 1, Counts()
            while counts.images < self._part_images and (found := self._waiting.get(last + 1)) is not None:
                last, counts = last + 1, counts.plus(BatchResult(0, b"", *found))
            if last < self.first or (counts.images < self._part_images and not early):
                return None
            part = Part(self.parts, self.first, last, counts.images)
            with transaction(self._connection):
                self._connection.execute(
                    "INSERT INTO parts (number, first, last, images, faults, still, is_written) "
                    "VALUES (?, ?, ?, ?, ?, ?, 0)",
                    (part.number, part.first, part.last, counts.images, counts.faults, counts.still),
                )
            return part

    def rows_of(self, part: Part) -> Iterator[bytes]:
        """The packed rows of each of its batches, in their order. Any thread may ask: it is read on its own."""
        with errors_said(self._path), closing(connect(self._path, timeout=10.0)) as connection:
            ask = "SELECT rows FROM results WHERE number BETWEEN ? AND ? ORDER BY number"
            for (rows,) in connection.execute(ask, (part.first, part.last)):
                yield rows

    def end_part(self, part: Part) -> None:
        """It is on disk: its results are not needed any more."""
        with errors_said(self._path), transaction(self._connection):
            self._connection.execute("UPDATE parts SET is_written = 1 WHERE number = ?", (part.number,))
            self._connection.execute("DELETE FROM results WHERE number BETWEEN ? AND ?", (part.first, part.last))
        for number in range(part.first, part.last + 1):
            del self._waiting[number]
        self.first, self.parts = part.last + 1, self.parts + 1

    def close(self) -> None:
        """Let go of its file."""
        with errors_said(self._path), suppress(sqlite3.OperationalError):
            self._connection.close()  # a full disk: the log stays beside it, and is read next time
