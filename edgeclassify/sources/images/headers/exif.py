"""What an Exif block says that matters here: which way up the image is, and when it was taken.

Sources: TIFF 6.0, Exif 2.32 (OffsetTimeOriginal: 2.31).
"""

import re
import struct
from datetime import UTC, datetime, timedelta, timezone

from edgeclassify.lazy_dataclass import dataclass

_ORIENTATION, _EXIF_FOLDER = 0x0112, 0x8769
_TAKEN, _TAKEN_OFFSET, _TAKEN_FRACTION = (
    0x9003,
    0x9011,
    0x9291,
)  # DateTimeOriginal, OffsetTime-, SubSecTimeOriginal
_FIRST_YEAR = 1995
"""No camera wrote Exif before: an earlier date is that of a clock that was never set."""
_MOST_TAGS = 1000
_SHORT, _LONGS, _ASCII = 3, (4, 13), 2  # 13: the place of another folder

Tags = dict[int, int | bytes]
"""Tag → its first value (SHORT, LONG) or its text (ASCII)."""


@dataclass(frozen=True, slots=True)
class Exif:
    """`orientation`: 1-8, 1: upright. `taken_at`: seconds since the epoch; None where the block tells no time.

    A time without an offset is taken as local time, which is what cameras write; in `taken_at_utc` as UTC, so that
    it is the same wherever it is read.
    """

    orientation: int = 1
    taken_at: float | None = None
    taken_at_utc: float | None = None


def read_exif(block: bytes) -> Exif:
    """An Exif block (a small TIFF file); what is damaged in it counts as not there."""
    try:
        tags = tiff_tags(block)
    except (struct.error, IndexError):
        return Exif()
    orientation, folder = tags.get(_ORIENTATION), tags.get(_EXIF_FOLDER)
    if not isinstance(orientation, int) or not 1 <= orientation <= 8:
        orientation = 1
    try:
        own = tiff_tags(block, folder) if isinstance(folder, int) else {}
    except (struct.error, IndexError):
        own = {}
    return Exif(orientation, *_taken_at(own))


def tiff_tags(data: bytes, at: int | None = None) -> Tags:
    """The SHORT, LONG and ASCII tags of a folder of a TIFF file, at byte `at`; None: the first folder.

    Raises struct.error or IndexError where it is damaged or cut off.
    """
    order = ">" if data.startswith(b"MM") else "<"
    if at is None:
        (at,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, at)
    tags: Tags = {}
    for entry in range(at + 2, at + 2 + 12 * min(count, _MOST_TAGS), 12):
        tag, kind, length = struct.unpack_from(f"{order}HHI", data, entry)
        if kind in (_SHORT, *_LONGS):
            (tags[tag],) = struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'I'}", data, entry + 8)
        elif kind == _ASCII and length <= 64:
            (place,) = struct.unpack_from(f"{order}I", data, entry + 8) if length > 4 else (entry + 8,)
            tags[tag] = data[place : place + length].split(b"\0")[0]
    return tags


def _taken_at(tags: Tags) -> tuple[float | None, float | None]:
    """As local time, and as UTC, where no offset is told."""
    text, offset, fraction = (_text(tags, tag) for tag in (_TAKEN, _TAKEN_OFFSET, _TAKEN_FRACTION))
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
        if moment.year < _FIRST_YEAR:
            return None, None
        if zone := re.fullmatch(r"([+-])(\d\d):?(\d\d)", offset, re.ASCII):
            minutes = int(f"{zone[1]}1") * (int(zone[2]) * 60 + int(zone[3]))
            moment = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        part = float(f"0.{fraction}") if re.fullmatch(r"\d{1,9}", fraction, re.ASCII) else 0.0
        as_utc = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return moment.timestamp() + part, as_utc.timestamp() + part
    except (ValueError, OverflowError, OSError):
        return None, None


def _text(tags: Tags, tag: int) -> str:
    value = tags.get(tag, b"")
    return value.decode("ascii", "replace").strip() if isinstance(value, bytes) else ""
