"""SQLite databases that are files of ours: what an error of one means, and a damaged one set aside."""

import sqlite3
from contextlib import suppress
from pathlib import Path

_PARTS = ("", "-wal", "-shm", "-journal")


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


def check_header(path: Path) -> None:
    """SQLite would take a file with other format numbers for one that is only read-only. Raises DamagedError."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        header = file.read(20)
        if header and header[18:20] not in (b"\1\1", b"\2\2"):
            raise DamagedError("file is not a database")


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
