"""Names of files as they are shown, and files that are read as a whole."""

import os
from pathlib import Path

import pytest

from edgeclassify.files import as_text, printable, read_plain_file, rewrite_file, write_whole


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b", "a b"), ("schön/猫.jpg", "schön/猫.jpg"), ("a\nb\tc", r"a\nb\tc"), ("\x1b[31m", r"\x1b[31m"),
        ("caf\udce9", r"caf\udce9"), ("a\u202eb", r"a\u202eb"), ("\x7f\u0085", r"\x7f\x85"), ("", ""),
    ],
)  # fmt: skip
def test_what_is_not_printable_is_escaped(name: str, shown: str) -> None:
    assert printable(name) == shown
    assert name == "" or printable(Path(name)) == shown


@pytest.mark.parametrize(("size", "read"), [(0, 0), (3, 3), (4, 4), (5, 5), (90, 5)])
def test_of_a_file_that_is_too_large_one_byte_more_is_read(tmp_path: Path, size: int, read: int) -> None:
    (tmp_path / "a").write_bytes(bytes(size))
    assert read_plain_file(tmp_path / "a", 4) == bytes(read)


@pytest.mark.timeout(10)
def test_pipes_devices_and_folders_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="it is no plain file"):
            read_plain_file(path, 4)
    with pytest.raises(IsADirectoryError):
        read_plain_file(tmp_path, 4)
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (b"a b\r\n\tc\f", "a b\r\n\tc\f"), ("\ufeffschön".encode(), "\ufeffschön"), (b"", ""),
        ("a€".encode()[:-1], "a"), ("a😀".encode()[:-1], "a"), ("a€".encode()[:-1] + b"bcd", None),
        (b"a\0b", None), (b"\xff\xfea", None), (b"\xffabc", None), (b"a\x1b[31m", None),
    ],
)  # fmt: skip
def test_the_start_of_a_text(start: bytes, text: str | None) -> None:
    assert as_text(start) == text


class TestRewriteFile:
    def test_mode_and_owner_stay(self, tmp_path: Path) -> None:
        path = tmp_path / "a"
        path.write_bytes(b"old")
        path.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(path, 1234, 4321)
        before = path.stat()
        rewrite_file(path, b"new")
        after = path.stat()
        assert path.read_bytes() == b"new"
        assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
        assert [one.name for one in tmp_path.iterdir()] == ["a"]

    def test_a_link_to_it_stays_one(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"old")
        (tmp_path / "link").symlink_to("a")
        rewrite_file(tmp_path / "link", b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "a").read_bytes() == b"new"

    def test_a_link_by_the_name_that_it_has_at_first_is_no_trap(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a").write_bytes(b"old")
        (tmp_path / "other").write_bytes(b"other")
        (tmp_path / "a.00000000.tmp").symlink_to("other")
        names = iter(["00000000", "11111111"])
        monkeypatch.setattr("edgeclassify.files.staged.random_word", lambda: next(names))
        with pytest.raises(FileExistsError):
            rewrite_file(tmp_path / "a", b"new")
        rewrite_file(tmp_path / "a", b"new")
        assert (tmp_path / "a").read_bytes() == b"new"
        assert (tmp_path / "other").read_bytes() == b"other"

    def test_a_file_that_is_not_there_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            rewrite_file(tmp_path / "a", b"new")
        assert not list(tmp_path.iterdir())


class TestWritingAWholeFile:
    def test_it_is_there_with_its_rights_and_nothing_beside_it(self, tmp_path: Path) -> None:
        for mode in (0o640, 0o600):
            write_whole(tmp_path / f"{mode:o}", b"new", mode)
            assert (tmp_path / f"{mode:o}").stat().st_mode & 0o777 == mode
        write_whole(tmp_path / "640", b"newer")
        assert (tmp_path / "640").read_bytes() == b"newer"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["600", "640"]

    def test_what_can_not_be_put_in_its_place_leaves_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        with pytest.raises(OSError, match="a"):
            write_whole(tmp_path / "a", b"new")
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
