"""Moments on the command line: a date, a time of today, or how long ago."""

import re
from datetime import datetime, timedelta, tzinfo

from edgeclassify.errors import UsageError

_AGO = re.compile(r"(\d{1,6})(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
EXPECTED = "expected 2026-11-29, '2026-11-29 14:30', 14:30, today, yesterday, or how long ago: 90m, 2h, 7d, 4w"


def moment(option: str, text: str, zone: tzinfo | None, now: datetime) -> float:
    """Seconds since the epoch. `zone`: where the words hold; None: the machine's. Raises UsageError."""
    word = text.strip().lower()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if match := _AGO.fullmatch(word):
            return now.timestamp() - timedelta(**{_UNITS[match[2]]: int(match[1])}).total_seconds()
        if word in ("today", "yesterday"):
            return _at(today if word == "today" else today - timedelta(days=1), zone)
        if match := _CLOCK.fullmatch(word):
            return _at(today.replace(hour=int(match[1]), minute=int(match[2])), zone)
        return _at(datetime.fromisoformat(text.strip()), zone)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"history: {option}: {EXPECTED}; found {text!r}") from error


def _at(found: datetime, zone: tzinfo | None) -> float:
    """Without a zone of its own it is meant in `zone`."""
    return (
        found if found.tzinfo is not None and found.tzinfo is not zone else found.replace(tzinfo=zone)
    ).timestamp()
