"""The times of profiles: what is on when, and when that changes, by the days and hours of a time zone."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edgeclassify.config import parse_config
from edgeclassify.daemon.week_schedule import WeekSchedule

BERLIN = ZoneInfo("Europe/Berlin")


def schedule(zone: str | None = "Europe/Berlin", **when: list[str]) -> WeekSchedule:
    profiles = {name: {"when": spans} for name, spans in when.items()}
    node: dict[str, Any] = {} if zone is None else {"time_zone": zone}
    document = {"camera": [{"source": "synthetic:"}], "node": node, "profile": profiles}
    return WeekSchedule.of(parse_config(document, "s.toml", Path()))


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    """Local time → seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


WORK = schedule(away=["mon-fri 08:00-17:00"], night=["22:00-06:00"])


@pytest.mark.parametrize(
    ("moment", "name", "change", "then"),
    [
        ("2026-11-27 07:59:59", None, "2026-11-27 08:00", "away"),  # a Friday
        ("2026-11-27 08:00:00", "away", "2026-11-27 17:00", None),
        ("2026-11-27 16:59:59", "away", "2026-11-27 17:00", None),
        ("2026-11-27 17:00:00", None, "2026-11-27 22:00", "night"),
        ("2026-11-28 05:59:00", "night", "2026-11-28 06:00", None),
        ("2026-11-28 12:00:00", None, "2026-11-28 22:00", "night"),
        ("2026-11-29 23:00:00", "night", "2026-11-30 06:00", None),
    ],
)
def test_what_is_on_and_when_that_changes(moment: str, name: str | None, change: str, then: str | None) -> None:
    assert WORK.at(at(moment)) == name
    assert WORK.next_change(at(moment)) == at(change)
    assert WORK.at(at(change)) == then


def test_the_first_of_two_that_meet_holds() -> None:
    both = schedule(one=["10:00-12:00"], other=["11:00-13:00", "09:00-10:30"])
    assert [both.at(at(f"2026-11-27 {hour}")) for hour in ("09:59", "10:00", "11:30", "12:00", "13:00")] == [
        "other", "one", "one", "other", None,
    ]  # fmt: skip
    assert both.next_change(at("2026-11-27 10:15")) == at("2026-11-27 12:00")


def test_where_nothing_changes_there_is_no_change() -> None:
    assert schedule(always=["00:00-24:00"]).next_change(at("2026-11-27 10:15")) is None
    assert not schedule()
    assert schedule().at(0.0) is None
    assert schedule().next_change(0.0) is None
    assert WORK


def test_a_change_may_be_a_week_away() -> None:
    weekly = schedule(market=["sat 08:00-09:00"])
    assert weekly.next_change(at("2026-11-28 09:00")) == at("2026-12-05 08:00")
    assert weekly.next_change(at("2026-11-28 08:00:00.5")) == at("2026-11-28 09:00")
    days = schedule(weekend=["sat,sun"])
    assert days.next_change(at("2026-11-23 00:00")) == at("2026-11-28 00:00")
    assert days.next_change(at("2026-11-28 00:00")) == at("2026-11-30 00:00")


def test_days_on_which_the_clock_is_changed() -> None:
    early = schedule(early=["01:00-04:00"])
    assert early.next_change(at("2026-03-29 01:30")) - at("2026-03-29 01:30") == 1.5 * 3600  # type: ignore[operator]
    assert early.next_change(at("2026-10-25 01:30")) - at("2026-10-25 01:30") == 3.5 * 3600  # type: ignore[operator]
    left_out = schedule(odd=["02:30-04:00"])  # the clock goes from 02:00 to 03:00
    change = left_out.next_change(at("2026-03-29 01:30"))
    assert change is not None
    assert left_out.at(change) == "odd"
    twice = schedule(odd=["02:15-02:45"])  # and from 03:00 back to 02:00
    first, second = at("2026-10-25 02:30"), at("2026-10-25 02:30") + 3600
    assert twice.at(first) == twice.at(second) == "odd"


def test_the_zone_is_the_nodes() -> None:
    assert schedule("Asia/Tokyo", day=["08:00-17:00"]).at(at("2026-11-27 01:00")) == "day"
    assert schedule("UTC", day=["08:00-17:00"]).at(at("2026-11-27 08:30")) is None
    local = schedule(None, day=["08:00-17:00"])
    assert local.zone is None
    assert local.at(datetime(2026, 11, 27, 8).timestamp()) == "day"
    assert local.next_change(datetime(2026, 11, 27, 8).timestamp()) == datetime(2026, 11, 27, 17).timestamp()


def test_the_same_times_are_the_same() -> None:
    assert schedule(a=["sat"]) == schedule(a=["sat"])
    assert schedule(a=["sat"]) != schedule(a=["sun"])
    assert schedule(a=["sat"]) != schedule(b=["sat"])
    assert schedule(a=["sat"]) != schedule("UTC", a=["sat"])
