"""The undelivered events of an open database, and those that are still in it but count as gone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from edgeclassify.publish.spool.clocks import Stamp
from edgeclassify.publish.spool.database.acknowledged import Change
from edgeclassify.publish.spool.database.file import Row, SpoolFile
from edgeclassify.publish.spool.database.known import Records

DELETES = 256
"""At most so many wait, and are deleted in one commit."""

_DELETES_WITH_WRITE = 16  # more pages would make the inference thread wait longer


class DiskRows:
    """Not thread-safe; every method may raise sqlite3.Error. `count`, `size`: undelivered events, their bytes.

    `gone`: delivered or dropped, to be deleted. `note(last, count)` learns what a later start must find at least.
    """

    def __init__(self, file: SpoolFile, note: Callable[[int, int], None]) -> None:
        self.file, self._note_down = file, note
        self.count, self.size = file.totals
        self.gone: dict[int, int] = {}

    def __contains__(self, seq: int) -> bool:
        return seq not in self.gone and bool(self.file.sizes([seq]))

    def within(self, first: int, last: int) -> list[int]:
        """The undelivered events with these numbers."""
        return [seq for seq in self.file.within(first, last) if seq not in self.gone]

    def write(self, rows: Sequence[Row], known: Records, now: Stamp) -> None:
        """Add rows, durable when this returns; those that are gone, where they are few, are deleted with it.

        `known`: see SpoolFile.
        """
        # Many cost less in a commit of their own.
        deletes = list(self.gone) if len(self.gone) <= _DELETES_WITH_WRITE else []
        if deletes:
            self._note()
        self.file.write(rows, deletes, known, now)
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

    def delete(self, acknowledged: Iterable[Change] = ()) -> None:
        """Delete some of those that are gone. `acknowledged`: see SpoolFile.remove."""
        deletes = list(islice(self.gone, DELETES))
        self._note()
        self.file.remove(deletes, acknowledged)
        for seq in deletes:
            del self.gone[seq]

    def _note(self) -> None:
        self._note_down(self.file.last_seq, self.count)

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
