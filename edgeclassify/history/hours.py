"""From which event on the hour is another one: by that a span of time is a span of numbers."""

import sqlite3

HOUR_MS = 3_600_000


class Hours:
    """The table `hours`. Not thread-safe; every method may raise sqlite3.Error. Changes need a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def note(self, seq: int, ts: int, last_seq: int) -> None:
        """An event was written, at `ts` (milliseconds). `last_seq`: the highest number before."""
        hour = ts // HOUR_MS
        row = self._connection.execute(
            "SELECT hour FROM hours WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1", (seq,)
        ).fetchone()
        if row is not None and row[0] == hour:
            return
        self._connection.execute("INSERT OR REPLACE INTO hours VALUES (?, ?)", (seq, hour))
        if seq < last_seq and row is not None:  # between others, which stay in their hour
            self._connection.execute("INSERT OR IGNORE INTO hours VALUES (?, ?)", (seq + 1, row[0]))

    def forget(self, last: int) -> None:
        """The events up to this number are gone."""
        sql = "SELECT MAX(first_seq) FROM hours WHERE first_seq <= ?"
        (begin,) = self._connection.execute(sql, (last + 1,)).fetchone()
        self._connection.execute("DELETE FROM hours WHERE first_seq < ?", (begin or 0,))


def span_of(connection: sqlite3.Connection, since: float | None, until: float | None) -> tuple[int, int] | None:
    """The numbers between which all events of a span of time (seconds since the epoch) lie; None: there are none.

    May raise sqlite3.Error.
    """
    low = -(2**63) if since is None else int(since * 1000) // HOUR_MS
    high = 2**63 - 1 if until is None else int(until * 1000) // HOUR_MS
    sql = "SELECT MIN(first_seq), MAX(first_seq) FROM hours WHERE hour BETWEEN ? AND ?"
    first, last = connection.execute(sql, (low, high)).fetchone()
    if first is None:
        return None
    sql = "SELECT MIN(first_seq) FROM hours WHERE first_seq > ?"
    (behind,) = connection.execute(sql, (last,)).fetchone()
    return first, 2**63 - 1 if behind is None else behind - 1
