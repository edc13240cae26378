"""What has come and is not in the database yet: a SQLite file, so that neither a kill nor a power cut loses it.

A message is acknowledged to the broker when it is in here. Two threads use it: one puts in, one takes out. It is
bounded: what finds no room is not taken, and waits at the broker.
"""

import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from edgeclassify.errors import StorageError
from edgeclassify.files import database
from edgeclassify.ingest.interface import Message
from edgeclassify.ingest.session import Session, SessionFile, new_session

log = logging.getLogger(__name__)
FILE_NAME = "ingest.sqlite3"
_VERSION = 1
_OVERHEAD = 64
"""Bytes of a row beside topic and payload."""
_PAGES_BACK = 256
_WAIT_S = 10.0
_KEPT_ASIDE = 2


class Buffer:
    """Messages in the order in which they came, each with a number. Thread-safe.

    `most_bytes`: of the messages. Raises StorageError where the file can't be used, another ingest uses it, or it
    is of a later version; a damaged one is set aside, which the log is told of. `is_new`: no broker keeps anything
    for it.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.path, self._most_bytes = path, most_bytes
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._held = _only_user(path)
        self._session_file = SessionFile(path)
        try:
            kept = self._session_file.read()
            self._connection = self._opened(kept or new_session())
        except BaseException:
            os.close(self._held)
            raise
        row = self._connection.execute(f"SELECT COUNT(*), {_BYTES} FROM waiting").fetchone()
        self.count, self.bytes = int(row[0]), int(row[1] or 0)
        client_id = str(self._connection.execute("SELECT client_id FROM ingest").fetchone()[0])
        if kept is None or kept.client_id != client_id:
            never_used = self._connection.execute("SELECT seq FROM sqlite_sequence").fetchone() is None
            self._session, self.is_new = Session(client_id), self.count == 0 and never_used
            self._session_file.write(self._session)
        else:
            self._session, self.is_new = kept, not kept.filters

    @property
    def session(self) -> Session:
        """Whose session at the broker this file goes on with."""
        return self._session

    def note_session(self, session: Session) -> None:
        """Remember it, where it is news."""
        if session != self._session:
            self._session = session
            self._session_file.write(session)

    def put(self, messages: Sequence[Message]) -> bool:
        """Keep them, on disk when this returns. False: there is no room for all of them. Raises sqlite3.Error."""
        size = sum(_size(message) for message in messages)
        rows = [(one.topic, one.payload, one.received_at, one.kept) for one in messages]
        with self._lock:
            if self.bytes + size > self._most_bytes and self.count:
                return False
            with database.transaction(self._connection):
                self._connection.executemany(_INSERT, rows)
            self.count += len(rows)
            self.bytes += size
            self._arrived.notify_all()
        return True

    def first(self, most: int) -> list[tuple[int, Message]]:
        """The oldest ones with their numbers. Raises sqlite3.Error."""
        with self._lock:
            rows = self._connection.execute(_SELECT, (most,)).fetchall()
        return [
            (number, Message(topic, bytes(payload), at, bool(kept))) for number, topic, payload, at, kept in rows
        ]

    def forget(self, taken: Sequence[tuple[int, Message]]) -> None:
        """These are in the database. Raises sqlite3.Error; what comes back after a power cut is a repeat."""
        with self._lock:
            with database.transaction(self._connection):
                self._connection.execute("DELETE FROM waiting WHERE number <= ?", (taken[-1][0],))
            self.count -= len(taken)
            self.bytes -= sum(_size(message) for _, message in taken)
            if not self.count:
                with suppress(sqlite3.Error):
                    database.give_back_pages(self._connection, _PAGES_BACK)

    def wait(self, seconds: float, least: int = 1) -> int:
        """Until so many wait, at most so long; returns how many do."""
        with self._arrived:
            self._arrived.wait_for(lambda: self.count >= least, seconds)
            return self.count

    def close(self) -> None:
        """Never raises."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()
        os.close(self._held)

    def _opened(self, session: Session) -> sqlite3.Connection:
        try:
            return _connection(self.path, session.client_id)
        except sqlite3.Error as error:
            if not database.is_damage(error):
                raise StorageError(
                    f"--buffer: {self.path}: can't be used: {error}. Check the disk and rights."
                ) from error
            try:
                aside = database.set_database_aside(self.path, kept=_KEPT_ASIDE)
                connection = _connection(self.path, session.client_id)
            except (OSError, sqlite3.Error) as second:
                raise StorageError(f"--buffer: {self.path}: damaged, and can't be set aside: {second}") from second
            log.error(
                "buffer %s is damaged (%s): set aside as %s. What waited in it is lost, unless nodes or broker "
                "send it again; the view edgeclassify_holes shows which numbers are missing",
                self.path, error, aside.name,
            )  # fmt: skip
            return connection
        except OSError as error:
            raise StorageError(
                f"--buffer: {self.path}: can't be used: {error.strerror}. Check its rights."
            ) from error


_BYTES = f"SUM(LENGTH(CAST(topic AS BLOB)) + LENGTH(payload) + {_OVERHEAD})"
_INSERT = "INSERT INTO waiting (topic, payload, received_at, kept) VALUES (?, ?, ?, ?)"
_SELECT = "SELECT number, topic, payload, received_at, kept FROM waiting ORDER BY number LIMIT ?"


def _size(message: Message) -> int:
    return len(message.topic.encode()) + len(message.payload) + _OVERHEAD


def _connection(path: Path, client_id: str) -> sqlite3.Connection:
    """`client_id`: of one that is made."""
    database.check_header(path)
    connection = database.connect(path, timeout=_WAIT_S)
    with database.opening(connection):
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise StorageError(
                f"--buffer: {path}: expected version {_VERSION}, found {version}: a later edgeclassify has "
                "written it. Update this one, or name another file."
            )
        if version == 0:
            with database.transaction(connection):
                connection.execute("CREATE TABLE ingest (client_id TEXT NOT NULL)")
                connection.execute(
                    "CREATE TABLE waiting (number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, "
                    "payload BLOB NOT NULL, received_at REAL NOT NULL, kept INTEGER NOT NULL)"
                )
                connection.execute("INSERT INTO ingest VALUES (?)", (client_id,))
                connection.execute(f"PRAGMA user_version={_VERSION}")
        check = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if check != "ok" or connection.execute("SELECT client_id FROM ingest").fetchone() is None:
            raise database.DamagedError(check)
    return connection


def _only_user(path: Path) -> int:
    """A lock that is held until its descriptor is closed."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(
            f"--buffer: {path}: expected a file in a folder that we may write to, found: {error.strerror}"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise StorageError(
            f"--buffer: {path}: another ingest uses it. Each needs one of its own: name another file."
        ) from None
    return descriptor
