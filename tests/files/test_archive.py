"""Zip files from strangers: their files are read within bounds, and what is broken is said in a few words."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.files.archive import ArchiveError, open_archive

FILES = {"a.txt": b"a text", "sub/b": bytes(5000), "\u00e9.txt": b""}


def zipped(kind: int = zipfile.ZIP_DEFLATED, files: dict[str, bytes] = FILES, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        archive.writestr("folder/", b"")
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def read(path: Path, most_entries: int = 10, most_bytes: int = 10_000) -> dict[str, bytes]:
    with open_archive(path, most_entries) as archive:
        return {name: archive.read(name, most_bytes) for name in archive.names}


def refused(path: Path, **bounds: int) -> str:
    with pytest.raises(ArchiveError) as raised:
        read(path, **bounds)
    text = str(raised.value)
    assert text.isprintable()
    return text


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("comment", [b"", b"by somebody", b"x" * 65535, b"PK\5\6 and so on, for a while \0\0"])
def test_what_is_in_one(tmp_path: Path, kind: int, comment: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(kind, comment=comment))
    if b"PK" in comment:
        refused(tmp_path / "a.zip")
    else:
        assert read(tmp_path / "a.zip") == FILES


def test_one_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\5\6" + bytes(18))
    assert read(tmp_path / "a.zip") == {}


def test_a_directory_as_long_as_may_be(tmp_path: Path) -> None:
    """An entry takes 46 bytes and its name."""
    (tmp_path / "a.zip").write_bytes(zipped_alone("n" * (2 * 512 - 46)))
    assert len(read(tmp_path / "a.zip", most_entries=2)) == 1
    (tmp_path / "a.zip").write_bytes(zipped_alone("n" * (2 * 512 - 45)))
    assert refused(tmp_path / "a.zip", most_entries=2) == "a zip file of too many files"


def zipped_alone(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"")
    return out.getvalue()


def test_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(files={}))
    assert read(tmp_path / "a.zip") == {}


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6", b"GIF89a", bytes(30), b"\x1f\x8b" + bytes(70000)])
def test_what_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(tmp_path / "a.zip") == "no zip file, or one whose end is missing"


@pytest.mark.timeout(10)
def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "nothing", tmp_path / "pipe"):
        with pytest.raises(OSError), open_archive(path, 1):  # noqa: PT011
            pass


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_one_that_is_cut_off_anywhere(tmp_path: Path, kind: int) -> None:
    content = zipped(kind)
    for length in range(0, len(content), 1 if len(content) < 2000 else 7):
        (tmp_path / "a.zip").write_bytes(content[:length])
        refused(tmp_path / "a.zip")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_one_with_other_bytes_in_it(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    content = bytearray(zipped(files={"a.txt": b"a text", "b": b"b" * 90}))
    for at, value in changes:
        content[at % len(content)] = value
    (tmp_path / "a.zip").write_bytes(content)
    try:
        found = read(tmp_path / "a.zip")
    except ArchiveError:
        return
    assert sum(map(len, found.values())) < 20_000


def test_one_wrong_byte_anywhere_in_what_is_read(tmp_path: Path) -> None:
    content = zipped(files={"a.txt": b"a text"})
    for i in range(len(content)):
        wrong = bytearray(content)
        wrong[i] ^= 0x41
        (tmp_path / "a.zip").write_bytes(wrong)
        try:
            found = read(tmp_path / "a.zip")
        except ArchiveError:
            continue
        assert set(found.values()) <= {b"a text"}


def test_as_large_a_file_as_may_be(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(files={"a": bytes(5000)}))
    assert read(tmp_path / "a.zip", most_bytes=5000) == {"a": bytes(5000)}
    assert refused(tmp_path / "a.zip", most_bytes=4999) == "a of 5000 bytes, where 4999 are the most"


@pytest.mark.parametrize("claimed", [10, 5000, 4_000_000_000])
def test_a_file_that_is_larger_than_it_says(tmp_path: Path, claimed: int) -> None:
    content = bytearray(zipped(files={"a": bytes(1_000_000)}))
    directory = content.rindex(b"PK\1\2")
    struct.pack_into("<I", content, directory + 24, claimed)
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(tmp_path / "a.zip").startswith("a")


def test_as_many_files_as_may_be(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(files={str(i): b"" for i in range(9)}))
    assert len(read(tmp_path / "a.zip", most_entries=10)) == 9  # and the folder
    assert refused(tmp_path / "a.zip", most_entries=9) == "a zip file of 10 files, where 9 are the most"


def test_a_directory_of_too_many_files_is_not_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(files={str(i): b"" for i in range(200)}))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refused(tmp_path / "a.zip") == "a zip file of too many files"


@pytest.mark.parametrize("fakes", [b"", b"PK\5\6"])
def test_a_second_end_does_not_hide_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fakes: bytes
) -> None:
    """zipfile takes an end without a comment before any other; in its last bytes there may seem to be one more."""
    content = zipped(files={str(i): b"" for i in range(200)})
    if fakes:
        content = content[:-6] + fakes + b"\0\0"
    (tmp_path / "a.zip").write_bytes(content)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refused(tmp_path / "a.zip") == "a zip file of too many files"


def test_one_of_the_kind_for_huge_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end says what counts elsewhere: how many files there are is not known before they are taken in."""
    content = zipped(files={"a": b""})
    end = content.rindex(b"PK\5\6")
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    (tmp_path / "a.zip").write_bytes(content[:end] + locator + content[end:])
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refused(tmp_path / "a.zip") == "a zip file of too many files"


def test_two_files_of_one_name(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"two")
    (tmp_path / "a.zip").write_bytes(out.getvalue())
    assert refused(tmp_path / "a.zip") == "a zip file with two files of one name"


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing(tmp_path: Path, kind: int) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(kind))
    assert refused(tmp_path / "a.zip") == "a.txt compressed in an unusual way"


def test_behind_a_password(tmp_path: Path) -> None:
    content = bytearray(zipped(files={"a\x1b[1m": b"secret"}))
    content[content.index(b"PK\3\4") + 6] |= 1
    content[content.rindex(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(tmp_path / "a.zip") == "a\\x1b[1m behind a password"
