"""All sights of an archive in the order of cameras and time, sorted on disk: memory does not grow with them."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.archive.summary.visits import Sight
from edgeclassify.errors import StorageError
from edgeclassify.files import printable

_FILE = "summary.tmp"
_AT_ONCE = 10_000


class SortedSights:
    """A context: takes sights in any order, gives them back sorted. Its file is in `folder` meanwhile.

    Raises StorageError where that takes no more.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._waiting: list[tuple[str, float, str, str | None, float]] = []

    def __enter__(self) -> Self:
        with self._said():
            self._path.unlink(missing_ok=True)
            self._connection = sqlite3.connect(self._path)
            self._connection.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;"
                "CREATE TABLE sight (camera TEXT, at REAL, path TEXT, name TEXT, score REAL)"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        with suppress(OSError):
            self._path.unlink()

    def add(self, sight: Sight) -> None:
        """One more."""
        self._waiting.append((sight.camera, sight.at, sight.path, sight.name, sight.score))
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def __iter__(self) -> Iterator[Sight]:
        """All, by camera, then by time; what came at the same time by path."""
        self._write()
        with self._said():
            self._connection.execute("CREATE INDEX IF NOT EXISTS in_order ON sight (camera, at, path)")
            for row in self._connection.execute("SELECT * FROM sight ORDER BY camera, at, path"):
                yield Sight(*row)

    def _write(self) -> None:
        with self._said():
            self._connection.executemany("INSERT INTO sight VALUES (?, ?, ?, ?, ?)", self._waiting)
            self._connection.commit()
        self._waiting.clear()

    def _said(self) -> "_Said":
        return _Said(self._path)


class _Said:
    """Turns what SQLite and the system raise into one message."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, (sqlite3.Error, OSError)):
            raise StorageError(
                f"{printable(self._path)}: can't be written: {error}. The parts are whole: make room, and give "
                "the same command again."
            ) from error
