"""When an image was taken: as it says itself, as its name says, or as its file was changed."""

import re
import time
from datetime import UTC, datetime

EXIF, NAME, MODIFIED, VIDEO = "exif", "name", "modified", "video"
_FIRST = datetime(1995, 1, 1, tzinfo=UTC).timestamp()
"""An earlier time is that of a clock that was never set, or of a copy that kept none."""
_AHEAD_S = 86_400.0
"""A time without a zone may be so far ahead of ours."""
_STAMP = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.:]?)(\d\d)\2(\d\d)(?:[-_. T]| at )*"
    r"(\d\d)[-_.:h]?(\d\d)[-_.:m]?(\d\d)(?:\.?(\d{3}))?(?!\d)"
)
"""20240131_235959, IMG_20240131-235959123, 2024-01-31 23.59.59, 20240131235959."""


def best_time(exif: float | None, name: str, modified: float | None) -> tuple[float | None, str | None]:
    """Seconds since the epoch, and by what they are known; None where nothing sensible is told.

    `exif`, `modified`: as they are told; a time in the name is read as UTC.
    """
    latest = time.time() + _AHEAD_S
    for moment, told_by in ((exif, EXIF), (time_in(name), NAME), (modified, MODIFIED)):
        if moment is not None and _FIRST <= moment <= latest:
            return moment, told_by
    return None, None


def time_in(name: str) -> float | None:
    """The date and time in a file's name, read as UTC; None where there is none, or no such day."""
    for found in _STAMP.finditer(name):
        year, _, month, day, hour, minute, second, milliseconds = found.groups()
        numbers = (int(part) for part in (year, month, day, hour, minute, second))
        try:
            return datetime(*numbers, tzinfo=UTC).timestamp() + int(milliseconds or 0) / 1000  # type: ignore[arg-type,misc]
        except ValueError:
            continue
    return None
