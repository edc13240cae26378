"""The history as its one writer has it: events come in, the oldest go out."""

import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from edgeclassify.contract.encoding import seconds_of
from edgeclassify.files.database import give_back_pages, transaction
from edgeclassify.history.file import PAGE_BYTES, open_in_memory, open_to_write
from edgeclassify.history.hours import Hours
from edgeclassify.history.interface import LoggedEvent
from edgeclassify.history.packing import Packer, dictionary_of
from edgeclassify.history.reading import HistoryReader
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once

log = logging.getLogger(__name__)

AT_ONCE = 256
"""Rows that are deleted, or pages that are given back, in one commit."""
_ROOM = 0.99
"""Of the bytes that are allowed: what is left when the oldest events have gone, so that this is done rarely."""
_BELIEVED_S = 1_672_531_200  # 2023-01-01
"""An earlier time is that of a clock that was not set, and says nothing of an age; so does one in the future."""
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    ts: int
    view: str
    label: str
    event_type: str
    body: bytes


class HistoryLog:
    """Opens or creates the file; without a path it is in memory. Not thread-safe, but usable from any thread.

    Every method may raise sqlite3.Error; the begin also OSError and NewerHistoryError. `inode`: of the file.
    """

    def __init__(self, path: Path | None) -> None:
        self._connection = open_in_memory() if path is None else open_to_write(path)
        try:
            self.inode = 0 if path is None else path.stat().st_ino
            self._packer = Packer(dictionary_of(self._connection))
            self.last_seq = self._one("SELECT MAX(seq) FROM events") or 0
            self._names = {
                name: number for number, name in self._connection.execute("SELECT number, name FROM names")
            }
            self._hours = Hours(self._connection)
            self.reader = HistoryReader(self._connection, self._packer)
        except BaseException:
            self.close()
            raise
        self._strange = Once()

    @property
    def connection(self) -> sqlite3.Connection:
        """For who reads."""
        return self._connection

    @property
    def size(self) -> int:
        """Bytes that its events take."""
        used: int = self._one("PRAGMA page_count") - self._one("PRAGMA freelist_count")
        return used * PAGE_BYTES

    def write(self, events: Sequence[LoggedEvent]) -> None:
        """Keep these events, in order of their numbers: durable when this returns.

        Of two with one number the later stays.
        """
        rows = [row for event in events if (row := self._row(event)) is not None]
        new = dict(self._names)
        with transaction(self._connection):
            for name in {name for row in rows for name in (row.view, row.label, row.event_type)} - new.keys():
                new[name] = self._new_name(name)
            for row in rows:
                self._connection.execute(
                    "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?)",
                    (row.seq, row.ts, new[row.view], new[row.label], new[row.event_type], row.body),
                )
                self._hours.note(row.seq, row.ts, self.last_seq)
                self.last_seq = max(self.last_seq, row.seq)
        self._names = new

    def let_go(self, seqs: Iterable[int]) -> None:
        """Delete these events."""
        with transaction(self._connection):
            self._connection.executemany("DELETE FROM events WHERE seq = ?", [(seq,) for seq in seqs])

    def bound(self, max_bytes: int, max_age_s: float, now: float | None) -> bool:
        """Delete the oldest events where they take more room, or are too old, in one commit.

        `now`: seconds since the epoch; None: no age counts. Returns True where more may be to do, False: all is
        within bounds.
        """
        size = self.size
        wanted = [] if now is None else self._aged(now - max_age_s, now + _DAY_S)
        if not wanted and size > max_bytes:
            wanted = self._oldest(self._excess(size, max_bytes))
        if wanted:
            with transaction(self._connection):
                self._connection.execute("DELETE FROM events WHERE seq <= ?", (wanted[-1],))
                self._hours.forget(wanted[-1])
        free = self._one("PRAGMA freelist_count")
        too_large = self._one("PRAGMA page_count") * PAGE_BYTES > max_bytes  # else their room is for new ones
        if too_large and free:
            give_back_pages(self._connection, AT_ONCE)
        return bool(wanted) or (too_large and free > 0)

    def close(self) -> None:
        """Never raises."""
        try:
            self._connection.close()
        except sqlite3.Error:
            log.debug("a history did not close", exc_info=True)

    def _one(self, sql: str) -> Any:
        return self._connection.execute(sql).fetchone()[0]

    def _excess(self, size: int, max_bytes: int) -> int:
        """How many events are to go in this commit."""
        count = self._one("SELECT MAX(seq) - MIN(seq) + 1 FROM events") or 0
        return min(AT_ONCE, int(count * (1 - _ROOM * max_bytes / size)) + 1)

    def _oldest(self, limit: int) -> list[int]:
        sql = "SELECT seq FROM events ORDER BY seq LIMIT ?"
        return [seq for (seq,) in self._connection.execute(sql, (limit,))]

    def _aged(self, limit: float, future: float) -> list[int]:
        """The oldest, up to the last of them that is too old: what comes before it is older still."""
        rows = self._connection.execute("SELECT seq, ts FROM events ORDER BY seq LIMIT ?", (AT_ONCE,)).fetchall()
        last = 0
        for place, (_, ts) in enumerate(rows):
            if limit <= ts / 1000 < future:
                break
            if _BELIEVED_S <= ts / 1000 < limit:
                last = place + 1
        return [seq for seq, _ in rows[:last]]

    def _new_name(self, name: str) -> int:
        self._connection.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (name,))
        row = self._connection.execute("SELECT number FROM names WHERE name = ?", (name,)).fetchone()
        return int(row[0])

    def _row(self, event: LoggedEvent) -> _Row | None:
        """None for a body that is no event's: said once, since nobody could show it."""
        try:
            body: Mapping[str, Any] = json.loads(event.body)
            label, event_type = str(body["label"]), str(body["event_type"])
            ts = round(seconds_of(body["ts"]) * 1000)
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            if self._strange.is_news():
                log.warning(
                    "event %d of view %s is not kept in the history: %r",
                    event.seq,
                    event.view,
                    error,
                    extra={"view": event.view},
                )
            return None
        return _Row(event.seq, ts, event.view, label, event_type, self._packer.pack(event.body))
