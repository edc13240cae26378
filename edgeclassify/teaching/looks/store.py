"""The looks that are kept: written by the daemon, read and taken away by commands at the same time."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from edgeclassify.files.database import give_back_pages, transaction
from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.teaching.looks import collecting, rows
from edgeclassify.teaching.looks.faults import in_words
from edgeclassify.teaching.looks.file import PAGE_BYTES, open_looks
from edgeclassify.teaching.looks.interface import MOST_COLLECTED, Collection

_NOTHING: Mapping[tuple[str, str], float] = MappingProxyType({})


class LookStore:
    """Not thread-safe, but usable from any thread. Several may be open on one file, in several processes.

    Each change is durable as a whole when its method returns, or nothing of it is. Every method may raise
    LooksError, with a message that says what to do.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection
        self._inode = _inode(path)

    @classmethod
    def open(cls, path: Path, *, create: bool = True, check: bool = False) -> Self:
        """Open the file, or begin a new one; with `create` False MissingLooksError where there is none.

        `check`: look through the whole of it where a process has died at work (seconds): for the daemon.
        """
        with in_words(path):
            return cls(path, open_looks(path, create=create, check=check))

    def close(self) -> None:
        """Never raises."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- looks -----------------------------------------------------------------------------------------

    def add(
        self,
        looks: Sequence[Look],
        *,
        in_place_of: Sequence[int] = (),
        watched_s: Mapping[tuple[str, str], float] = _NOTHING,
    ) -> list[int | None]:
        """Keep these, in one commit: their numbers; None for a second look of one event, which is not kept.

        `in_place_of`: numbers of those that go for it. `watched_s`: (model, view) of collections, and how many
        seconds of them are over.
        """
        with self._change() as connection:
            numbers = [rows.insert(connection, look) for look in looks]
            self._delete(in_place_of)
            for (model, view), seconds in watched_s.items():
                collecting.note_watched(connection, model, view, seconds)
        return numbers

    def of_event(self, event_id: str) -> Look | None:
        """The look behind an event, by the id that its start, updates and end share; None: it is not kept."""
        return next(iter(self._select("looks.event_id = ?", event_id)), None)

    def pictured(self, event_ids: Sequence[str]) -> frozenset[str]:
        """Those of these events of which a picture is kept."""
        marks = ", ".join("?" * len(event_ids))
        sql = (
            "SELECT looks.event_id FROM looks JOIN contents ON contents.look = looks.id "
            f"WHERE looks.event_id IN ({marks}) AND contents.jpeg IS NOT NULL"
        )
        with in_words(self.path):
            return frozenset(event_id for (event_id,) in self._connection.execute(sql, tuple(event_ids)))

    def look(self, number: int) -> Look | None:
        """One by its number; None: it is gone."""
        return next(iter(self._select("looks.id = ?", number)), None)

    def unsure(self, view: str | None = None, limit: int = 100) -> list[Look]:
        """Those of which somebody should say what they show, the newest first."""
        where = "looks.kind = ? AND looks.view = coalesce(?, looks.view) ORDER BY looks.id DESC LIMIT ?"
        return self._select(where, LookKind.UNSURE.value, view, limit)

    def collected(self, model: str, view: str | None = None) -> list[Look]:
        """What has been gathered for a taught model, the oldest first."""
        where = "looks.kind = ? AND looks.model = ? AND looks.view = coalesce(?, looks.view) ORDER BY looks.id"
        return self._select(where, LookKind.COLLECTED.value, model, view)

    def without_pictures(self, kind: LookKind) -> list[Look]:
        """All of a kind, the oldest first, without their pictures: for who compares their embeddings."""
        return self._select("looks.kind = ? ORDER BY looks.id", kind.value, pictures=False)

    def numbers(self, kind: LookKind) -> list[int]:
        """Those of all of a kind."""
        with in_words(self.path):
            sql = "SELECT id FROM looks WHERE kind = ? ORDER BY id"
            return [number for (number,) in self._connection.execute(sql, (kind.value,))]

    def count(self, kind: LookKind | None = None) -> int:
        """How many there are."""
        where, values = ("", ()) if kind is None else ("WHERE kind = ?", (kind.value,))
        return self._number(f"SELECT COUNT(*) FROM looks {where}", values)

    def remove(self, numbers: Sequence[int]) -> int:
        """Take these away, since they are examples now or of no use: how many were there."""
        with self._change():
            return self._delete(numbers)

    # --- collections -----------------------------------------------------------------------------------

    def begin_collection(
        self, model: str, view: str, lasts_s: float, most: int = MOST_COLLECTED, now: float | None = None
    ) -> Collection:
        """Have the daemon gather frames of this view for a taught model, from its next look here (a second) on.

        Where it does so already it begins anew, and keeps what there is. `now`: seconds since the epoch.
        """
        collection = Collection(model, view, time.time() if now is None else now, lasts_s, most)
        with self._change() as connection:
            collecting.begin(connection, collection)
        return collection

    def collections(self, model: str | None = None) -> list[Collection]:
        """Those of a model, or all, in the order in which they were begun; those that have ended too."""
        with in_words(self.path):
            return list(collecting.every(self._connection, model))

    def end_collection(self, model: str, view: str | None = None, why: str = collecting.STOPPED) -> int:
        """Gather no more, in a view or in all: how many ended by this. What has been gathered stays."""
        with self._change() as connection:
            return collecting.end(connection, model, view, why)

    def forget_collection(self, model: str) -> None:
        """Take away what was gathered for a model, and that it was."""
        with self._change() as connection:
            collecting.forget(connection, model)

    # --- bounds, and what may not be kept ----------------------------------------------------------------

    @property
    def bytes_used(self) -> int:
        """What all of them take."""
        return (self._number("PRAGMA page_count") - self._number("PRAGMA freelist_count")) * PAGE_BYTES

    @property
    def version(self) -> int:
        """Another number when another process, or another store, has changed something. Cheap."""
        return self._number("PRAGMA data_version")

    def ages(self, kind: LookKind, limit: int) -> list[tuple[int, float]]:
        """The oldest of a kind: number, and seconds since the epoch."""
        sql = "SELECT id, at FROM looks WHERE kind = ? ORDER BY id LIMIT ?"
        with in_words(self.path):
            return self._connection.execute(sql, (kind.value, limit)).fetchall()

    def give_back(self, most_bytes: int, pages: int) -> bool:
        """Make a file smaller that is larger than that, by up to so many pages: True where there is more to do."""
        with in_words(self.path):
            if self._number("PRAGMA page_count") * PAGE_BYTES <= most_bytes:
                return False
            give_back_pages(self._connection, pages)
            return self._number("PRAGMA freelist_count") > 0

    def erase_pictures(self) -> bool:
        """Take all pictures away, so that no bytes of them are left in the file: True where there were any."""
        if not self._number("SELECT COUNT(*) FROM traces"):
            return False
        with in_words(self.path):
            with transaction(self._connection):
                self._connection.execute("UPDATE contents SET jpeg = NULL WHERE jpeg IS NOT NULL")
            # Those that were deleted before still lie in pages that are free, and all of them in the log.
            self._connection.execute("PRAGMA temp_store=MEMORY")
            self._connection.execute("VACUUM")
            if self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise sqlite3.OperationalError("another process reads it just now")
            self._connection.execute("DELETE FROM traces")
        return True

    @property
    def was_removed(self) -> bool:
        """True where the file is gone that is open here, or another one is in its place."""
        return _inode(self.path) != self._inode

    # --- how ---------------------------------------------------------------------------------------------

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with in_words(self.path), transaction(self._connection):
            yield self._connection

    def _delete(self, numbers: Sequence[int]) -> int:
        keys = [(number,) for number in numbers]
        self._connection.executemany("DELETE FROM contents WHERE look = ?", keys)
        return self._connection.executemany("DELETE FROM looks WHERE id = ?", keys).rowcount if keys else 0

    def _select(self, where: str, *values: object, pictures: bool = True) -> list[Look]:
        with in_words(self.path):
            return list(rows.select(self._connection, where, values, pictures=pictures))

    def _number(self, sql: str, values: Sequence[object] = ()) -> int:
        with in_words(self.path):
            return int(self._connection.execute(sql, tuple(values)).fetchone()[0])


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
