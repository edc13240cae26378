"""SQLite databases that are files of ours: opened, changed, what an error of one means, and set aside."""

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PARTS = ("", "-wal", "-shm", "-journal")
_WAL_HEADER = 32
_ATTEMPTS = 10


class DamagedError(sqlite3.DatabaseError):
    """The database opens, but does not hold what it should."""


def is_damage(error: sqlite3.Error) -> bool:
    """True where the file itself is broken, and not only unwritable now."""
    if isinstance(error, DamagedError):
        return True
    return primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_full(error: sqlite3.Error) -> bool:
    """True where there is no room on the disk."""
    return primary_code(error) == sqlite3.SQLITE_FULL


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code of an error, without what extends it."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


_here = threading.Lock()
_open_here: Counter[str] = Counter()
"""Databases that this process has open, by their path, and how often.

Nobody else in it may open such a file and close it again: with that the system takes the process's locks on it
away, of all its connections. Another process would then take itself for the last one, and its log away with it.
"""


class _Connection(sqlite3.Connection):
    """Counted while it is open."""

    place: str | None = None

    def close(self) -> None:
        super().close()
        with _here:
            place, self.place = self.place, None
            if place is not None:
                _open_here[place] -= 1


def connect(path: Path, *, timeout: float, how: str = "", check_same_thread: bool = False) -> sqlite3.Connection:
    """A connection without transactions of its own. `how`: of a URI, as in "mode=ro". Raises sqlite3.Error."""
    database = f"{path.absolute().as_uri()}?{how}" if how else str(path)
    with _here:
        connection: _Connection = sqlite3.connect(
            database,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=check_same_thread,
            uri=bool(how),
            factory=_Connection,
        )
        connection.place = os.path.realpath(path)
        _open_here[connection.place] += 1
    return connection


def check_readable(path: Path) -> None:
    """Whether it may be read at all is said by the system, in clearer words than SQLite's. Raises OSError."""
    with _here:
        if not _open_here[os.path.realpath(path)]:
            path.open("rb").close()


def check_header(path: Path) -> None:
    """SQLite would take a file with other format numbers for one that is only read-only. Raises DamagedError."""
    with _here:
        if _open_here[os.path.realpath(path)]:
            return
        header = b""
        with suppress(FileNotFoundError), path.open("rb") as file:
            header = file.read(20)
    if header and header[18:20] not in (b"\1\1", b"\2\2"):
        raise DamagedError("file is not a database")


@contextmanager
def opening(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read first: an error in it closes the database, and may show that it is none of ours.

    Raises DamagedError in the place of an error that shows it.
    """
    try:
        yield
    except BaseException as error:
        with suppress(sqlite3.Error):
            connection.close()
        # The statements here are right: what they don't fit is not our schema.
        if isinstance(error, sqlite3.Error) and primary_code(error) == sqlite3.SQLITE_ERROR:
            raise DamagedError(str(error)) from error
        # sqlite3 can't decode its own message where it quotes a damaged schema.
        if isinstance(error, UnicodeDecodeError):
            raise DamagedError("malformed database schema") from error
        raise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is done within it, or nothing; when it ends, as durable as `synchronous` says."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def give_back_pages(connection: sqlite3.Connection, most: int) -> None:
    """Make a database smaller by up to so many free pages, in one commit. May raise sqlite3.Error."""
    # As a script: each step of this statement frees one page, and Python 3.11 takes one step of it alone.
    connection.executescript(f"PRAGMA incremental_vacuum({int(most)})")


def copy_in_use(path: Path, folder: Path) -> Path:
    """Copy a database in WAL mode, also while another process has it locked and writes: as it was at one moment.

    Pages reach the database from its log alone, so a copy of the log that is made behind that of the database has
    whatever was half done there, unless the log was begun anew meanwhile: its header tells. Raises OSError.
    """
    import shutil

    copy, log, log_copy = folder / path.name, Path(f"{path}-wal"), folder / f"{path.name}-wal"
    for _ in range(_ATTEMPTS):
        before = _begin_of(log)
        shutil.copyfile(path, copy)
        log_copy.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(log, log_copy)
        if before == _begin_of(log_copy) == _begin_of(log):
            return copy
    raise BlockingIOError(f"{path} is written too often to be copied")


def _begin_of(log: Path) -> bytes:
    """What says which round of a database's log it is; empty where there is none."""
    with suppress(FileNotFoundError), log.open("rb") as file:
        return file.read(_WAL_HEADER)
    return b""


def set_database_aside(path: Path, kept: int, word: str = "damaged") -> Path:
    """Rename a closed database with all its parts; returns its new name. Raises OSError.

    `kept`: so many of them stay on the disk, older ones are deleted. `word` says in the name what they are.
    """
    known = sorted(filter(None, (_number(file) for file in path.parent.glob(f"{path.name}.{word}-*"))))
    aside = path.with_name(f"{path.name}.{word}-{max(known, default=0) + 1}")
    for part in _PARTS:
        with suppress(FileNotFoundError):
            Path(f"{path}{part}").rename(f"{aside}{part}")
    for number in known[: max(0, len(known) - kept + 1)]:
        for part in _PARTS:
            with suppress(OSError):
                Path(f"{path}.{word}-{number}{part}").unlink(missing_ok=True)
    return aside


def _number(path: Path) -> int:
    digits = path.name.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0
