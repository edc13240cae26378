"""Zips are read within bounds, whatever they say of themselves."""

import struct
import zipfile
from pathlib import Path

import pytest

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.model.adding import archive
from edgeclassify.model.adding.archive import Archive
from tests.model.adding.exports import zipped


def read_all(path: Path) -> None:
    with Archive(path) as found:
        found.texts()
        for name in found.models:
            found.extract(name, path.with_suffix(".out"))


def refused(path: Path) -> str:
    with pytest.raises(ModelError) as raised:
        read_all(path)
    assert str(raised.value).startswith(str(path))
    return str(raised.value)


def test_what_is_in_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a/m.TFLITE": b"model", "a/labels.txt": b"x", "a/photo.jpg": b"y"})
    with Archive(path) as found:
        assert found.names == ("a/m.TFLITE", "a/labels.txt", "a/photo.jpg")
        assert found.models == ("a/m.TFLITE",)
        assert found.texts() == {"a/labels.txt": b"x"}
        found.extract("a/m.TFLITE", tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == b"model"


def test_a_bomb_of_text_is_not_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"labels.txt": bytes(archive.MOST_TEXT_BYTES + 1)})
    assert path.stat().st_size < 20_000
    assert "found more in labels.txt" in refused(path)
    half = bytes(archive.MOST_TEXT_BYTES // 2 + 1)
    assert "found more in b.txt" in refused(zipped(tmp_path / "b.zip", {"a.txt": half, "b.txt": half}))


def test_a_bomb_of_a_model_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MODEL_BYTES", 3 << 20)
    assert "found more in m.tflite" in refused(zipped(tmp_path / "a.zip", {"m.tflite": bytes((3 << 20) + 1)}))
    assert (tmp_path / "a.out").stat().st_size <= 3 << 20


def test_a_size_that_lies_is_of_no_use(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"labels.txt": bytes(9 << 20)})
    content = path.read_bytes()
    lie = content.replace(struct.pack("<I", 9 << 20), struct.pack("<I", 10))
    path.write_bytes(lie)
    assert "found a damaged one" in refused(path)


def test_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {f"{i}.txt": b"" for i in range(archive.MOST_FILES + 1)})
    assert "found more" in refused(path)
    monkeypatch.setattr(archive, "_MOST_DIRECTORY_BYTES", 100)
    assert "found more" in refused(zipped(tmp_path / "b.zip", {"a" * 200: b""}))


def test_a_zip64_directory_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"labels.txt": b"x"})
    content = path.read_bytes()
    at = content.rindex(b"PK\x05\x06")
    path.write_bytes(content[:at] + b"PK\x06\x07" + bytes(16) + content[at:])
    assert "found more" in refused(path)


def test_an_encrypted_file(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"labels.txt": b"x"}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    path.write_bytes(content)
    assert "expected a zip without a password, found labels.txt encrypted" in refused(path)


def test_a_damaged_file_in_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"labels.txt": b"red green blue " * 9})
    content = bytearray(path.read_bytes())
    content[content.index(b"labels.txt") + 14] ^= 255
    path.write_bytes(content)
    assert "found a damaged one" in refused(path)


def test_a_zip_that_was_cut_off(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"labels.txt": b"red green blue " * 9})
    path.write_bytes(path.read_bytes()[:-30])
    assert "found one whose end is missing" in refused(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "nothing but zero bytes"),
        (b"0000TFL3 and so on", "use it by its path"),
        (b"\x89PNG", "a picture"),
        (b"PK", "cut off"),
    ],
)
def test_what_is_no_zip(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert found in refused(tmp_path / "a.zip")


def test_nothing_there_and_a_folder(tmp_path: Path) -> None:
    assert "found a folder" in refused(tmp_path)
    with pytest.raises(ModelMissingError, match="found nothing there"), Archive(tmp_path / "x.zip"):
        pass
