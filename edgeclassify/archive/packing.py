"""Rows as bytes, and back: as they go from process to process, and wait in the journal until a part is written."""

import json
import zlib
from collections.abc import Iterator, Sequence

from edgeclassify.archive.interface import Row

COLUMNS = (
    "path", "camera", "taken_at", "taken_by", "bytes", "width", "height", "sha256", "still", "labels", "scores",
    "group", "group_score", "calibrated", "unknown", "fault",
)  # fmt: skip
"""The fields of a row, in their order."""
DIGITS = 6
"""Of a score: what follows is noise, and takes as much room as all the rest."""
_LEVEL = 1


def pack(rows: Sequence[Row]) -> bytes:
    """The rows, the same bytes for the same rows. Text is ASCII, escaped: what is no UTF-8 passes too."""
    plain = [[getattr(row, name) for name in COLUMNS] for row in rows]
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), _LEVEL)


def unpack_values(packed: bytes) -> list[list[object]]:
    """The values of each row, in the order of COLUMNS; labels and scores are lists."""
    values: list[list[object]] = json.loads(zlib.decompress(packed))
    return values


def unpack(packed: bytes) -> Iterator[Row]:
    """What was packed."""
    for values in unpack_values(packed):
        yield row_of(dict(zip(COLUMNS, values, strict=True)))


def row_of(values: dict[str, object]) -> Row:
    """A row of its values by name; labels and scores may be any sequences."""
    labels, scores = values["labels"], values["scores"]
    return Row(**{**values, "labels": tuple(labels or ()), "scores": tuple(scores or ())})  # type: ignore[arg-type]


def as_utf8(text: str) -> str:
    """Text that may hold bytes of a name that are no UTF-8 (as Python has them): those as \\xff."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def rounded(score: float) -> float:
    """A score as it is kept."""
    return round(score, DIGITS)
