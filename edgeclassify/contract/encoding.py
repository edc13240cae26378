"""How values are written: times by RFC 3339, numbers that are finite and have 4 digits."""

import math
from datetime import UTC, datetime, timedelta

from edgeclassify.errors import PublishError

DIGITS = 4
"""Of a real number, after the point."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(seconds: float) -> str:
    """Seconds since the epoch as `2026-11-23T06:54:00.123Z`. Raises PublishError for what is no date."""
    try:
        moment = _EPOCH + timedelta(milliseconds=round(finite(seconds, "time") * 1000))
    except OverflowError as error:
        raise PublishError(f"time {seconds!r}: expected seconds since 1970 within the years 1 to 9999") from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_of(text: str) -> float:
    """RFC 3339 as seconds since the epoch. Raises ValueError for what is no time."""
    return datetime.fromisoformat(text).timestamp()


def rounded(number: float, where: str) -> float:
    """`number` with 4 digits. Raises PublishError for one that is not finite; `where` names it."""
    return round(finite(float(number), where), DIGITS)


def finite(number: float, where: str) -> float:
    """`number`. Raises PublishError where it is not finite: JSON has no NaN."""
    if not math.isfinite(number):
        raise PublishError(f"{where}: expected a finite number, found {number}. JSON can't carry it.")
    return number
