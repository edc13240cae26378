"""Writes a part: whole under its own name, or not there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from edgeclassify.archive.output.places import PARTS, part_file
from edgeclassify.archive.output.schema import table_of, with_metadata
from edgeclassify.errors import StorageError
from edgeclassify.files import printable, replacing

GROUP_ROWS = 8192
"""Rows of a row group: so many are in memory while a part is written."""
_ENDING = ".tmp"


def write_part(folder: Path, number: int, rows: Iterable[Sequence[Any]], facts: Mapping[str, Any]) -> int:
    """Write a part, which replaces one of the same number; returns its rows.

    `rows`: values in the order of COLUMNS. `facts`: as of `with_metadata`. Raises StorageError where it can't be
    written; then there is none, or the one before.
    """
    path, written = part_file(folder, number), 0
    schema = with_metadata(facts)
    try:
        path.parent.mkdir(exist_ok=True)
        with (
            replacing(path, unfinished=path.name + _ENDING) as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for group in _groups(rows):
                writer.write_table(table_of(group, schema), row_group_size=GROUP_ROWS)
                written += len(group)
    except (OSError, pa.ArrowException) as error:
        raise _unwritable(path, error) from error
    return written


def sweep_parts(folder: Path, known: int) -> None:
    """Remove what a kill left: unfinished files, and parts from number `known` on, which no journal knows of.

    Raises StorageError.
    """
    parts = folder / PARTS
    try:
        for one in parts.iterdir() if parts.is_dir() else ():
            if one.name.endswith(_ENDING) or _is_from(folder, one, known):
                one.unlink()
    except OSError as error:
        raise _unwritable(parts, error) from error


def _is_from(folder: Path, path: Path, known: int) -> bool:
    digits = path.stem.removeprefix("part-")
    return digits.isdecimal() and int(digits) >= known and path == part_file(folder, int(digits))


def _groups(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    group: list[Sequence[Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group


def _unwritable(path: Path, error: Exception) -> StorageError:
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return StorageError(
        f"{printable(path)}: can't be written: {reason}. What is done is kept: make room, and give the same "
        "command again."
    )
