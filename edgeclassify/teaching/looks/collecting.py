"""The table of what is being gathered. Errors are sqlite3's own."""

import sqlite3
from collections.abc import Iterator

from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.looks.interface import Collection

STOPPED = "it was stopped"
DONE = "its time is over"
_COUNT = "(SELECT COUNT(*) FROM looks WHERE looks.model = collections.model AND looks.view = collections.view)"


def begin(connection: sqlite3.Connection, collection: Collection) -> None:
    """Gather from now on; what was gathered before for the same model in the same view counts with it."""
    connection.execute(
        "INSERT OR REPLACE INTO collections VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            collection.model, collection.view, collection.begun_at, collection.lasts_s, collection.most,
            collection.watched_s, collection.ended,
        ),
    )  # fmt: skip


def every(connection: sqlite3.Connection, model: str | None) -> Iterator[Collection]:
    """Those of a model, or all; the ended ones too, until what they have gathered is gone."""
    where = "" if model is None else "WHERE model = ?"
    sql = (
        f"SELECT model, view, begun_at, lasts_s, most, watched_s, ended, {_COUNT} FROM collections {where} "
        "ORDER BY begun_at, model, view"
    )
    for row in connection.execute(sql, () if model is None else (model,)):
        yield Collection(*row)


def end(connection: sqlite3.Connection, model: str, view: str | None, why: str) -> int:
    """Gather no more: how many ended by this."""
    sql = "UPDATE collections SET ended = ? WHERE model = ? AND ended IS NULL"
    values = [why, model]
    if view is not None:
        sql, values = f"{sql} AND view = ?", [*values, view]
    return connection.execute(sql, values).rowcount


def note_watched(connection: sqlite3.Connection, model: str, view: str, watched_s: float) -> None:
    """So much of its time is over."""
    connection.execute(
        "UPDATE collections SET watched_s = ? WHERE model = ? AND view = ? AND ended IS NULL",
        (watched_s, model, view),
    )


def forget(connection: sqlite3.Connection, model: str) -> None:
    """It is not known any more, nor what it has gathered."""
    connection.execute(
        "DELETE FROM contents WHERE look IN (SELECT id FROM looks WHERE kind = ? AND model = ?)",
        (LookKind.COLLECTED.value, model),
    )
    connection.execute("DELETE FROM looks WHERE kind = ? AND model = ?", (LookKind.COLLECTED.value, model))
    connection.execute("DELETE FROM collections WHERE model = ?", (model,))
