"""The undelivered events: on disk, and those that wait in memory for room on it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.acknowledgements import Run
from edgeclassify.publish.spool.database.file import Row
from edgeclassify.publish.spool.store import Store


def _seq(row: Row) -> int:
    return row.event.seq


class Waiting:
    """Rows that wait for room on the disk, in order of `seq`. Not thread-safe."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self.size = 0
        """Their bytes."""

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, seq: int) -> bool:
        return any(row.event.seq == seq for row in self.first(1, after=seq - 1))

    def within(self, first: int, last: int) -> list[int]:
        """The numbers of those from `first` to `last`."""
        return [row.event.seq for row in self._rows if first <= row.event.seq <= last]

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


class Undelivered:
    """The events on disk and those that wait for it, as one. Not thread-safe.

    While the disk can't be read those on it are not seen. `last_seq`: the highest number that was ever here.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.waiting = Waiting()
        self.last_seq = 0

    def __contains__(self, seq: int) -> bool:
        return seq in self.waiting or seq in self._store

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.waiting) + self._store.count

    @property
    def size(self) -> int:
        """Their bytes."""
        return self.waiting.size + self._store.size

    def put(self, row: Row) -> None:
        """Let an event wait for the disk; of two that wait with one `seq` the later stays."""
        self.last_seq = max(self.last_seq, row.event.seq)
        self.waiting.put(row)

    def first(self, limit: int, after: int) -> Sequence[SpooledEvent]:
        """The oldest above `after`."""
        rows = {row.event.seq: row for row in self.on_disk(limit, after)}
        rows.update((row.event.seq, row) for row in self.waiting.first(limit, after))
        return [rows[seq].event for seq in sorted(rows)[:limit]]

    def on_disk(self, limit: int, after: int) -> list[Row]:
        """The oldest on disk above `after`."""
        return self._store.ask(lambda rows: rows.read(limit, after), [])

    def within(self, run: Run) -> list[int]:
        """The numbers of those that are in the run."""
        on_disk: list[int] = self._store.ask(lambda rows: rows.within(*run), [])
        return on_disk + self.waiting.within(*run)

    def forget(self, seqs: Iterable[int]) -> int:
        """They are delivered, or replaced; returns how many of them are not here."""
        others = [seq for seq in seqs if self.waiting.take(seq) is None]
        return self._store.ask(lambda rows: rows.forget(others), 0)
