"""The output as lines of comma-separated values: all images for spreadsheets, and those with a fault."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from edgeclassify.archive.interface import Row
from edgeclassify.archive.output.places import CSV, FAULTS
from edgeclassify.archive.output.reading import read_rows, read_tables
from edgeclassify.errors import StorageError
from edgeclassify.files import printable, replacing
from edgeclassify.history.csv_lines import cell

_BEFORE = ("path", "camera", "taken_at", "taken_by", "bytes", "width", "height", "sha256", "still")
_AFTER = ("group", "group_score", "calibrated", "unknown", "fault")


def write_csv(folder: Path, top: int) -> Path:
    """All rows of the parts in one file; of each image `top` labels. Returns its path.

    Raises StorageError where it can't be written, and what `read_rows` raises.
    """
    best = [
        f"{name}{'' if place == 1 else f'_{place}'}" for place in range(1, top + 1) for name in ("label", "score")
    ]
    heading = [*_BEFORE, *best, *_AFTER]
    return _write(folder / CSV, heading, (_line(row, top) for row in read_rows(folder)))


def write_faults(folder: Path) -> Path | None:
    """The images with a fault, and why; None where there are none: a file of before goes then. Raises so too."""
    found = _faults(folder)
    first = next(found, None)
    if first is None:
        with suppress(OSError):
            (folder / FAULTS).unlink(missing_ok=True)
        return None

    def lines() -> Iterator[Sequence[Any]]:
        yield first
        yield from found

    return _write(folder / FAULTS, ("path", "fault"), lines())


def _faults(folder: Path) -> Iterator[Sequence[Any]]:
    for batch in read_tables(folder, ("path", "fault")):
        faults = batch.column("fault")
        if faults.null_count < len(faults):
            pairs = zip(batch.column("path").to_pylist(), faults.to_pylist(), strict=True)
            yield from ((path, fault) for path, fault in pairs if fault is not None)


def _line(row: Row, top: int) -> list[Any]:
    at = (
        None
        if row.taken_at is None
        else datetime.fromtimestamp(row.taken_at, UTC).isoformat(timespec="milliseconds")
    )
    best: list[Any] = []
    for place in range(top):
        there = place < len(row.labels)
        best += [row.labels[place], f"{row.scores[place]:.4f}"] if there else [None, None]
    known = [row.path, row.camera, at, row.taken_by, row.bytes, row.width, row.height, row.sha256, int(row.still)]
    scores = [None if one is None else f"{one:.4f}" for one in (row.group_score, row.calibrated, row.unknown)]
    return [*known, *best, row.group, *scores, row.fault]


def _write(path: Path, heading: Sequence[str], lines: Iterable[Sequence[Any]]) -> Path:
    try:
        with replacing(path) as file:
            text = TextIOWrapper(file, encoding="utf-8", newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(heading)
            writer.writerows([cell(value) for value in line] for line in lines)
            text.flush()
    except OSError as error:
        raise StorageError(
            f"{printable(path)}: can't be written: {error.strerror}. All is in the parts: make room, and give the "
            "same command again."
        ) from error
    return path
