"""Rows that wait in memory for room on the disk, in order of `seq`."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from edgeclassify.publish.spool.database.file import Row


def _seq(row: Row) -> int:
    return row.event.seq


class Waiting:
    """Not thread-safe."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self.size = 0
        """Their bytes."""

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, seq: int) -> bool:
        return any(row.event.seq == seq for row in self.first(1, after=seq - 1))

    def seqs(self) -> list[int]:
        """Their numbers."""
        return [row.event.seq for row in self._rows]

    def put(self, row: Row) -> None:
        """Keep a row; of two with one `seq` the later stays."""
        self.take(row.event.seq)
        self._rows.insert(bisect_right(self._rows, _seq(row), key=_seq), row)
        self.size += row.size

    def take(self, seq: int) -> Row | None:
        """Remove a row and return it; None when it is not here."""
        place = bisect_left(self._rows, seq, key=_seq)
        if place == len(self._rows) or _seq(self._rows[place]) != seq:
            return None
        row = self._rows.pop(place)
        self.size -= row.size
        return row

    def take_first(self, count: int) -> None:
        """Remove the oldest rows."""
        self.size -= sum(row.size for row in self._rows[:count])
        del self._rows[:count]

    def first(self, limit: int, after: int = 0) -> Sequence[Row]:
        """The oldest rows above `after`."""
        place = bisect_right(self._rows, after, key=_seq)
        return self._rows[place : place + limit]
