"""Local days: where they begin, how long they are, and that none comes twice."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings, strategies as st

from edgeclassify.tallies.days import LocalDay, LocalDays

ZONES = (
    "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia",
    "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Etc/UTC",
)  # fmt: skip
HOUR_S = 3600.0


def at(zone: str, *moment: int) -> float:
    return datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "noon", "hours"),
    [
        ("Europe/Berlin", (2026, 3, 29, 12), 23),
        ("Europe/Berlin", (2026, 10, 25, 12), 25),
        ("Europe/Berlin", (2026, 11, 29, 12), 24),
        ("Australia/Lord_Howe", (2026, 4, 5, 12), 24.5),
        ("America/Sao_Paulo", (2018, 11, 4, 12), 23),  # there is no midnight: the day begins at 1:00
        ("Asia/Beirut", (2026, 3, 29, 12), 23),
        ("America/Havana", (2026, 11, 1, 12), 25),  # midnight comes twice
        ("Pacific/Apia", (2011, 12, 31, 12), 24),  # the day before was left out
    ],
)
def test_a_day_has_the_hours_of_its_zone(zone: str, noon: tuple[int, ...], hours: float) -> None:
    day = LocalDays(zone).of(at(zone, *noon))
    assert day.ends_at - day.begins_at == hours * HOUR_S
    assert str(day) == "{:04}-{:02}-{:02}".format(*noon)


def test_it_begins_with_its_first_moment_and_ends_before_the_next_one() -> None:
    days = LocalDays("Europe/Berlin")
    midnight = at("Europe/Berlin", 2026, 11, 29)
    before, first = days.of(midnight - 0.001), days.of(midnight)
    assert (str(before), str(first)) == ("2026-11-28", "2026-11-29")
    assert first.begins_at == midnight == before.ends_at
    assert (midnight in first, midnight in before, midnight - 0.001 in before) == (True, False, True)
    assert first.number - before.number == 1


def test_a_clock_that_is_put_back_over_midnight_begins_no_day_anew() -> None:
    """In 2010 at 0:01 it became 23:01 of the day before, in St. John's."""
    days = LocalDays("America/St_Johns")
    first = at("America/St_Johns", 2010, 11, 7)
    assert [str(days.of(first + s)) for s in (-1, 0, 59, 61, 3600, 7200)] == ["2010-11-06"] + ["2010-11-07"] * 5
    # Asked for that moment first.
    assert LocalDays("America/St_Johns").of(first + 61) == days.of(first)


def test_share_of_a_stretch_of_time() -> None:
    day = LocalDay(1, 100.0, 200.0)
    stretches = [(90, 100), (90, 110), (110, 120), (190, 230), (0, 300), (200, 210), (150, 140)]
    assert [day.share_s(*one) for one in stretches] == [0, 10, 10, 10, 100, 0, 0]


def test_without_a_zone_it_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        moment = at("Pacific/Auckland", 2026, 9, 27, 12)
        assert LocalDays().of(moment) == LocalDays("Pacific/Auckland").of(moment)
        assert LocalDays().zone is None
    finally:
        monkeypatch.undo()
        time.tzset()


@settings(deadline=None)
@given(zone=st.sampled_from(ZONES), moments=st.lists(st.integers(1_262_300_000, 2_000_000_000), max_size=6))
@example(zone="America/St_Johns", moments=[1_289_097_000, 1_289_100_000, 1_289_104_000])
def test_days_follow_each_other_without_a_hole(zone: str, moments: list[int]) -> None:
    days = LocalDays(zone)
    for moment in sorted(moments):
        day = days.of(float(moment))
        assert moment in day
        assert 0 <= day.number - datetime.fromtimestamp(moment, ZoneInfo(zone)).date().toordinal() <= 1
        following = days.of(day.ends_at)
        assert following.begins_at == day.ends_at
        assert following.number > day.number
        assert timedelta(hours=22) < timedelta(seconds=day.ends_at - day.begins_at) < timedelta(hours=26)
