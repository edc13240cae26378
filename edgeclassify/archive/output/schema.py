"""The columns of the Parquet files, and what stands in their metadata."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from edgeclassify.archive.output.columns import column
from edgeclassify.archive.packing import COLUMNS

FORMAT = 1
"""Version of the columns: readers of one read later ones too, which only add some."""
METADATA_KEY = b"edgeclassify"
_WORDS = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("camera", _WORDS, nullable=False),
        pa.field("taken_at", pa.timestamp("us", tz="UTC")),
        pa.field("taken_by", _WORDS),
        pa.field("bytes", pa.int64()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("sha256", pa.string()),
        pa.field("still", pa.bool_(), nullable=False),
        pa.field("label", _WORDS),
        pa.field("score", pa.float32()),
        pa.field("labels", pa.list_(pa.string()), nullable=False),
        pa.field("scores", pa.list_(pa.float32()), nullable=False),
        pa.field("group", _WORDS),
        pa.field("group_score", pa.float32()),
        pa.field("calibrated", pa.float32()),
        pa.field("unknown", pa.float32()),
        pa.field("fault", pa.string()),
    ]
)
"""As of `Row`; `label` and `score` are the best of `labels` and `scores`, null where there are none."""


def with_metadata(facts: Mapping[str, Any]) -> Any:
    """The schema, with the facts of the run (what JSON can hold) in its metadata."""
    said = json.dumps({"format": FORMAT, **facts}, sort_keys=True)
    return SCHEMA.with_metadata({METADATA_KEY: said.encode()})


def table_of(rows: Sequence[Sequence[Any]], schema: Any) -> Any:
    """A table of rows whose values stand in the order of COLUMNS."""
    columns: dict[str, list[Any]] = {
        name: list(values) for name, values in zip(COLUMNS, zip(*rows, strict=True), strict=True)
    }
    columns["taken_at"] = [None if at is None else round(at * 1e6) for at in columns["taken_at"]]
    columns["label"] = [labels[0] if labels else None for labels in columns["labels"]]
    columns["score"] = [scores[0] if scores else None for scores in columns["scores"]]
    return pa.table([column(columns[one.name], one.type) for one in schema], schema=schema)
