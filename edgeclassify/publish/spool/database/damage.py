"""A damaged spool database: what can be trusted in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from edgeclassify.publish.spool.clocks import Stamp
from edgeclassify.publish.spool.database.connection import connect
from edgeclassify.publish.spool.database.file import Row, parsed
from edgeclassify.publish.spool.database.known import Records
from edgeclassify.publish.spool.database.tallies import read_tallies
from edgeclassify.publish.spool.database.views import read_views
from edgeclassify.types import TallyRecord, ViewRecord


def salvage(path: Path) -> Iterator[Row]:
    """The undelivered rows that are as they were written: from the oldest up to the first unreadable page, then
    from the newest down to it. A damaged tree may give some of them twice. Never raises sqlite3.Error."""
    try:
        connection = _connect(path)
    except sqlite3.Error:
        return
    try:
        for order in ("ASC", "DESC"):
            # Whatever its columns are called and declared as: a row's checksum tells.
            sql = f"SELECT rowid, * FROM events ORDER BY rowid {order}"
            with suppress(sqlite3.Error, UnicodeDecodeError):  # a message that quotes a damaged schema
                rows = ((rowid, *values) for rowid, _, *values in connection.execute(sql))
                yield from filter(None, map(parsed, rows))
                return
    finally:
        with suppress(sqlite3.Error):
            connection.close()


def salvage_known(path: Path, now: Stamp) -> Records:
    """What is known of views and labels, as far as it is as it was written. Never raises sqlite3.Error."""
    views: list[ViewRecord] = []
    tallies: list[TallyRecord] = []
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(_connect(path)) as connection:
        # Each by itself: one may be damaged, and the other not.
        with suppress(sqlite3.Error, UnicodeDecodeError):
            views = list(read_views(connection, now).values())
        tallies = read_tallies(connection)
    return Records(views, tallies)


def _connect(path: Path) -> sqlite3.Connection:
    """Each table can be read whose own declaration can. Raises sqlite3.Error."""
    connection = connect(path)
    connection.execute("PRAGMA writable_schema=ON")
    return connection
