"""SQLite databases that are files of ours."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from edgeclassify.files.database import DamagedError, check_header, check_readable, connect, give_back_pages


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


def test_a_second_look_in_this_process_leaves_its_locks_alone(tmp_path: Path) -> None:
    """Else another process takes itself for the last one, and the log of this one away."""
    path = tmp_path / "it.sqlite"
    connection = connect(path, timeout=1.0)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (x)")
    check_readable(path)
    check_header(path)
    second = connect(path, timeout=1.0, how="mode=ro")
    second.execute("SELECT COUNT(*) FROM t")
    second.close()
    script = (
        f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT * FROM t').fetchall(); c.close()"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert Path(f"{path}-wal").exists()
    connection.close()
    assert not Path(f"{path}-wal").exists()


def test_what_nobody_here_has_open_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "it.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\4\0\7\7" + bytes(100))
    with pytest.raises(DamagedError, match="not a database"):
        check_header(path)
    with pytest.raises(FileNotFoundError):
        check_readable(tmp_path / "none")
    connection = connect(tmp_path / "other", timeout=1.0)
    connection.close()
    connection.close()
    with pytest.raises(DamagedError):
        check_header(path)
