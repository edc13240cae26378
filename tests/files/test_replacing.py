"""A file's next content: in its place when all of it is on the disk, else nothing has changed."""

import errno
import os
import stat
from pathlib import Path

import pytest

from edgeclassify.files import replace_file, replacing, write_whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is there."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    return path


class Synced:
    """What is synced, in its order, each with what lies in the folder then."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[tuple[bool, dict[str, bytes]]] = []
        self._folder, self._sync = folder, os.fsync
        monkeypatch.setattr(os, "fsync", self._note)

    def _note(self, descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        self.seen.append((is_folder, {one.name: one.read_bytes() for one in self._folder.iterdir()}))
        self._sync(descriptor)


def test_first_the_whole_content_is_synced_then_the_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = Synced(path.parent, monkeypatch)
    with replacing(path) as file:
        file.write(b"ne")
        assert path.read_bytes() == b"old"
        file.write(b"w")
    assert synced.seen == [(False, {"a": b"old", "a.tmp": b"new"}), (True, {"a": b"new"})]


def test_the_folder_is_left_to_itself_where_it_is_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = Synced(path.parent, monkeypatch)
    with replacing(path, syncs_folder=False) as file:
        file.write(b"new")
    write_whole(path, b"newer")
    assert [is_folder for is_folder, _ in synced.seen] == [False, False]
    assert path.read_bytes() == b"newer"


@pytest.mark.parametrize("error", [OSError, ValueError, KeyboardInterrupt, GeneratorExit])
def test_an_error_on_the_way_leaves_what_was_there(path: Path, error: type[BaseException]) -> None:
    def write() -> None:
        with replacing(path) as file:
            file.write(b"ne")
            raise error

    with pytest.raises(error):
        write()
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == {"a": b"old"}


def test_a_full_disk_leaves_what_was_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for write in (replace_file, write_whole):
        with pytest.raises(OSError, match="No space left"):
            write(path, b"new")
        assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == {"a": b"old"}


def test_what_a_kill_left_is_written_over(path: Path) -> None:
    path.with_name("a.tmp").write_bytes(b"much that was left")
    replace_file(path, b"new")
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == {"a": b"new"}


def test_where_others_may_put_files_it_is_a_new_one(path: Path) -> None:
    other = path.with_name("taken")
    other.write_bytes(b"another's")
    with pytest.raises(FileExistsError), replacing(path, unfinished="taken", is_new=True):
        pass
    assert (path.read_bytes(), other.read_bytes()) == (b"old", b"another's")


@pytest.mark.parametrize("is_new", [False, True])
def test_no_link_is_followed(path: Path, is_new: bool) -> None:
    path.with_name("a.tmp").symlink_to("a")
    with pytest.raises(OSError, match=r"Too many levels|File exists"), replacing(path, is_new=is_new):
        pass
    assert path.read_bytes() == b"old"


def test_rights_and_owner_are_those_that_are_asked(path: Path) -> None:
    owner = (1234, 4321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    with replacing(path, mode=0o600, owner=owner) as file:
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600
    status = path.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o600, *owner)


def test_else_it_is_a_file_as_any_other(path: Path) -> None:
    before = os.umask(0)
    try:
        replace_file(path, b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666


def test_nothing_stays_open(path: Path) -> None:
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(3):
        replace_file(path, b"%d" % number)
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
