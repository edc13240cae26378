"""A damaged spool database: set aside under a new name, and what can be trusted in it read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from edgeclassify.publish.spool.clocks import Stamp
from edgeclassify.publish.spool.database.connection import connect
from edgeclassify.publish.spool.database.file import Row, parsed
from edgeclassify.publish.spool.database.views import read_views
from edgeclassify.types import ViewRecord

KEPT = 3
"""How many damaged databases stay on the disk; older ones are deleted."""

_PARTS = ("", "-wal", "-shm", "-journal")


def set_aside(path: Path) -> Path:
    """Rename a closed database with all its parts; returns its new name. Raises OSError."""
    known = sorted(_number(file) for file in path.parent.glob(f"{path.name}.damaged-*") if _number(file))
    aside = path.with_name(f"{path.name}.damaged-{max(known, default=0) + 1}")
    for part in _PARTS:
        with suppress(FileNotFoundError):
            Path(f"{path}{part}").rename(f"{aside}{part}")
    for number in known[: max(0, len(known) - KEPT + 1)]:
        for part in _PARTS:
            with suppress(OSError):
                Path(f"{path}.damaged-{number}{part}").unlink(missing_ok=True)
    return aside


def salvage(path: Path) -> Iterator[Row]:
    """The undelivered rows that are as they were written: from the oldest up to the first unreadable page, then
    from the newest down to it. A damaged tree may give some of them twice. Never raises sqlite3.Error."""
    try:
        connection = connect(path)
    except sqlite3.Error:
        return
    try:
        for order in ("ASC", "DESC"):
            sql = f"SELECT seq, at, view, body, crc FROM events WHERE body NOT NULL ORDER BY seq {order}"
            with suppress(sqlite3.Error, UnicodeDecodeError):  # a message that quotes a damaged schema
                yield from filter(None, map(parsed, connection.execute(sql)))
                return
    finally:
        with suppress(sqlite3.Error):
            connection.close()


def salvage_views(path: Path, now: Stamp) -> dict[str, ViewRecord]:
    """What is known of the views, as far as it is as it was written. Never raises sqlite3.Error."""
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(connect(path)) as connection:
        return read_views(connection, now)
    return {}


def _number(path: Path) -> int:
    digits = path.name.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0
