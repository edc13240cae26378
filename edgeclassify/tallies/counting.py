"""What a start, and an end, make of what is counted of a label, and how new a start is."""

import math
from dataclasses import replace

from edgeclassify.tallies.days import LocalDays
from edgeclassify.types import DayTally, Novelty, TallyRecord

KEPT_DAYS = 3
"""Days of a label that are kept: a clock that goes back over midnight finds what was counted before."""
LEAST_DAYS_AWAY = 2
"""From so many days on a start is the first one in days."""


def tally_of(record: TallyRecord, day: int) -> DayTally:
    """What is counted of that day."""
    return next((one for one in record.days if one.day == day), DayTally(day))


def novelty(record: TallyRecord, day: int) -> tuple[Novelty | None, int | None]:
    """How new a start on that day would be, and how many days after the last one; None: not new, or not known."""
    if record.undated or tally_of(record, day).count:
        return None, None
    days = [one.day for one in record.days if one.count]
    if record.last_day is not None:
        days.append(record.last_day)
    if not days:
        return Novelty.FIRST_EVER, None
    away = min((day - other for other in days if other < day), default=None)
    if away is None:  # all that is known is of days which, by now, are still to come
        return Novelty.FIRST_TODAY, None
    return Novelty.FIRST_IN_DAYS if away >= LEAST_DAYS_AWAY else Novelty.FIRST_TODAY, away


def started(record: TallyRecord, day: int, at: float) -> TallyRecord:
    """It has started on that day, at that moment."""
    tally = tally_of(record, day)
    counted = _with(record, [replace(tally, count=tally.count + 1)], day)
    return replace(counted, last=at, last_day=day, undated=False)


def lasted(record: TallyRecord, begin_at: float, end_at: float, days: LocalDays) -> TallyRecord:
    """It was there between these moments: each day gets its seconds, as far back as days are kept."""
    tallies, until = [], end_at
    today = days.of(end_at).number
    for _ in range(KEPT_DAYS):
        day = days.of(until)
        tally = tally_of(record, day.number)
        tallies.append(replace(tally, seconds=tally.seconds + day.share_s(begin_at, end_at)))
        if day.begins_at <= begin_at:
            break
        until = math.nextafter(day.begins_at, -math.inf)
    return _with(record, tallies, today)


def _with(record: TallyRecord, changed: list[DayTally], today: int) -> TallyRecord:
    """The record with these days; of too many the oldest goes first, today never."""
    days = {one.day: one for one in (*record.days, *changed) if one.count or one.seconds > 0}
    others = sorted(day for day in days if day != today)
    for day in others[: max(0, len(days) - KEPT_DAYS)]:
        del days[day]
    return replace(record, days=tuple(days[day] for day in sorted(days)))
