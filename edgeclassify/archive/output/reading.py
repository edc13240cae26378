"""Reads the output of an archive back, a bit at a time."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from edgeclassify.archive.interface import Row
from edgeclassify.archive.output.places import part_files
from edgeclassify.archive.output.schema import METADATA_KEY
from edgeclassify.archive.packing import COLUMNS, row_of
from edgeclassify.errors import ImageError
from edgeclassify.files import printable

BATCH_ROWS = 8192
"""Rows that are held at a time."""


def read_rows(folder: Path) -> Iterator[Row]:
    """Every row of an archive's output, in its order; some thousands are in memory at a time.

    Raises MissingInputError where there is none, ImageError where a part is damaged.
    """
    for batch in read_tables(folder, COLUMNS):
        columns = [_values(batch, name) for name in COLUMNS]
        for values in zip(*columns, strict=True):
            yield row_of(dict(zip(COLUMNS, values, strict=True)))


def read_tables(folder: Path, columns: Sequence[str], rows: int = BATCH_ROWS) -> Iterator[Any]:
    """The same as pyarrow's record batches of so many rows at most, and of these columns alone.

    `columns`: of the schema, so `label` and `score` too. Raises as `read_rows`.
    """
    for path in part_files(folder):
        with _damage_said(path), pq.ParquetFile(path) as part:
            yield from part.iter_batches(batch_size=rows, columns=list(columns), use_threads=False)


def read_facts(folder: Path) -> dict[str, Any]:
    """What the metadata of the last part tells of the run: format, model, sha256, runtime, options.

    Raises as `read_rows`.
    """
    path = part_files(folder)[-1]
    with _damage_said(path):
        found: dict[str, Any] = json.loads((pq.read_schema(path).metadata or {})[METADATA_KEY])
    return found


def _values(batch: Any, name: str) -> Any:
    column = batch.column(name)
    if name == "taken_at":
        return (None if at is None else at / 1e6 for at in column.cast(pa.int64()).to_pylist())
    return column.to_pylist()


@contextmanager
def _damage_said(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ImageError(
            f"{printable(path)}: expected a part that `edgeclassify archive` wrote, can't be read: {why}. Copy it "
            "again from where it came, or let the archive be made anew: --again"
        ) from error
