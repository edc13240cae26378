"""What is counted of labels, in the spool's database.

`tallies(view, label, body, crc)`: one row per label that was ever in a view, written in the commit of the event
that counts it, so that no kill can part the two. `body` is JSON.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable

from edgeclassify.types import DayTally, TallyRecord

TABLE = (
    "CREATE TABLE IF NOT EXISTS tallies (view TEXT NOT NULL, label TEXT NOT NULL, body BLOB NOT NULL, "
    "crc INTEGER NOT NULL, PRIMARY KEY (view, label)) WITHOUT ROWID"
)
MOST_LABELS = 20_000
"""Of so many labels, those of all views together, is something kept; those that started last."""
INSERT = "INSERT OR REPLACE INTO tallies (view, label, body, crc) VALUES (?, ?, ?, ?)"


def write_tallies(connection: sqlite3.Connection, records: Iterable[TallyRecord]) -> None:
    """Put the records in, within the transaction that is open, and take out those of which nothing is kept any
    more. May raise sqlite3.Error."""
    records = list(records)
    if not records:
        return
    connection.execute(TABLE)
    kept = [_values(record) for record in records if not record.is_empty]
    gone = [(record.view, record.label) for record in records if record.is_empty]
    connection.executemany(INSERT, kept)
    connection.executemany("DELETE FROM tallies WHERE view = ? AND label = ?", gone)


def read_tallies(connection: sqlite3.Connection) -> list[TallyRecord]:
    """What is counted, those that started last at the end; a row that is not as it was written is left out. May
    raise sqlite3.Error."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'tallies'").fetchone() is None:
        return []  # of a version that had none, or nothing was counted yet
    found = filter(None, map(_parsed, connection.execute("SELECT * FROM tallies")))
    return sorted(found, key=lambda record: record.last or 0.0)


def _values(record: TallyRecord) -> tuple[str, str, bytes, int]:
    content: dict[str, object] = {"days": [[one.day, one.count, round(one.seconds, 3)] for one in record.days]}
    if record.last is not None:
        content |= {"last": round(record.last, 3), "last_day": record.last_day}
    if record.undated:
        content["undated"] = True
    body = json.dumps(content, separators=(",", ":")).encode()
    # A lone surrogate (a label file that is no UTF-8) has no UTF-8 form.
    view, label = (text.encode("utf-8", "replace") for text in (record.view, record.label))
    return view.decode(), label.decode(), body, checksum(view, label, body)


def _parsed(values: tuple[object, ...]) -> TallyRecord | None:
    if len(values) != 4:
        return None
    view, label, body, crc = values
    if not (isinstance(view, bytes) and isinstance(label, bytes) and isinstance(body, bytes)):
        return None
    if crc != checksum(view, label, body):
        return None
    try:
        found = json.loads(body)
        days = tuple(DayTally(int(day), int(count), float(seconds)) for day, count, seconds in found["days"])
        last, last_day = found.get("last"), found.get("last_day")
        return TallyRecord(
            view.decode(),
            label.decode(),
            days,
            None if last is None else float(last),
            None if last_day is None else int(last_day),
            bool(found.get("undated", False)),
        )
    except (ValueError, TypeError, KeyError, AttributeError):  # a later version has written something else
        return None


def checksum(view: bytes, label: bytes, body: bytes) -> int:
    """Of a row."""
    return zlib.crc32(body, zlib.crc32(b"%d %s %s " % (len(view), view, label)))
