"""The visits of an archive as one Parquet file."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from edgeclassify.archive.output.columns import column
from edgeclassify.archive.output.places import VISITS
from edgeclassify.archive.summary.visits import Visit
from edgeclassify.errors import StorageError
from edgeclassify.files import printable, replacing

GROUP_ROWS = 8192
"""Visits of a row group: so many are in memory."""
_WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("camera", _WORDS, nullable=False),
        pa.field("begin", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("end", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("images", pa.int32(), nullable=False),
        pa.field("label", _WORDS),
        pa.field("score", pa.float32(), nullable=False),
        pa.field("best", pa.string(), nullable=False),
    ]
)
"""As of `Visit`; `label`: its name."""


def write_visits(folder: Path, found: Iterable[Visit]) -> Iterator[Visit]:
    """Each visit, once it is handed on to the file, which is in its place when all are through.

    Raises StorageError.
    """
    path = folder / VISITS
    try:
        with replacing(path) as file, pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
            visits = iter(found)
            while group := list(islice(visits, GROUP_ROWS)):
                writer.write_table(_table(group))
                yield from group
    except (OSError, pa.ArrowException) as error:
        raise StorageError(
            f"{printable(path)}: can't be written: {error}. The parts are whole: make room, and give the same "
            "command again."
        ) from error


def _table(group: list[Visit]) -> pa.Table:
    columns: dict[str, list[Any]] = {
        "camera": [visit.camera for visit in group],
        "begin": [round(visit.begin * 1e6) for visit in group],
        "end": [round(visit.end * 1e6) for visit in group],
        "images": [visit.images for visit in group],
        "label": [visit.name for visit in group],
        "score": [visit.score for visit in group],
        "best": [visit.best for visit in group],
    }
    return pa.table([column(columns[one.name], one.type) for one in SCHEMA], schema=SCHEMA)
