"""An SQLite database that is ours, opened and checked. Errors leave it as sqlite3 raises them.

The connection locks the file for itself (`locking_mode=EXCLUSIVE`): no shared memory file, which a full disk could
not make. Pages of 1 KiB: an append writes about a third less than with 4 KiB.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from edgeclassify.files.database import DamagedError, check_header, opening, transaction

PAGE_BYTES = 1024
WAL_PAGES = 256
_WAL_BYTES = 512 * 1024


def connect(path: Path) -> sqlite3.Connection:
    """A connection that has the file for itself, text as bytes. Raises sqlite3.Error."""
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
    connection.text_factory = bytes
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    return connection


Connect = Callable[[Path], sqlite3.Connection]


class Database:
    """The open database. Not thread-safe, but usable from any thread. OSError may be raised at the begin, too.

    `application`: the number that says whose it is; `schema`: makes the table of a new one. `fresh`: it is new.
    """

    def __init__(self, path: Path, application: int, schema: str, connect: Connect = connect) -> None:
        self._application, self._schema = application, schema
        check_header(path)
        self.connection = connect(path)
        with self.opening():
            self.fresh = self._prepare()

    def opening(self) -> AbstractContextManager[None]:
        """What is read first: an error in it closes the database, and may show that it is none of ours."""
        return opening(self.connection)

    def _prepare(self) -> bool:
        """Settings, check and table; True when the database is new."""
        for pragma in (
            f"page_size={PAGE_BYTES}", "journal_mode=WAL", "synchronous=FULL", f"wal_autocheckpoint={WAL_PAGES}",
            f"journal_size_limit={_WAL_BYTES}", "cache_size=-1024",
            "secure_delete=OFF",  # else each page that is given back is written once more, with zeros
        ):  # fmt: skip
            self.connection.execute(f"PRAGMA {pragma}")
        finding = self.one("PRAGMA quick_check(1)")[0]
        if finding not in ("ok", b"ok"):
            raise DamagedError(str(finding, "utf-8", "replace") if isinstance(finding, bytes) else str(finding))
        application = self.one("PRAGMA application_id")[0]
        if application == self._application:
            return False
        if application or self.one("SELECT COUNT(*) FROM sqlite_schema")[0]:
            raise DamagedError("another program's database")
        with self.transaction(durable=True):
            self.connection.execute(self._schema)
            self.connection.execute(f"PRAGMA application_id={self._application}")
        return True

    def one(self, sql: str) -> tuple[int | bytes | str, ...]:
        """The first row of the answer."""
        row: tuple[int | bytes | str, ...] = self.connection.execute(sql).fetchone()
        return row

    @contextmanager
    def transaction(self, *, durable: bool) -> Iterator[None]:
        """All that is done within it, or nothing. `durable`: when it ends, else with the next one that is."""
        self.connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        with transaction(self.connection):
            yield

    def close(self) -> None:
        """Never raises."""
        with suppress(sqlite3.Error):
            self.connection.close()
