"""How values are written: compact JSON in UTF-8, times by RFC 3339, numbers that are finite and have 4 digits."""

import json
import math
import numbers
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

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


def encoded(body: Mapping[str, Any], where: str) -> bytes:
    """A body as JSON. `where` names it in the PublishError for a value that has no JSON form."""
    text = json.dumps(plain(body, where), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A lone surrogate (a file name that is no UTF-8) has no UTF-8 form: it becomes "?" rather than an error.
    return text.encode("utf-8", "replace")


def plain(value: Any, where: str) -> Any:
    """`value` in JSON's own types: numpy scalars become numbers, reals have 4 digits and are finite."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item, f"{where} {key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, where) for item in value]
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return rounded(float(value), where)
    raise PublishError(f"{where}: expected text, a number, a list or a table, found {type(value).__name__}")
