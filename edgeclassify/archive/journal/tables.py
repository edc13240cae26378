"""The journal's file: opened or made, and what its errors mean."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeclassify.errors import StorageError
from edgeclassify.files import printable
from edgeclassify.files.database import check_header, check_readable, connect, is_damage, opening

VERSION = 1
_TABLES = """
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE results (
    number INTEGER PRIMARY KEY, images INTEGER NOT NULL, faults INTEGER NOT NULL, still INTEGER NOT NULL,
    rows BLOB NOT NULL);
CREATE TABLE parts (
    number INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, images INTEGER NOT NULL,
    faults INTEGER NOT NULL, still INTEGER NOT NULL, is_written INTEGER NOT NULL);
"""
"""`results`: of batches that are done and in no part that is written. `parts`: what is in which, decided before
any of it is written."""
_WAIT_S = 10.0
_LOG_PAGES = 1000


def open_tables(path: Path) -> sqlite3.Connection:
    """The journal, made where there is none; each commit is on disk when it returns.

    Raises StorageError where it can't be used.
    """
    with errors_said(path):
        if path.exists():
            check_readable(path)
            check_header(path)
        else:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = connect(path, timeout=_WAIT_S)
        with opening(connection):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
            found = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if found == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
                raise StorageError(
                    f"{printable(path)}: expected the journal of an archive, found another database. Name another "
                    "folder, or move it away."
                )
            if found == 0:
                connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={VERSION}; COMMIT;")
            elif found != VERSION:
                raise StorageError(
                    f"{printable(path)}: expected a journal of version {VERSION}, found {found}: a later "
                    "edgeclassify has written it. Go on with that, or name another folder."
                )
    return connection


@contextmanager
def errors_said(path: Path) -> Iterator[None]:
    """What goes wrong with the file, as StorageError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        name = printable(path)
        if isinstance(error, sqlite3.Error) and is_damage(error):
            raise StorageError(
                f"{name}: expected the journal of an archive, found it damaged: {error}. Make the archive anew: "
                "--again"
            ) from error
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise StorageError(
            f"{name}: can't be written: {reason}. What is done is kept: make room, or mend the disk, and give the "
            "same command again."
        ) from error
