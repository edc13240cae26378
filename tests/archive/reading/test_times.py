"""When an image was taken."""

from datetime import UTC, datetime

import pytest

from edgeclassify.archive.reading.times import best_time, time_in

_TAKEN = datetime(2024, 1, 31, 23, 59, 58, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "name",
    [
        "20240131_235958.jpg",
        "IMG_20240131-235958.jpg",
        "IMG_20240131_235958_001.jpg",
        "2024-01-31 23.59.58.jpg",
        "Screenshot 2024-01-31 at 23.59.58.png",
        "2024-01-31T23:59:58Z.jpg",
        "192.168.1.20_01_20240131235958.jpg",
        "20240230_101010 20240131_235958.jpg",
        "2024-01-31_23h59m58.jpg",
    ],
)
def test_names_tell_a_time(name: str) -> None:
    assert time_in(name) == _TAKEN


def test_milliseconds_count_where_they_follow_at_once() -> None:
    assert time_in("PXL_20240131_235958123.jpg") == _TAKEN + 0.123


@pytest.mark.parametrize(
    "name",
    ["IMG-20240131-WA0001.jpg", "20240131.jpg", "120240131235958.jpg", "20241331_235958.jpg",
     "20240131_245958.jpg",
     "2024-0131_235958.jpg", "2024013123595.jpg", "18240131_235958.jpg", "202401312359581234.jpg"],
)  # fmt: skip
def test_other_names_tell_none(name: str) -> None:
    assert time_in(name) is None


def test_what_the_image_says_counts_most_and_the_file_least() -> None:
    assert best_time(_TAKEN, "20230101_000000.jpg", 1.7e9) == (_TAKEN, "exif")
    assert best_time(None, "20240131_235958.jpg", 1.7e9) == (_TAKEN, "name")
    assert best_time(None, "x.jpg", 1.7e9) == (1.7e9, "modified")
    assert best_time(None, "x.jpg", None) == (None, None)


def test_times_that_no_camera_took_count_for_nothing() -> None:
    first = datetime(1995, 1, 1, tzinfo=UTC).timestamp()
    ahead = datetime.now(UTC).timestamp() + 86_400
    assert best_time(first - 1, "19940101_000000.jpg", 0.0) == (None, None)
    assert best_time(first, "x.jpg", None) == (first, "exif")
    assert best_time(ahead - 60, "x.jpg", None) == (ahead - 60, "exif")
    assert best_time(ahead + 60, "29990101_000000.jpg", 1.7e9) == (1.7e9, "modified")
