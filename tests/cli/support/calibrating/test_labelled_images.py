"""Labelled images of a folder or a CSV, and one message for what is neither."""

from pathlib import Path

import pytest

from edgeclassify.cli.support.calibrating.labelled_images import find_labelled_images
from edgeclassify.errors import EdgeClassifyError, ExitStatus, LabelError, MissingInputError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(location: Path) -> list[tuple[str, str]]:
    return [(image.path.name, image.label) for image in find_labelled_images(location).images]


def fault(location: Path) -> EdgeClassifyError:
    with pytest.raises(EdgeClassifyError) as caught:
        find_labelled_images(location)
    assert str(location) in str(caught.value)
    return caught.value


def test_a_sub_folder_is_a_label_with_all_pictures_below_it(tmp_path: Path) -> None:
    touch(
        tmp_path / "dog/10.png", tmp_path / "dog/9.jpg", tmp_path / "cat/night/a.jpg", tmp_path / "cat/notes.txt"
    )
    touch(tmp_path / "beside.jpg", tmp_path / ".hidden/x.jpg")
    assert found(tmp_path) == [("a.jpg", "cat"), ("9.jpg", "dog"), ("10.png", "dog")]


def test_a_label_without_pictures_is_left_out_and_said(tmp_path: Path) -> None:
    touch(tmp_path / "dog/a.jpg", tmp_path / "cat/notes.txt")
    images = find_labelled_images(tmp_path)
    assert [image.label for image in images.images] == ["dog"]
    (note,) = images.notes
    assert str(tmp_path / "cat") in note
    assert note.endswith("It is left out.")


def test_a_csv_has_files_and_labels_beside_it(tmp_path: Path) -> None:
    rows = 'index, Label, FILE\n1, "tabby, tabby cat", a.jpg\n\n2,dog,/pictures/b.jpg\n'
    (tmp_path / "truth.csv").write_text("\ufeff" + rows, encoding="utf-8")
    images = find_labelled_images(tmp_path / "truth.csv").images
    assert [(image.path, image.label) for image in images] == [
        (tmp_path / "a.jpg", "tabby, tabby cat"),
        (Path("/pictures/b.jpg"), "dog"),
    ]


def test_nothing_there(tmp_path: Path) -> None:
    error = fault(tmp_path / "pictures")
    assert error.exit_status == ExitStatus.NO_INPUT
    assert "found nothing there. Make a sub-folder for each label" in str(error)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((), "found an empty folder"),
        (("a.jpg", "b.jpg"), "found 2 files and no sub-folder"),
    ],
)
def test_a_folder_without_labels(tmp_path: Path, files: tuple[str, ...], message: str) -> None:
    touch(*(tmp_path / file for file in files))
    error = fault(tmp_path)
    assert isinstance(error, LabelError)
    assert message in str(error)


def test_labels_without_any_picture(tmp_path: Path) -> None:
    touch(*(tmp_path / f"{name}/notes.txt" for name in "abcdef"))
    error = fault(tmp_path)
    assert isinstance(error, MissingInputError)
    assert "expected pictures in its sub-folders (a, b, c, d, …), found none" in str(error)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"file,name\na.jpg,cat\n", "expected the columns file, label in the first line, found file, name"),
        (b"", "expected the columns file, label in the first line, found nothing"),
        (b"file,label\n", "expected a row for each picture, found none"),
        (b"file,label\na.jpg,cat\nb.jpg\n", "line 3: expected a label, found none"),
        (b"file,label\n,cat\n", "line 2: expected a file, found none"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "expected a folder, or a CSV in UTF-8, found something else"),
    ],
)
def test_a_csv_that_is_none(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_bytes(content)
    error = fault(path)
    assert isinstance(error, LabelError)
    assert message in str(error)
