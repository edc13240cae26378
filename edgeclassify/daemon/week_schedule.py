"""Which profile the times of a config ask for, and when that changes."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Self

from edgeclassify.config import Config
from edgeclassify.config.spans import WeekSpan
from edgeclassify.lazy_dataclass import dataclass

_DAYS_AHEAD = 8


@dataclass(frozen=True)
class WeekSchedule:
    """`spans`: name of a profile and a span of the week in which it is on; the first that covers a moment holds.

    `zone`: whose days and hours they are; None: the machine's.
    """

    spans: tuple[tuple[str, WeekSpan], ...]
    zone: tzinfo | None

    @classmethod
    def of(cls, config: Config) -> Self:
        """The times of all its profiles, in the order of the file."""
        spans = ((name, span) for name, one in config.profile.items() for span in one.spans)
        return cls(tuple(spans), config.node.zone)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def at(self, moment: float) -> str | None:
        """The profile that is to be on then, seconds since the epoch; None: none."""
        local = datetime.fromtimestamp(moment, self.zone)
        weekday, minute = local.weekday(), local.hour * 60 + local.minute
        return next((name for name, span in self.spans if span.covers(weekday, minute)), None)

    def next_change(self, moment: float) -> float | None:
        """When another one is to be on than then, seconds since the epoch; None: never."""
        now = self.at(moment)
        ahead = (border for border in self._borders(moment) if border > moment)
        return next((border for border in ahead if self.at(border) != now), None)

    def _borders(self, moment: float) -> Iterator[float]:
        """Beginnings and ends of all spans on the days from then on, in order."""
        minutes = sorted({minute for _, span in self.spans for minute in (span.from_min, span.until_min)})
        midnight = datetime.fromtimestamp(moment, self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for day in range(_DAYS_AHEAD):
            for minute in minutes:
                # By the clock on the wall: the day may have 23 hours, or 25.
                yield (midnight + timedelta(days=day, minutes=minute)).timestamp()
