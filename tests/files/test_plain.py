"""Names of files as they are shown, and files that are read as a whole."""

import os
from pathlib import Path

import pytest

from edgeclassify.files import as_text, printable, read_plain_file


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
