"""Where a model's labels are looked for, and what is said where they are not there."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from edgeclassify.errors import LabelError, ModelMissingError
from edgeclassify.model.labels.lookup import find_labels
from edgeclassify.model.tflite.model_file import read_model_file
from tests.model.conftest import WriteModel
from tests.model.tflite_files import flatten_model

CATS = tuple(f"cat {chr(97 + i)}" for i in range(12))
LINES = "\n".join(CATS).encode()
SAYS_NAMES = {"task": "classify", "imgsz": [2, 2], "names": dict(enumerate(CATS))}


def zip_of(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


def found(
    write_model: WriteModel, files: dict[str, bytes], attached: str | None = None, named: Path | None = None
) -> tuple[str, ...]:
    return find_labels(read_model_file(write_model(flatten_model(files=files))), named, attached, 12)


@pytest.mark.parametrize(
    ("files", "attached"),
    [
        ({"names.txt": LINES}, "names.txt"),
        ({"inner/names.txt": LINES}, "names.txt"),
        ({"all.zip": zip_of("names.txt", LINES)}, "names.txt"),
        ({"temp_meta.txt": repr(SAYS_NAMES).encode()}, "temp_meta.txt"),
        ({"metadata.json": json.dumps(SAYS_NAMES).encode()}, None),
        ({"labels.txt": LINES}, None),
        ({"dict.txt": LINES, "about.txt": b"\n".join([b"hello"] * 12)}, None),
        ({"about.txt": b"hello", "things.txt": LINES}, None),
        ({"labels.txt": b"one\ntwo", "classes.csv": b"name\n" + LINES}, None),
        ({"model.bin": b"\n".join([b"x"] * 12), "labels.json": json.dumps(CATS).encode()}, None),
        ({"all.zip": zip_of("labels.txt", LINES)}, None),
    ],
)
def test_labels_attached_to_the_model(
    write_model: WriteModel, files: dict[str, bytes], attached: str | None
) -> None:
    assert found(write_model, files, attached) == CATS


def test_a_named_file_comes_first(write_model: WriteModel, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("index,label\n" + "\n".join(f"{i},mine {i}" for i in range(12)))
    assert found(write_model, {"labels.txt": LINES}, named=mine)[3] == "mine 3"


@pytest.mark.parametrize("files", [{}, {"about.txt": b"hello"}, {"model.bin": LINES}, {"notes.md": LINES}])
def test_none(write_model: WriteModel, files: dict[str, bytes]) -> None:
    with pytest.raises(ModelMissingError, match=r"found none in the model file\. Give a file with 12 labels"):
        found(write_model, files)


def test_a_label_file_that_does_not_fit_is_named(write_model: WriteModel) -> None:
    with pytest.raises(LabelError, match=r"labels\.txt inside it: expected 12 labels.*found 2"):
        found(write_model, {"labels.txt": b"one\ntwo", "about.txt": b"x"})


def test_the_named_attached_file_must_be_there(write_model: WriteModel) -> None:
    with pytest.raises(LabelError, match=r"names\.txt inside it: .*not there"):
        found(write_model, {"labels.txt": LINES}, "names.txt")
    with pytest.raises(LabelError, match="not there"):
        found(write_model, {"a/names.txt": LINES, "b/names.txt": LINES}, "names.txt")
