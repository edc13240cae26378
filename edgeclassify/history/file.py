"""The file of a history, opened: to write it, or to read it beside a daemon that does. Errors are sqlite3's own.

`events(seq, ts, view, label, event_type, body)`: one row per event; `ts` in milliseconds since the epoch, names by
their number in `names`, the body packed. `hours(first_seq, hour)`: from which event on they are of another hour
than those before; with it a span of time becomes a span of numbers, however the clock has jumped. `packing`: see
packing.py. Pages of 1 KiB: a commit writes about a third of what it would with 4 KiB.
"""

import sqlite3
from pathlib import Path

from edgeclassify.files.database import (
    DamagedError,
    check_header,
    check_readable,
    connect,
    opening,
    primary_code,
    transaction,
)
from edgeclassify.history.interface import NewerHistoryError
from edgeclassify.history.packing import DICTIONARY

FILE_NAME = "history.sqlite3"
BUSY_S = 5.0
"""How long another process may be at work in it before this one gives up."""
VERSION = 1
PAGE_BYTES = 1024
_WAL_PAGES = 256
_WAL_BYTES = 512 * 1024
_APPLICATION = 0x65634869  # "ecHi"
_SCHEMA = (
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, view INTEGER NOT NULL, "
    "label INTEGER NOT NULL, event_type INTEGER NOT NULL, body BLOB NOT NULL)",
    # All that an overview needs: a body is never read for it.
    "CREATE INDEX by_label ON events (label, seq, view, event_type, ts)",
    "CREATE TABLE names (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE hours (first_seq INTEGER PRIMARY KEY, hour INTEGER NOT NULL)",
    "CREATE TABLE packing (dictionary BLOB NOT NULL)",
)


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the history, or begin a new one. Raises sqlite3.Error, OSError, NewerHistoryError.

    After a crash the whole of it is checked: seconds, for a large one.
    """
    crashed = _size(Path(f"{path}-wal")) > 0
    check_header(path)
    connection = connect(path, timeout=BUSY_S)
    with opening(connection):
        if not connection.execute("PRAGMA page_count").fetchone()[0]:
            connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA cache_size=-1024")
        is_new = not _is_ours(connection, path)
        for pragma in (
            "journal_mode=WAL", "synchronous=FULL", f"wal_autocheckpoint={_WAL_PAGES}",
            f"journal_size_limit={_WAL_BYTES}",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        if crashed and (finding := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise DamagedError(finding)
        if is_new:
            _make_tables(connection)
    return connection


def open_in_memory() -> sqlite3.Connection:
    """One that is nowhere else, and gone when it is closed. Raises sqlite3.Error."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _make_tables(connection)
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a history that is there, and change nothing. Raises sqlite3.Error, OSError, NewerHistoryError."""
    check_readable(path)
    check_header(path)
    try:
        return _opened_to_read(path, "mode=ro")
    except sqlite3.OperationalError as error:
        # SQLite wants a log beside the database, and may not make one. Without a log nobody writes.
        if primary_code(error) != sqlite3.SQLITE_CANTOPEN or _size(Path(f"{path}-wal")):
            raise
        return _opened_to_read(path, "mode=ro&immutable=1")


def _opened_to_read(path: Path, how: str) -> sqlite3.Connection:
    connection = connect(path, timeout=BUSY_S, how=how, check_same_thread=True)
    with opening(connection):
        if not _is_ours(connection, path):
            raise DamagedError("nothing is in it")
    return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO packing VALUES (?)", (DICTIONARY,))
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute(f"PRAGMA application_id={_APPLICATION}")


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """False where nothing is in it yet. Raises DamagedError for another program's, NewerHistoryError."""
    # Asked first: whose they are is written in one step with them, and may be just now.
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application == _APPLICATION and version > VERSION:
        raise NewerHistoryError(
            f"{path}: a later version of edgeclassify has written this history (format {version}; this one reads "
            f"{VERSION}): it is left as it is. Update edgeclassify, or move the file away"
        )
    if application == _APPLICATION:
        return True
    if application or tables:
        raise DamagedError("another program's database")
    return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
