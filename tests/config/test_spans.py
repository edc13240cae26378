"""Spans of the week as they are written, and what lies in them."""

import pytest

from edgeclassify.config.spans import WeekSpan, week_span

EACH = frozenset(range(7))


@pytest.mark.parametrize(
    ("text", "days", "from_min", "until_min"),
    [
        ("mon-fri 08:00-17:00", {0, 1, 2, 3, 4}, 480, 1020),
        ("22:00-06:30", EACH, 1320, 390),
        ("sat,sun", {5, 6}, 0, 1440),
        ("  Sat , SUN  ", {5, 6}, 0, 1440),
        ("fri-mon 00:00 - 24:00", {4, 5, 6, 0}, 0, 1440),
        ("mon,wed-thu,sun 23:59-00:00", {0, 2, 3, 6}, 1439, 0),
        ("tue08:00-09:00", {1}, 480, 540),
        ("sun-sun", {6}, 0, 1440),
        ("mon-sun", EACH, 0, 1440),
        ("tue-mon", EACH, 0, 1440),
    ],
)
def test_what_is_written(text: str, days: set[int], from_min: int, until_min: int) -> None:
    assert week_span(text) == WeekSpan(frozenset(days), from_min, until_min)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "monday", "mon-fri-sun", "mo", "xyz", "mon-xyz", "08:00", "08:00-08:00", "8:00-9:00",
        "24:00-08:00", "08:60-09:00", "08:00-24:01", "08:00-25:00", "mon fri", "mon-fri 08:00-17:00 x",
        "08:00-09:00 mon",
        "mon,", "00:00-00:00", "-mon",
    ],
)  # fmt: skip
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match=r'^spans such as "mon-fri 08:00-17:00"'):
        week_span(text)


def test_within_a_day() -> None:
    span = week_span("mon-fri 08:00-17:00")
    assert [span.covers(0, minute) for minute in (479, 480, 1019, 1020)] == [False, True, True, False]
    assert [span.covers(day, 600) for day in range(7)] == [True] * 5 + [False] * 2


def test_over_midnight_it_belongs_to_the_day_on_which_it_begins() -> None:
    span = week_span("sun 22:00-06:00")
    assert [span.covers(6, minute) for minute in (0, 359, 1319, 1320, 1439)] == [False, False, False, True, True]
    assert [span.covers(0, minute) for minute in (0, 359, 360, 1320)] == [True, True, False, False]
    assert [span.covers(5, minute) for minute in (0, 1439)] == [False, False]


def test_until_midnight_is_no_minute_longer() -> None:
    for text in ("mon 23:00-24:00", "mon 23:00-00:00"):
        span = week_span(text)
        assert [span.covers(0, 1379), span.covers(0, 1380), span.covers(0, 1439)] == [False, True, True]
        assert not span.covers(1, 0)
