"""A picture is in the dark when it is dark, or when a camera took it by night."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from edgeclassify.teaching.darkness import DARK, is_dark

MIDNIGHT = datetime(2026, 11, 29, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(("brightness", "dark"), [(DARK - 0.001, True), (DARK, False), (0.0, True), (1.0, False)])
def test_by_brightness(brightness: float, dark: bool) -> None:
    assert is_dark(brightness) is dark
    assert is_dark(brightness, MIDNIGHT + 12 * 3600, UTC) is dark


@pytest.mark.parametrize(
    ("hour", "dark"), [(21.99, False), (22.0, True), (24.0, True), (28.99, True), (29.0, False), (36.0, False)]
)
def test_by_the_clock(hour: float, dark: bool) -> None:
    assert is_dark(0.5, MIDNIGHT + hour * 3600, UTC) is dark
    east = timezone(timedelta(hours=3))
    assert is_dark(0.5, MIDNIGHT + (hour - 3) * 3600, east) is dark
