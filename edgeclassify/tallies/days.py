"""Local days: which one a moment is in, and when that begins and ends."""

import math
from datetime import date, datetime, time, timedelta, tzinfo

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day by its number (as of date.toordinal()), from its midnight to before the next, seconds since the epoch.

    It has 23 or 25 hours where summer time begins or ends in it.
    """

    number: int
    begins_at: float
    ends_at: float

    def __contains__(self, at: float) -> bool:
        return self.begins_at <= at < self.ends_at

    def __str__(self) -> str:
        return date.fromordinal(self.number).isoformat()

    def share_s(self, begin_at: float, end_at: float) -> float:
        """How many seconds between two moments are in it."""
        return max(0.0, min(end_at, self.ends_at) - max(begin_at, self.begins_at))


class LocalDays:
    """The days of a time zone. `zone`: its name; None: that of the machine.

    A day goes from its first midnight to the first one of the next: it does not come again where the clock is put
    back over midnight. A midnight that is left out is the moment at which it is.
    """

    def __init__(self, zone: str | None = None) -> None:
        self.zone = zone
        # Without a zone datetime goes by the machine's, in both directions.
        self._zone = None if zone is None else _zone(zone)
        self._last: LocalDay | None = None

    def of(self, at: float) -> LocalDay:
        """The day of a moment, seconds since the epoch. Raises ValueError or OverflowError for no date."""
        if (known := self._last) is None or at not in known:
            known = self._last = self._find(at)
        return known

    def _find(self, at: float) -> LocalDay:
        # Whole seconds: datetime rounds, and what is left of a microsecond would be the next day's.
        day = datetime.fromtimestamp(math.floor(at), self._zone).date()
        begins_at, ends_at = self._midnight(day), self._midnight(day + timedelta(days=1))
        if at >= ends_at:  # the clock was put back over midnight, a little while ago
            day, begins_at, ends_at = day + timedelta(days=1), ends_at, self._midnight(day + timedelta(days=2))
        return LocalDay(day.toordinal(), begins_at, ends_at)

    def _midnight(self, day: date) -> float:
        return datetime.combine(day, time(), self._zone).timestamp()


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # it takes as long to load as ten modules of ours

    return ZoneInfo(name)
