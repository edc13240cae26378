"""What each of several sinks has had of the events that the database still holds for others.

`acknowledged(sink, first, last, crc)`: one row for each run of neighbouring numbers. The table exists only where
there is more than one sink: what the only one has had is deleted. It is written with the deletes, at most once a
second and while they differ, and not waited for: a kill may repeat events to a sink, and lose none. A row that is
not as it was written counts for nothing, since it would keep an event from a sink.
"""

import sqlite3
import zlib
from collections.abc import Iterable

from edgeclassify.publish.spool.acknowledgements import Run

Change = tuple[str, int, Run | None]
"""Of a sink: where a run began, and the run that begins there now."""

INSERT = "INSERT OR REPLACE INTO acknowledged (sink, first, last, crc) VALUES (?, ?, ?, ?)"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS acknowledged (sink TEXT, first INTEGER, last INTEGER NOT NULL, "
    "crc INTEGER NOT NULL, PRIMARY KEY (sink, first)) WITHOUT ROWID"
)


def write(connection: sqlite3.Connection, changes: Iterable[Change]) -> None:
    """Note what has changed, within the transaction that is open. May raise sqlite3.Error."""
    listed = list(changes)
    if not listed:
        return
    connection.execute(_TABLE)
    gone = [(sink, first) for sink, first, run in listed if run is None]
    runs = [(sink, *run, _checksum(sink, run)) for sink, _, run in listed if run is not None]
    connection.executemany("DELETE FROM acknowledged WHERE sink = ? AND first = ?", gone)
    connection.executemany(INSERT, runs)


def forget(connection: sqlite3.Connection) -> None:
    """Remove the table, within the transaction that is open. May raise sqlite3.Error."""
    connection.execute("DROP TABLE IF EXISTS acknowledged")


def read(connection: sqlite3.Connection) -> dict[str, list[Run]]:
    """The runs of each sink. May raise sqlite3.Error."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'acknowledged'").fetchone() is None:
        return {}
    found: dict[str, list[Run]] = {}
    for name, first, last, crc in connection.execute("SELECT sink, first, last, crc FROM acknowledged"):
        if not (isinstance(name, bytes) and isinstance(first, int) and isinstance(last, int)):
            continue
        sink = name.decode("utf-8", "replace")
        if crc == _checksum(sink, (first, last)):
            found.setdefault(sink, []).append((first, last))
    return found


def _checksum(sink: str, run: Run) -> int:
    return zlib.crc32(b"%s %d %d" % (sink.encode(), *run))
