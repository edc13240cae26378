"""How long something lasts, as it is typed."""

import re

from edgeclassify.errors import UsageError

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "": 1}


def duration(text: str) -> float:
    """Seconds, of "90", "90s", "15m", "1.5h", "2d". Raises UsageError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|)", text.strip())
    if match is None or float(match[1]) <= 0:
        raise UsageError(f"--for: expected a time such as 90s, 15m, 1h or 2d, found {text!r}")
    return float(match[1]) * _UNITS[match[2]]
