"""SQLite databases that are files of ours."""

import sqlite3
from contextlib import closing
from pathlib import Path

from edgeclassify.files.database import give_back_pages


def test_free_pages_are_given_back_as_many_as_are_asked_for(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "d.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(bytes(50_000),)] * 20)
        connection.execute("DELETE FROM t")

        def free() -> int:
            return int(connection.execute("PRAGMA freelist_count").fetchone()[0])

        before = free()
        give_back_pages(connection, 100)
        assert free() == before - 100
