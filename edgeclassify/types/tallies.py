"""How often and how long labels were in views: what is told of a day, and what is kept."""

from dataclasses import replace
from enum import StrEnum
from itertools import groupby
from typing import Self

from edgeclassify.lazy_dataclass import dataclass

MOST_LABELS_TODAY = 50
"""So many labels at most does a view's state count, those that started last."""


class Novelty(StrEnum):
    """How new a label's start is in its view."""

    FIRST_EVER = "first ever"
    FIRST_IN_DAYS = "first in days"  # days_since says in how many, 2 at least
    FIRST_TODAY = "first today"


class ClockState(StrEnum):
    """What is said of the wall clock where days can't be told by it."""

    UNSET = "unset"


@dataclass(frozen=True, slots=True)
class LabelToday:
    """A label's day in a view: how often it started, seconds that it was there, and when it started last.

    `last`: seconds since the epoch. One that was there over midnight started the day before: `count` may be 0.
    """

    label: str
    count: int
    seconds: float
    last: float


@dataclass(frozen=True, slots=True)
class Today:
    """What a view's state says of the day: see ViewState."""

    day: str | None = None
    labels: tuple[LabelToday, ...] | None = None
    clock: ClockState | None = None


@dataclass(frozen=True, slots=True)
class DayTally:
    """What is counted of a label on one local day. `day`: its number, as of datetime.date.toordinal()."""

    day: int
    count: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TallyRecord:
    """What is kept of a label in a view over a restart.

    `days`: the newest that were counted, oldest first.
    `last`: when it started last by a clock that was set, seconds since the epoch, and `last_day` the local day of
    that; None: never. `undated`: it has started since, while the clock was not set. `partial`: what was counted
    before this start of the daemon is not in it, since that could not be read.
    """

    view: str
    label: str
    days: tuple[DayTally, ...] = ()
    last: float | None = None
    last_day: int | None = None
    undated: bool = False
    partial: bool = False

    def after(self, earlier: Self) -> Self:
        """With what was counted before."""
        days = sorted((*earlier.days, *self.days), key=lambda one: one.day)
        same = [list(found) for _, found in groupby(days, key=lambda one: one.day)]
        summed = (DayTally(one[0].day, sum(x.count for x in one), sum(x.seconds for x in one)) for one in same)
        newer = earlier if self.last is None else self
        undated = self.undated or (earlier.undated and self.last is None)
        return replace(
            self, days=tuple(summed), last=newer.last, last_day=newer.last_day, undated=undated, partial=False
        )

    @property
    def is_empty(self) -> bool:
        """True where nothing is kept of the label."""
        return not (self.days or self.undated) and self.last is None
