"""The views in the spool's database: the number of each one's last event, and what is open in it.

`views(view, seq, body, crc)`: one row per view, written in the commit of the event that changes it, so that no
kill can part the two. `body` is JSON, NULL while nothing is open. How long ago something was last seen is told by
the monotonic clock within one start of the machine, and over a reboot by the wall clock, as far as that goes.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import asdict, replace

from edgeclassify.publish.spool.clocks import Stamp
from edgeclassify.types import OpenOccurrence, ViewRecord

TABLE = (
    "CREATE TABLE IF NOT EXISTS views (view TEXT PRIMARY KEY, seq INTEGER NOT NULL, body BLOB, "
    "crc INTEGER NOT NULL) WITHOUT ROWID"
)
MOST_VIEWS = 1000
"""Of views that were renamed and renamed again only so many are remembered, those with the newest events."""
INSERT = "INSERT OR REPLACE INTO views (view, seq, body, crc) VALUES (?, ?, ?, ?)"


def write_views(connection: sqlite3.Connection, records: Iterable[ViewRecord], now: Stamp) -> None:
    """Put the records in, within the transaction that is open. May raise sqlite3.Error."""
    connection.execute(TABLE)
    connection.executemany(INSERT, [_values(record, now) for record in records])


def read_views(connection: sqlite3.Connection, now: Stamp) -> dict[str, ViewRecord]:
    """What is known of the views; a row that is not as it was written is left out. May raise sqlite3.Error."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'views'").fetchone() is None:
        return {}  # of a version that had none
    found = (_parsed(values, now) for values in connection.execute("SELECT * FROM views"))
    newest = sorted(filter(None, found), key=lambda record: record.seq, reverse=True)
    return {record.view: record for record in newest[:MOST_VIEWS]}


def _values(record: ViewRecord, now: Stamp) -> tuple[str, int, bytes | None, int]:
    body = None
    if record.open is not None:
        body = json.dumps({"open": asdict(record.open), "stamp": asdict(now)}).encode()
    return record.view, record.seq, body, checksum(record.view.encode(), record.seq, body)


def _parsed(values: tuple[object, ...], now: Stamp) -> ViewRecord | None:
    if len(values) != 4:
        return None
    view, seq, body, crc = values
    if not (isinstance(view, bytes) and isinstance(seq, int) and isinstance(body, bytes | None)):
        return None
    if crc != checksum(view, seq, body):
        return None
    try:
        return ViewRecord(view.decode(), seq, None if body is None else _occurrence(body, now))
    except (ValueError, TypeError, KeyError):
        return None


def _occurrence(body: bytes, now: Stamp) -> OpenOccurrence:
    """Raises one of several errors where a later version has written something else."""
    found = json.loads(body)
    kept = OpenOccurrence(**found["open"])
    return replace(kept, quiet_s=kept.quiet_s + now.since(Stamp(**found["stamp"])))


def checksum(view: bytes, seq: int, body: bytes | None) -> int:
    """Of a row."""
    return zlib.crc32(body or b"", zlib.crc32(b"%d %s " % (seq, view)))
