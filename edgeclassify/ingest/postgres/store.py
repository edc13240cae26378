"""The store that is a PostgreSQL database: each batch in one transaction."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import psycopg

from edgeclassify.ingest.interface import (
    DatabaseAwayError,
    DatabaseError,
    EventRow,
    FiguresRow,
    PresenceRow,
    RefusedRow,
    Row,
    Store,
)
from edgeclassify.ingest.postgres import statements
from edgeclassify.ingest.postgres.address import Address
from edgeclassify.ingest.postgres.schema import LOCK, bring_up_to_date
from edgeclassify.ingest.postgres.session import connected, meant

PAYLOAD_KEPT = 8192
"""Bytes of a refused message that are kept."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Kind = TypeVar("_Kind", EventRow, PresenceRow, FiguresRow, RefusedRow)


class PostgresStore(Store):
    """Connects when it has to, and again after a loss."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: psycopg.Connection | None = None

    def prepare(self) -> None:
        """Connect, and bring its schema up to date. Raises DatabaseError, DatabaseAwayError."""
        self._connected()

    def write(self, rows: Sequence[Row]) -> None:
        """All rows or none. Raises DatabaseError, DatabaseAwayError, RowsRefusedError."""
        connection = self._connected()
        try:
            with connection.transaction():
                # One batch after the other, of all ingests: what is folded has to see what the others have.
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                _fold_events(connection, _of(rows, EventRow))
                _note_presence(connection, _of(rows, PresenceRow))
                _note_figures(connection, _of(rows, FiguresRow))
                _keep_refused(connection, _of(rows, RefusedRow))
        except psycopg.Error as error:
            found = meant(self._address, error)
            if isinstance(found, DatabaseAwayError | DatabaseError):
                # The next attempt begins with a fresh connection: a table may be gone, or the server another one.
                self.close()
            raise found from error

    def close(self) -> None:
        """Let go of it. Never raises."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _connected(self) -> psycopg.Connection:
        if self._connection is not None:
            return self._connection
        connection = connected(self._address)
        try:
            bring_up_to_date(connection, self._address)
            connection.execute(statements.INCOMING)
        except psycopg.Error as error:
            connection.close()
            found = meant(self._address, error)
            if isinstance(found, DatabaseAwayError | DatabaseError):
                raise found from error
            raise DatabaseAwayError(str(found)) from error
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection


def _of(rows: Sequence[Row], kind: type[_Kind]) -> list[_Kind]:
    return [row for row in rows if isinstance(row, kind)]


def _moment(seconds: float) -> datetime:
    return _EPOCH + timedelta(microseconds=round(seconds * 1e6))


def _fold_events(connection: psycopg.Connection, rows: Sequence[EventRow]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(statements.COPY) as copy:
        for row in rows:
            copy.write_row((
                row.node, row.seq, row.id, row.view, row.event_type, row.label, row.score, _moment(row.ts),
                _moment(row.received_at), row.live, row.details,
            ))  # fmt: skip
    moved_in_time = {node for node, is_earlier in connection.execute(statements.FOLD).fetchall() if is_earlier}
    connection.execute(statements.INSERT)
    used_twice = {node for (node,) in connection.execute(statements.USED_TWICE).fetchall()}
    nodes = sorted(used_twice | moved_in_time)
    if not nodes:
        return
    moved = [node for (node,) in connection.execute(statements.BEGINNINGS, {"nodes": nodes}).fetchall()]
    connection.execute(statements.ASSIGN_TOUCHED, {"nodes": nodes})
    if moved:
        connection.execute(statements.ASSIGN_ALL, {"nodes": moved})


def _note_presence(connection: psycopg.Connection, rows: Sequence[PresenceRow]) -> None:
    """What is new before what was kept, which tells only what is not known yet."""
    values = [
        (row.node, row.view, _moment(row.at), row.online, row.kept)
        for row in sorted(rows, key=lambda row: row.kept)
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statements.PRESENCE, values)


def _note_figures(connection: psycopg.Connection, rows: Sequence[FiguresRow]) -> None:
    newest: dict[tuple[str, str], FiguresRow] = {}
    for row in rows:
        before = newest.get((row.node, row.kind))
        if before is None or row.received_at > before.received_at:
            newest[row.node, row.kind] = row
    values = [(row.node, row.kind, _moment(row.received_at), row.body) for row in newest.values()]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statements.FIGURES, values)


def _keep_refused(connection: psycopg.Connection, rows: Sequence[RefusedRow]) -> None:
    """Each once, counted where it is new; the newest are kept."""
    for row in rows:
        at, begin = _moment(row.received_at), row.payload[:PAYLOAD_KEPT]
        values = (row.node, row.topic, at, row.reason, len(row.payload), begin)
        if connection.execute(statements.REFUSED, values).fetchone() is not None:
            connection.execute(statements.REFUSALS, (row.node, at))
    if rows:
        connection.execute(statements.TRIM, (statements.REFUSED_KEPT,))
