"""The undelivered events of an open database, and those that are still in it but count as gone."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from edgeclassify.publish.spool.database import Row, SpoolFile
from edgeclassify.publish.spool.mark import SpoolMark
from edgeclassify.types import ViewRecord

DELETES = 256
"""At most so many wait, and are deleted in one commit."""

_DELETES_WITH_WRITE = 16  # more pages would make the inference thread wait longer


class DiskRows:
    """Not thread-safe; every method may raise sqlite3.Error. `count`, `size`: undelivered events, their bytes.

    `gone`: delivered or dropped, to be deleted. `mark` learns what a later start must find at least.
    """

    def __init__(self, file: SpoolFile, mark: SpoolMark) -> None:
        self.file, self._mark = file, mark
        self.count, self.size = file.totals
        self.gone: dict[int, int] = {}

    def __contains__(self, seq: int) -> bool:
        return bool(self.file.sizes([seq]))

    def write(self, rows: Sequence[Row], views: Iterable[ViewRecord], clock_s: float) -> None:
        """Add rows, durable when this returns; some that are gone are deleted with it. `views`: see SpoolFile."""
        deletes = list(islice(self.gone, _DELETES_WITH_WRITE))
        if deletes:
            self._note()
        self.file.write(rows, deletes, views, clock_s)
        self.count += len(rows)
        self.size += sum(row.size for row in rows)
        for seq in (*deletes, *(row.event.seq for row in rows)):
            self.gone.pop(seq, None)
        self._note()

    def forget(self, seqs: Iterable[int]) -> int:
        """Those of them that are here are gone from now on; returns how many are not."""
        asked = [seq for seq in seqs if seq not in self.gone]
        sizes = self.file.sizes(asked)
        self.gone |= sizes
        self.count -= len(sizes)
        self.size -= sum(sizes.values())
        return len(asked) - len(sizes)

    def delete(self) -> None:
        """Delete some of those that are gone."""
        deletes = list(islice(self.gone, DELETES))
        self._note()
        self.file.remove(deletes)
        for seq in deletes:
            del self.gone[seq]

    def _note(self) -> None:
        self._mark.keep(self.file.last_seq, self.count)

    def read(self, limit: int, after: int) -> list[Row]:
        """The oldest undelivered rows above `after`."""
        found: list[Row] = []
        while self.count and len(found) < limit:
            rows = self.file.read(limit, after)
            found += [row for row in rows if row.event.seq not in self.gone]
            if len(rows) < limit:
                break
            after = rows[-1].event.seq
        return found[:limit]

    def oldest(self) -> Iterator[tuple[int, int]]:
        """(seq, at) of the undelivered rows, oldest first."""
        after = 0
        while self.count and (rows := self.file.oldest(_DELETES_WITH_WRITE, after)):
            yield from ((seq, at) for seq, at, _ in rows if seq not in self.gone)
            after = rows[-1][0]
