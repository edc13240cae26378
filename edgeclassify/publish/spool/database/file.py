"""The table of undelivered events. Errors leave it as sqlite3 raises them.

`events(seq, at, view, body, crc)`: one row per undelivered event. The row with the highest `seq` stays when its
event is delivered, with no body, so that the last number survives an empty spool. `at` is the daemon's running
time in seconds, and the header's `user_version` the newest one known: wall clocks of a Pi jump. `crc` guards what
SQLite does not check itself, and tells which rows of a damaged database can be trusted. `views`: see
views.py; `tallies`: see tallies.py; `acknowledged`: see acknowledged.py.
"""

import zlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from edgeclassify.files.database import DamagedError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.acknowledgements import Run
from edgeclassify.publish.spool.clocks import Stamp
from edgeclassify.publish.spool.database import acknowledged
from edgeclassify.publish.spool.database.acknowledged import Change
from edgeclassify.publish.spool.database.connection import Connect, Database, connect
from edgeclassify.publish.spool.database.known import Records
from edgeclassify.publish.spool.database.tables import EVENTS, INSERT_EVENT, check_tables
from edgeclassify.publish.spool.database.tallies import read_tallies, write_tallies
from edgeclassify.publish.spool.database.views import read_views, write_views

NEVER = Stamp("", 0.0, 0.0)
ROW_OVERHEAD = 96
"""Bytes that a row takes beside view and body, roughly, with what stays free on its page."""

_APPLICATION = 0x65635370  # "ecSp"
_MANY, _FEW = 8, 8
"""Of so many rows that go, where no more stay, the table is emptied and those are put back."""
_PUT_BACK = "INSERT INTO events (seq, at, view, body, crc) VALUES (?, ?, CAST(? AS TEXT), ?, ?)"
_SIZE = f"LENGTH(CAST(view AS BLOB)) + LENGTH(body) + {ROW_OVERHEAD}"


@dataclass(frozen=True, slots=True)
class Row:
    """An undelivered event, and when it was appended, in seconds of the daemon's running time."""

    event: SpooledEvent
    at: int

    @property
    def size(self) -> int:
        """Bytes that count against the spool's cap."""
        return len(self.event.view.encode()) + len(self.event.body) + ROW_OVERHEAD


class SpoolFile:
    """The open database. Not thread-safe, but usable from any thread. Every method may raise sqlite3.Error.

    `fresh`: it is new. `totals`: number and bytes of undelivered events at the begin. `running_s`: the running
    time (seconds) that it knows of. `inode`: of the file. OSError may be raised at the begin, too.
    Whole, since each of its methods is a statement on the one table, whose last row stays.
    """

    def __init__(self, path: Path, connect: Connect = connect) -> None:
        self._database = database = Database(path, _APPLICATION, EVENTS, connect)
        self._connection, self.fresh = database.connection, database.fresh
        with database.opening():
            self.inode = path.stat().st_ino
            check_tables(self._connection)
            self.last_seq, self._tombstone = self._end()
            self.running_s = self._running_s()
            self.totals = self._totals()

    def _totals(self) -> tuple[int, int]:
        count, size = self._database.one(f"SELECT COUNT(*), TOTAL({_SIZE}) FROM events WHERE body NOT NULL")
        return int(count), int(size)

    def write(
        self,
        rows: Sequence[Row],
        remove: Collection[int] = (),
        known: Records = Records(),  # noqa: B008 - frozen
        now: Stamp = NEVER,
    ) -> None:
        """Add rows (of two with one `seq` the later stays) and remove others, durable when this returns.

        `known`: what is known of views and labels from `now` on.
        """
        last = max([self.last_seq, *(row.event.seq for row in rows)])
        with self._database.transaction(durable=True):
            removed = set(remove) - {row.event.seq for row in rows}
            if self._tombstone is not None and self._tombstone < last:
                removed.add(self._tombstone)
            tombstone = self._remove(removed, last)
            self._connection.executemany(INSERT_EVENT, map(_values, rows))
            self._write(known, now)
        if tombstone:
            self._tombstone = last
        elif self._tombstone in removed or any(row.event.seq == last for row in rows):
            self._tombstone = None
        self.last_seq = last

    def known(self, now: Stamp) -> Records:
        """What is known of views and labels. Read first: an error closes the database, see Database.opening."""
        with self._database.opening():
            return Records(list(read_views(self._connection, now).values()), read_tallies(self._connection))

    def note(self, known: Records, now: Stamp) -> None:
        """Replace what is known of these, in one commit that the next durable one makes durable too."""
        with self._database.transaction(durable=False):
            self._write(known, now)

    def _write(self, known: Records, now: Stamp) -> None:
        write_views(self._connection, known.views, now)
        write_tallies(self._connection, known.tallies)

    def remove(self, seqs: Collection[int], changes: Iterable[Change] = ()) -> None:
        """Remove rows, in one commit that the next durable one makes durable too.

        `changes`: of what several sinks have had.
        """
        with self._database.transaction(durable=False):
            tombstone = self._remove(seqs, self.last_seq)
            acknowledged.write(self._connection, changes)
        if tombstone:
            self._tombstone = self.last_seq

    def _remove(self, seqs: Collection[int], last: int) -> bool:
        going = {seq for seq in seqs if seq != last}
        staying = self._staying(going) if len(going) >= _MANY else None
        if staying is None:
            self._connection.executemany("DELETE FROM events WHERE seq = ?", [(seq,) for seq in going])
        else:  # SQLite then frees the pages as they are, where it would write each of them
            self._connection.execute("DELETE FROM events")
            self._connection.executemany(_PUT_BACK, staying)
        if last in seqs:
            self._connection.execute("UPDATE events SET view = '', body = NULL, crc = 0 WHERE seq = ?", (last,))
        return last in seqs

    def _staying(self, going: Collection[int]) -> list[tuple[object, ...]] | None:
        """The rows that are left when these have gone; None where they are more than a few."""
        limit = len(going) + _FEW
        known = self._connection.execute("SELECT seq FROM events LIMIT ?", (limit + 1,)).fetchall()
        staying = [key for key in known if key[0] not in going]
        if len(known) > limit or len(staying) > _FEW:
            return None
        sql = "SELECT seq, at, view, body, crc FROM events WHERE seq = ?"
        return [self._connection.execute(sql, key).fetchone() for key in staying]

    def read(self, limit: int, after: int) -> list[Row]:
        """The oldest undelivered rows above `after`."""
        sql = "SELECT seq, at, view, body, crc FROM events WHERE seq > ? AND body NOT NULL ORDER BY seq LIMIT ?"
        rows = [parsed(values) for values in self._connection.execute(sql, (after, limit))]
        if None in rows:
            raise DamagedError("a row does not match its checksum")
        return [row for row in rows if row is not None]

    def oldest(self, limit: int, after: int) -> list[tuple[int, int, int]]:
        """(seq, at, size) of the oldest undelivered rows above `after`."""
        sql = f"SELECT seq, at, {_SIZE} FROM events WHERE seq > ? AND body NOT NULL ORDER BY seq LIMIT ?"
        return self._connection.execute(sql, (after, limit)).fetchall()

    def within(self, first: int, last: int) -> list[int]:
        """The numbers of the undelivered rows from `first` to `last`."""
        sql = "SELECT seq FROM events WHERE seq BETWEEN ? AND ? AND body NOT NULL"
        return [seq for (seq,) in self._connection.execute(sql, (first, last))]

    def acknowledged(self) -> dict[str, list[Run]]:
        """What each of several sinks has had; nothing where there was only one."""
        return acknowledged.read(self._connection)

    def forget_acknowledged(self) -> None:
        """There is only one sink, or what is noted of them is written anew."""
        with self._database.transaction(durable=False):
            acknowledged.forget(self._connection)

    def sizes(self, seqs: Collection[int]) -> dict[int, int]:
        """The sizes of those of these events that are here, undelivered."""
        sql = f"SELECT {_SIZE} FROM events WHERE seq = ? AND body NOT NULL"
        found = ((seq, self._connection.execute(sql, (seq,)).fetchone()) for seq in seqs)
        return {seq: row[0] for seq, row in found if row is not None}

    def stamp(self, running_s: int) -> None:
        """Remember the daemon's running time (seconds)."""
        with self._database.transaction(durable=False):
            self._connection.execute(f"PRAGMA user_version={min(running_s, 2**31 - 1)}")

    def close(self) -> None:
        """Never raises."""
        self._database.close()

    def _end(self) -> tuple[int, int | None]:
        row = self._connection.execute("SELECT seq, body IS NULL FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return (0, None) if row is None else (row[0], row[0] if row[1] else None)

    def _running_s(self) -> int:
        newest = self._connection.execute("SELECT at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return max(int(self._database.one("PRAGMA user_version")[0]), 0 if newest is None else int(newest[0]))


def parsed(values: tuple[object, ...]) -> Row | None:
    """A row from (seq, at, view, body, crc) as read; None when it is not what was written."""
    if len(values) != 5:
        return None
    seq, at, view, body, crc = values
    if not (isinstance(seq, int) and isinstance(at, int) and isinstance(view, bytes) and isinstance(body, bytes)):
        return None
    if crc != _checksum(seq, view, body):
        return None
    return Row(SpooledEvent(seq, view.decode("utf-8", "replace"), body), at)


def _values(row: Row) -> tuple[int, int, str, bytes, int]:
    event = row.event
    return event.seq, row.at, event.view, event.body, _checksum(event.seq, event.view.encode(), event.body)


def _checksum(seq: int, view: bytes, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(b"%d %s " % (seq, view)))
