"""Files in the zip behind a model: of one zip, of several, of zips in zips, and where they begin."""

import io
import zipfile
from pathlib import Path

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.tflite.attached_files import MAX_BYTES, attached_files

PATH = Path("model.tflite")
LABELS = b"cat\ndog\n"


def zipped(files: dict[str, bytes], comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def appended(model: bytes, files: dict[str, bytes]) -> bytes:
    """What zipfile makes of a model when it is told to append: offsets count from the file's start."""
    target = io.BytesIO(model)
    with zipfile.ZipFile(target, "a") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


INNER = zipped({"labels.txt": LABELS})


@pytest.mark.parametrize(
    ("tail", "files"),
    [
        (b"", {}),
        (bytes(40), {}),
        (INNER, {"labels.txt": LABELS}),
        (bytes(12) + INNER, {"labels.txt": LABELS}),
        (zipped({"model_files/labels.txt": LABELS}), {"model_files/labels.txt": LABELS}),
        (zipped({"labels.txt": LABELS}, b"a comment"), {"labels.txt": LABELS}),
        (zipped({"files.zip": INNER}), {"files.zip/labels.txt": LABELS}),
        (zipped({"a.zip": zipped({"b.zip": INNER})}), {"a.zip/b.zip/labels.txt": LABELS}),
        (INNER + zipped({"metadata.json": b"{}"}), {"labels.txt": LABELS, "metadata.json": b"{}"}),
        (zipped({"labels.txt": b"old"}) + INNER, {"labels.txt": LABELS}),
        # Behind bytes that no table of the model names
        (bytes(500) + INNER, {"labels.txt": LABELS}),
        (appended(b"\x07" * 500, {"labels.txt": LABELS}), {"labels.txt": LABELS}),
        (appended(b"", {"labels.txt": LABELS}), {"labels.txt": LABELS}),
        (bytes(500) + zipped({"labels.txt": LABELS}, b"a comment"), {"labels.txt": LABELS}),
        # Weights that look like the end of a zip
        (bytes(500) + b"PK\x05\x06" + bytes(18), {}),
        (bytes(500) + b"PK\x05\x06" + b"\x09" * 18, {}),
        (bytes(500) + b"PK\x05\x06", {}),
        (bytes(500) + b"PK\x03\x04" + bytes(100), {}),
    ],
)
def test_what_is_found(tail: bytes, files: dict[str, bytes]) -> None:
    assert dict(attached_files(PATH, memoryview(tail))) == files


def test_zips_far_inside_are_left_as_they_are() -> None:
    deep = zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": INNER})})})
    (name,) = attached_files(PATH, memoryview(deep))
    assert name == "a.zip/b.zip/c.zip"


@pytest.mark.parametrize(
    "tail",
    [
        zipped({"a.zip": zipped({"b.txt": bytes(MAX_BYTES + 1)})}),
        zipped(
            {
                "a.zip": zipped({f"{i}.txt": b"" for i in range(40)}),
                "b.zip": zipped({f"{i}": b"" for i in range(40)}),
            }
        ),
        zipped({"a.txt": bytes(MAX_BYTES // 2)}) + zipped({"b.txt": bytes(MAX_BYTES // 2 + 1)}),
    ],
)
def test_room_is_bounded_for_all_of_them_together(tail: bytes) -> None:
    with pytest.raises(ModelError, match="expected at most 64 files and 16 MiB attached"):
        attached_files(PATH, memoryview(tail))


def test_cut_off_is_said_of_what_is_cut_off() -> None:
    with pytest.raises(ModelError, match=r"zip.*cut off"):
        attached_files(PATH, memoryview(INNER[:-30]))
    damaged = bytearray(INNER)
    damaged[damaged.index(b"labels.txt") + 12] ^= 0xFF
    with pytest.raises(ModelError, match=r"zip of files") as caught:
        attached_files(PATH, memoryview(bytes(damaged)))
    assert "cut off" not in str(caught.value)
