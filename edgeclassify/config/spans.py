"""Spans of a week as a config writes them: days, hours, or both."""

import re

from edgeclassify.lazy_dataclass import dataclass

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TEXT = re.compile(
    r"(?P<days>[a-z]{3}([-,][a-z]{3})*)?"
    r"( ?(?P<from>([01][0-9]|2[0-3]):[0-5][0-9])-(?P<until>([01][0-9]|2[0-3]):[0-5][0-9]|24:00))?"
)
_EXPECTED = 'spans such as "mon-fri 08:00-17:00", "22:00-06:00" or "sat,sun"'


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """`days`: weekdays on which it begins, 0 is Monday. The rest in minutes since midnight; from > until: over
    midnight."""

    days: frozenset[int]
    from_min: int
    until_min: int

    def covers(self, weekday: int, minute: int) -> bool:
        """True where that minute of that day lies in it."""
        if self.from_min < self.until_min:
            return weekday in self.days and self.from_min <= minute < self.until_min
        begun_today = weekday in self.days and minute >= self.from_min
        return begun_today or ((weekday - 1) % 7 in self.days and minute < self.until_min)


def week_span(text: str) -> WeekSpan:
    """Raises ValueError for a text that is none."""
    match = _TEXT.fullmatch(re.sub(r"\s*([-,\s])\s*", r"\1", text.strip().lower()))
    if match is None or not (match["days"] or match["from"]):
        raise ValueError(_EXPECTED)
    days = frozenset(range(7)) if match["days"] is None else _days(match["days"])
    from_min, until_min = _minutes(match["from"] or "00:00"), _minutes(match["until"] or "24:00")
    if from_min == until_min:
        raise ValueError(_EXPECTED)
    return WeekSpan(days, from_min, until_min)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, *rest = part.split("-")
        if len(rest) > 1 or not {first, *rest} <= set(_DAYS):
            raise ValueError(_EXPECTED)
        begin, end = _DAYS.index(first), _DAYS.index(rest[0] if rest else first)
        found.update((begin + i) % 7 for i in range((end - begin) % 7 + 1))
    return frozenset(found)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
