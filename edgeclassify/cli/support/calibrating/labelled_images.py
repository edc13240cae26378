"""Images whose labels are known: a folder with a sub-folder for each label, or a CSV of files and labels."""

import csv
from collections.abc import Iterator
from pathlib import Path

from edgeclassify.errors import LabelError, MissingInputError
from edgeclassify.files import as_text, printable, read_plain_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.images.reading import list_images

_MOST_BYTES = 64 << 20
_COLUMNS = ("file", "label")
_HOW = (
    "Make a sub-folder for each label (cat/, dog/) with its pictures, or name a CSV with the columns file, label."
)


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """An image's path, and its label as the user wrote it."""

    path: Path
    label: str


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """What was found. `notes`: what was left out, a line each."""

    images: tuple[LabelledImage, ...]
    notes: tuple[str, ...] = ()


def find_labelled_images(location: Path) -> LabelledImages:
    """The images of a folder or a CSV. Raises MissingInputError or LabelError, with what to do."""
    try:
        is_folder = location.is_dir()
        is_there = is_folder or location.exists()
    except OSError as error:  # no name that a file can have, or none to be seen
        raise MissingInputError(f"{printable(location)}: can't be read: {error.strerror}.") from error
    if not is_there:
        raise MissingInputError(
            f"{printable(location)}: expected pictures with labels, found nothing there. {_HOW}"
        )
    return _of_folder(location) if is_folder else _of_csv(location)


def _of_folder(folder: Path) -> LabelledImages:
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise MissingInputError(
            f"{printable(folder)}: expected a folder of labelled pictures, can't be read: {error.strerror}. "
            "Check its owner and mode."
        ) from error
    labels = [entry for entry in entries if entry.is_dir()]
    if not labels:
        found = f"{len(entries)} files and no sub-folder" if entries else "an empty folder"
        raise LabelError(f"{printable(folder)}: expected sub-folders named by label, found {found}. {_HOW}")
    images: list[LabelledImage] = []
    notes = []
    for label in labels:
        try:
            images += (LabelledImage(path, label.name) for path in list_images(label, recursive=True))
        except MissingInputError as error:
            notes.append(f"{error} It is left out.")
    if not images:
        raise MissingInputError(
            f"{printable(folder)}: expected pictures in its sub-folders ({_names(labels)}), found none. {_HOW}"
        )
    return LabelledImages(tuple(images), tuple(notes))


def _names(folders: list[Path]) -> str:
    shown = ", ".join(printable(folder.name) for folder in folders[:4])
    return f"{shown}, …" if len(folders) > 4 else shown


def _of_csv(path: Path) -> LabelledImages:
    try:
        content = read_plain_file(path, _MOST_BYTES)
    except OSError as error:
        raise MissingInputError(f"{printable(path)}: can't be read: {error.strerror or error}.") from error
    text = as_text(content)
    if text is None or len(content) > _MOST_BYTES:
        raise LabelError(f"{printable(path)}: expected a folder, or a CSV in UTF-8, found something else. {_HOW}")
    images = tuple(_rows(path, text.removeprefix("\ufeff")))
    if not images:
        raise LabelError(f"{printable(path)}: expected a row for each picture, found none. {_HOW}")
    return LabelledImages(images)


def _rows(path: Path, text: str) -> Iterator[LabelledImage]:
    rows = csv.reader(text.splitlines(), skipinitialspace=True)
    columns = [cell.strip().casefold() for cell in next(rows, [])]
    missing = [name for name in _COLUMNS if name not in columns]
    if missing:
        found = ", ".join(printable(name) for name in columns[:8]) or "nothing"
        raise LabelError(
            f"{printable(path)}: expected the columns file, label in the first line, found {found}. Name them "
            "there."
        )
    places = [columns.index(name) for name in _COLUMNS]
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        file, label = (row[place].strip() if place < len(row) else "" for place in places)
        if not file or not label:
            what = "file" if not file else "label"
            raise LabelError(f"{printable(path)}: line {rows.line_num}: expected a {what}, found none.")
        yield LabelledImage(path.parent / file, label)
