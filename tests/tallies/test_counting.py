"""What starts and ends make of what is counted of a label, and how new a start is."""

import pytest

from edgeclassify.tallies.counting import KEPT_DAYS, lasted, novelty, started
from edgeclassify.tallies.days import LocalDays
from edgeclassify.types import DayTally, Novelty, TallyRecord

NEW = TallyRecord("gate", "cat")
UTC = LocalDays("Etc/UTC")
DAY_S = 86_400.0
TODAY = UTC.of(1.8e9).number
MIDNIGHT = UTC.of(1.8e9).begins_at


def counted(*days: int) -> TallyRecord:
    record = NEW
    for day in days:
        record = started(record, day, day * DAY_S)
    return record


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(NEW, (Novelty.FIRST_EVER, None), id="nothing is known of it"),
        pytest.param(counted(TODAY), (None, None), id="today already"),
        pytest.param(counted(TODAY - 1), (Novelty.FIRST_TODAY, 1), id="yesterday"),
        pytest.param(counted(TODAY - 2), (Novelty.FIRST_IN_DAYS, 2), id="the day before"),
        pytest.param(counted(TODAY - 400, TODAY - 9), (Novelty.FIRST_IN_DAYS, 9), id="the last one counts"),
        pytest.param(counted(TODAY, TODAY + 1), (None, None), id="the clock went back to a day that was counted"),
        pytest.param(counted(TODAY - 3, TODAY + 1), (Novelty.FIRST_IN_DAYS, 3), id="back to one that was not"),
        pytest.param(counted(TODAY + 1), (Novelty.FIRST_TODAY, None), id="only days to come are known"),
        pytest.param(
            TallyRecord("gate", "cat", undated=True), (None, None), id="once by a clock that was not set"
        ),
        pytest.param(
            TallyRecord("gate", "cat", (DayTally(TODAY, 0, 5.0),), 1.0, TODAY - 1),
            (Novelty.FIRST_TODAY, 1),
            id="there over midnight",
        ),
        pytest.param(
            TallyRecord("gate", "cat", (DayTally(TODAY - 1, 0, 5.0),)),
            (Novelty.FIRST_EVER, None),
            id="never started",
        ),
        pytest.param(
            TallyRecord("gate", "cat", (), 1.0, TODAY - 7), (Novelty.FIRST_IN_DAYS, 7), id="no days kept"
        ),
    ],
)
def test_how_new_a_start_is(record: TallyRecord, expected: tuple[Novelty | None, int | None]) -> None:
    assert novelty(record, TODAY) == expected


def test_a_start_is_counted_on_its_day() -> None:
    record = started(started(NEW, TODAY, 5.0), TODAY, 9.0)
    assert record == TallyRecord("gate", "cat", (DayTally(TODAY, 2),), 9.0, TODAY)


def test_a_start_by_a_clock_that_is_set_makes_it_dated() -> None:
    assert not started(TallyRecord("gate", "cat", undated=True), TODAY, 5.0).undated


def test_a_stay_over_midnight_is_split() -> None:
    record = lasted(counted(TODAY - 1), MIDNIGHT - 30.0, MIDNIGHT + 12.0, UTC)
    assert record.days == (DayTally(TODAY - 1, 1, 30.0), DayTally(TODAY, 0, 12.0))


def test_seconds_add_up() -> None:
    record = lasted(lasted(counted(TODAY), MIDNIGHT, MIDNIGHT + 4.0, UTC), MIDNIGHT + 5.0, MIDNIGHT + 6.5, UTC)
    assert record.days == (DayTally(TODAY, 1, 5.5),)


def test_a_stay_of_many_days_fills_those_that_are_kept() -> None:
    record = lasted(NEW, MIDNIGHT - 30 * DAY_S, MIDNIGHT + 12.0, UTC)
    assert record.days == (DayTally(TODAY - 2, 0, DAY_S), DayTally(TODAY - 1, 0, DAY_S), DayTally(TODAY, 0, 12.0))


def test_one_that_begins_at_midnight_says_nothing_of_the_day_before() -> None:
    assert lasted(NEW, MIDNIGHT, MIDNIGHT + 1.0, UTC).days == (DayTally(TODAY, 0, 1.0),)
    assert lasted(NEW, MIDNIGHT - 1.0, MIDNIGHT, UTC).days == (DayTally(TODAY - 1, 0, 1.0),)


def test_the_oldest_day_goes_first_and_the_present_one_never() -> None:
    assert KEPT_DAYS == 3
    assert [one.day for one in counted(1, 2, 3, 4).days] == [2, 3, 4]
    assert [one.day for one in counted(8, 9, 10, 2).days] == [2, 9, 10]
    assert [one.day for one in counted(8, 9, 10, 2, 3).days] == [3, 9, 10]


def test_of_few_days_none_goes() -> None:
    """Also where today counts nothing."""
    assert lasted(counted(8, 9), 10 * DAY_S, 10 * DAY_S, UTC).days == counted(8, 9).days
    today = UTC.of(10 * DAY_S).number
    record = lasted(counted(8, 9), 10 * DAY_S, 10 * DAY_S + 1, UTC)
    assert [one.day for one in record.days] == [8, 9, today]


def test_what_counts_nothing_leaves_no_day() -> None:
    assert lasted(NEW, MIDNIGHT + 5.0, MIDNIGHT + 5.0, UTC) == NEW
    assert NEW.is_empty
    assert not counted(TODAY).is_empty
    assert not TallyRecord("gate", "cat", undated=True).is_empty
    assert not TallyRecord("gate", "cat", last=0.0).is_empty
