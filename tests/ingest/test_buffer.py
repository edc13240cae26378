"""What waits for the database: on disk, bounded, of one user."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.errors import StorageError
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import Message
from edgeclassify.ingest.session import Session, SessionFile, path_beside

FAR = 1 << 30


def message(number: int, size: int = 10) -> Message:
    return Message(f"a/b/{number}", b"x" * size, 1000.0 + number, number % 2 == 0)


def test_messages_come_out_in_order_until_they_are_forgotten(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "b", FAR)
    assert buffer.put([message(1), message(2)])
    assert buffer.put([message(3)])
    assert (buffer.count, buffer.bytes) == (3, 3 * (5 + 10 + 64))
    taken = buffer.first(2)
    assert [one for _, one in taken] == [message(1), message(2)]
    assert buffer.first(2) == taken
    buffer.forget(taken)
    assert [one for _, one in buffer.first(9)] == [message(3)]
    assert (buffer.count, buffer.bytes) == (1, 5 + 10 + 64)
    buffer.close()


def test_another_run_goes_on_with_it(tmp_path: Path) -> None:
    first = Buffer(tmp_path / "b", FAR)
    first.put([message(1), message(2)])
    first.close()
    second = Buffer(tmp_path / "b", FAR)
    assert (second.count, second.bytes, second.session) == (2, first.bytes, first.session)
    assert [one for _, one in second.first(9)] == [message(1), message(2)]
    second.close()
    other = Buffer(tmp_path / "c", FAR)
    assert other.session.client_id != first.session.client_id
    other.close()


def test_what_was_put_in_survives_a_kill(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from edgeclassify.ingest.buffer import Buffer; from edgeclassify.ingest.interface import Message\n"
        "buffer = Buffer(Path(sys.argv[1]), 1 << 30)\n"
        "buffer.put([Message('a', b'1', 1.0, False)])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "b")], check=False, timeout=60)
    buffer = Buffer(tmp_path / "b", FAR)
    assert [one for _, one in buffer.first(9)] == [Message("a", b"1", 1.0, False)]
    buffer.close()


def test_what_finds_no_room_is_not_taken(tmp_path: Path) -> None:
    size = 5 + 10 + 64
    buffer = Buffer(tmp_path / "b", 3 * size)
    assert buffer.put([message(1), message(2)])
    assert not buffer.put([message(3), message(4)])
    assert buffer.put([message(3)])
    assert not buffer.put([message(4)])
    buffer.forget(buffer.first(3))
    # One that is larger than all of it would wait for ever else.
    assert buffer.put([message(4, 1000)])
    assert not buffer.put([message(5)])
    buffer.close()


def test_waiting_ends_with_what_comes(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "b", FAR)
    assert buffer.wait(0.0) == 0
    buffer.put([message(1)])
    assert buffer.wait(60.0) == 1
    assert buffer.wait(0.0, 2) == 1
    buffer.close()


def test_one_ingest_has_it(tmp_path: Path) -> None:
    first = Buffer(tmp_path / "b", FAR)
    with pytest.raises(StorageError, match="another ingest uses it"):
        Buffer(tmp_path / "b", FAR)
    first.close()
    Buffer(tmp_path / "b", FAR).close()


def test_a_damaged_one_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "b").write_bytes(b"no database at all" * 1000)
    buffer = Buffer(tmp_path / "b", FAR)
    assert buffer.count == 0
    assert buffer.put([message(1)])
    buffer.close()
    assert (tmp_path / "b.damaged-1").exists()
    assert "is damaged" in caplog.text


def test_who_it_is_to_the_broker_outlives_a_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = Buffer(tmp_path / "b", FAR)
    assert first.is_new
    assert first.session == Session(first.session.client_id)
    noted = replace(first.session, prefix="a", broker="h:1", filters=("a/+", "$share/g/a"))
    first.note_session(noted)
    first.close()
    for content in (b"no database at all" * 1000, b""):
        (tmp_path / "b").write_bytes(content)
        again = Buffer(tmp_path / "b", FAR)
        assert (again.session, again.is_new) == (noted, False)
        again.note_session(noted)
        again.close()
    # A buffer that was put in its place is somebody else.
    other = Buffer(tmp_path / "c", FAR)
    other.close()
    (tmp_path / "c").replace(tmp_path / "b")
    again = Buffer(tmp_path / "b", FAR)
    assert again.session == other.session
    again.close()


@pytest.mark.parametrize(
    "content",
    [b"[", b'{"client_id":"x","prefix":"","broker":"","filters":[]}', b"{}",
     b'{"client_id":"edgeclassify-ingest-0123456789ab","prefix":"","broker":"","filters":"abc"}',
     b'{"client_id":"edgeclassify-ingest-0123456789ab","prefix":1,"broker":"","filters":[]}'],
)  # fmt: skip
def test_a_damaged_session_file_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    buffer = Buffer(tmp_path / "b", FAR)
    buffer.put([message(1)])
    client_id = buffer.session.client_id
    buffer.close()
    path_beside(tmp_path / "b").write_bytes(content)
    buffer = Buffer(tmp_path / "b", FAR)
    assert (buffer.session, buffer.is_new) == (Session(client_id), False)
    buffer.close()
    assert "that are no session of an ingest" in caplog.text
    assert SessionFile(tmp_path / "b").read() == Session(client_id)


def test_one_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    Buffer(tmp_path / "b", FAR).close()
    with sqlite3.connect(tmp_path / "b") as connection:
        connection.execute("PRAGMA user_version=2")
    connection.close()
    with pytest.raises(StorageError, match="expected version 1, found 2"):
        Buffer(tmp_path / "b", FAR)


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"--buffer: .*/file/b: expected a file in a folder"):
        Buffer(tmp_path / "file/b", FAR)
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match=r"--buffer: .*/folder: can't be used"):
        Buffer(tmp_path / "folder", FAR)
    # The lock was let go of each time.
    open_files = [os.path.realpath(path) for path in Path("/proc/self/fd").iterdir()]
    assert not [path for path in open_files if path.startswith(str(tmp_path))]
