"""Whether the tables take what is written to them: what declares them may be damaged, and their pages whole."""

import sqlite3

from edgeclassify.files.database import DamagedError
from edgeclassify.publish.spool.database import acknowledged, tallies, views

EVENTS = (
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, view TEXT NOT NULL, body BLOB, "
    "crc INTEGER NOT NULL)"
)
INSERT_EVENT = "INSERT OR REPLACE INTO events (seq, at, view, body, crc) VALUES (?, ?, ?, ?, ?)"
_OTHERS = {"views": views.INSERT, "tallies": tallies.INSERT, "acknowledged": acknowledged.INSERT}


def check_tables(connection: sqlite3.Connection) -> None:
    """Of those that are there; all but one are made when they are needed. Raises sqlite3.Error."""
    _try(connection, INSERT_EVENT)
    if not any(row[5] and row[1] == b"seq" for row in connection.execute("PRAGMA table_info(events)")):
        raise DamagedError("malformed database schema")
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    for name, insert in _OTHERS.items():
        if name.encode() in found:
            _try(connection, insert)


def _try(connection: sqlite3.Connection, insert: str) -> None:
    """Compiled, and not run."""
    connection.execute(f"EXPLAIN {insert}", (None,) * insert.count("?")).close()
