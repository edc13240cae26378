"""Zips are read within bounds, whatever they say of themselves; what is none is told by what it is."""

import struct
from pathlib import Path

import pytest

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.model.adding import export
from edgeclassify.model.adding.export import MOST_FILES, MOST_MODEL_BYTES, MOST_TEXT_BYTES, read_export
from tests.model.adding.exports import zipped


def refused(path: Path, free: int | None = None) -> str:
    with pytest.raises(ModelError) as raised:
        read_export(path, lambda: free)
    assert str(raised.value).startswith(str(path))
    return str(raised.value)


def test_what_is_in_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a/m.TFLITE": b"model", "a/labels.txt": b"x", "a/photo.jpg": b"y"})
    found = read_export(path)
    assert (found.member, found.model, found.texts) == ("a/m.TFLITE", b"model", {"a/labels.txt": b"x"})


def test_bombs_are_not_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"m.tflite": b"x", "labels.txt": bytes(MOST_TEXT_BYTES + 1)})
    assert path.stat().st_size < 20_000
    assert f"found labels.txt of {MOST_TEXT_BYTES + 1} bytes" in refused(path)
    half = bytes(MOST_TEXT_BYTES // 2 + 1)
    path = zipped(tmp_path / "b.zip", {"m.tflite": b"x", "a.txt": half, "b.txt": half})
    assert "found b.txt of" in refused(path)
    assert len(read_export(zipped(path, {"m.tflite": b"x", "a.txt": half})).texts["a.txt"]) == len(half)


def test_a_model_that_the_memory_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {"m.tflite": bytes(1000)})
    assert "found m.tflite of 1000 bytes, where 999 are the most" in refused(path, free=1999)
    assert len(read_export(path, lambda: 2000).model) == 1000
    assert MOST_MODEL_BYTES == 256 << 20
    monkeypatch.setattr(export, "MOST_MODEL_BYTES", 999)
    assert "where 999 are the most" in refused(path)
    assert "where 999 are the most" in refused(path, free=10_000)


def test_a_size_that_lies(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"m.tflite": b"x", "labels.txt": bytes(70_000)})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 70_000), struct.pack("<I", 10)))
    assert "labels.txt, which is damaged" in refused(path)


def test_many_files(tmp_path: Path) -> None:
    files = {f"{i}.png": b"" for i in range(MOST_FILES)} | {"m.tflite": b"x"}
    assert "a zip file of" in refused(zipped(tmp_path / "a.zip", files))
    del files["0.png"]
    assert read_export(zipped(tmp_path / "b.zip", files)).model == b"x"


def test_a_zip_that_was_cut_off(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"m.tflite": b"red green blue " * 9})
    path.write_bytes(path.read_bytes()[:-30])
    assert "whose end is missing. Fetch or export it again." in refused(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "nothing but zero bytes"),
        (b"0000TFL3 and so on", "a .tflite file. It needs no adding: --model"),
        (b"\x89PNG", "a picture"),
        (b"red\ngreen\n", "text"),
    ],
)
def test_what_is_no_zip(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert f"expected a zip of a model with its labels, found {found}" in refused(tmp_path / "a.zip")


def test_nothing_there_and_a_folder(tmp_path: Path) -> None:
    assert "found a folder" in refused(tmp_path)
    with pytest.raises(ModelMissingError, match="found nothing there"):
        read_export(tmp_path / "x.zip")
