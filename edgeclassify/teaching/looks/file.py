"""The file of looks, opened: by the daemon and by commands at the same time. Errors are sqlite3's own.

`looks`: a row for each, small, so that all of them are soon read; `contents`: its embedding, as the network gave
it, and its picture. `facts`: of which network embeddings are. `collections`: what is being gathered for taught
models. Pages of 1 KiB: a commit of few looks writes less than with 4 KiB.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from edgeclassify.files.database import DamagedError, check_header, check_readable, connect, opening, transaction
from edgeclassify.teaching.looks.faults import NewerLooksError

FILE_NAME = "looks.sqlite"
VERSION = 1
PAGE_BYTES = 1024
MODE = 0o640
"""There may be pictures in it."""
BUSY_S = 5.0
"""How long another process may be at work in it before this one gives up."""
_WAL_PAGES = 512
_WAL_BYTES = 1 << 20
_APPLICATION = 0x65634C6B  # "ecLk"
_SCHEMA = (
    "CREATE TABLE facts (number INTEGER PRIMARY KEY, base TEXT NOT NULL, sha256 TEXT NOT NULL, "
    "tensor TEXT NOT NULL, elements INTEGER NOT NULL, dtype TEXT NOT NULL, scale REAL NOT NULL, "
    "zero_point INTEGER NOT NULL)",
    # AUTOINCREMENT: the number of a look that is gone is not used again, for somebody may have it on the screen.
    "CREATE TABLE looks (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, view TEXT NOT NULL, "
    "at REAL NOT NULL, label TEXT, score REAL, facts INTEGER NOT NULL, brightness REAL NOT NULL, event_id TEXT, "
    "model TEXT)",
    "CREATE UNIQUE INDEX by_event ON looks (event_id) WHERE event_id IS NOT NULL",
    "CREATE TABLE contents (look INTEGER PRIMARY KEY, embedding BLOB NOT NULL, jpeg BLOB)",
    "CREATE TABLE collections (model TEXT NOT NULL, view TEXT NOT NULL, begun_at REAL NOT NULL, "
    "lasts_s REAL NOT NULL, most INTEGER NOT NULL, watched_s REAL NOT NULL, ended TEXT, "
    "PRIMARY KEY (model, view)) WITHOUT ROWID",
    # Says that bytes of pictures may be left somewhere in the file.
    "CREATE TABLE traces (what TEXT PRIMARY KEY) WITHOUT ROWID",
)


def open_looks(path: Path, *, create: bool, check: bool = False) -> sqlite3.Connection:
    """Open it, or where `create` begin a new one. `check`: look through the whole of it where a process has died.

    Raises sqlite3.Error, OSError (FileNotFoundError where there is none), NewerLooksError.
    """
    if create:
        _make_file(path)
    elif not path.stat().st_size:
        raise FileNotFoundError(str(path))
    check_readable(path)
    crashed = check and _size(Path(f"{path}-wal")) > 0
    check_header(path)
    connection = connect(path, timeout=BUSY_S)
    with opening(connection):
        is_new = not _is_ours(connection, path)
        if is_new:
            connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        for pragma in (
            "cache_size=-1024", "journal_mode=WAL", "synchronous=FULL", f"wal_autocheckpoint={_WAL_PAGES}",
            f"journal_size_limit={_WAL_BYTES}",
            "secure_delete=OFF",  # else each page that is given back is written once more, with zeros
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        if crashed and (finding := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise DamagedError(finding)
        if is_new:
            _make_tables(connection, path)
    return connection


def _make_file(path: Path) -> None:
    """An empty one, of the folder's owner: root's commands must not keep the daemon from it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE)
    except FileExistsError:
        return
    with closing(os.fdopen(descriptor, "wb")):
        folder = path.parent.stat()
        if os.geteuid() == 0 and folder.st_uid != 0:
            os.fchown(descriptor, folder.st_uid, folder.st_gid)


def _make_tables(connection: sqlite3.Connection, path: Path) -> None:
    with transaction(connection):
        if _is_ours(connection, path):  # another process was quicker
            return
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute(f"PRAGMA application_id={_APPLICATION}")


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """False where nothing is in it yet. Raises DamagedError for another program's, NewerLooksError."""
    # Asked first: whose they are is written in one step with them, and may be just now.
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application == _APPLICATION and version > VERSION:
        raise NewerLooksError(
            f"{path}: a later version of edgeclassify has written these looks (format {version}; this one reads "
            f"{VERSION}): they are left as they are. Update edgeclassify, or move the file away"
        )
    if application == _APPLICATION:
        return True
    if application or tables:
        raise DamagedError("another program's database")
    return False


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
