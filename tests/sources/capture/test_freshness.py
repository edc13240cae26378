"""What counts as new, as stalled and as frozen: times are given, nothing waits."""

import time
from typing import Any

import numpy as np
import pytest

from edgeclassify.sources.capture.freshness import Freshness, FrozenError
from edgeclassify.sources.interface import StalledError
from edgeclassify.types import Frame, PixelFormat


def fresh(**options: Any) -> Freshness:
    return Freshness(now=0.0, **{"stall_timeout_s": 10.0, **options})


def frame(seed: int = 0, width: int = 64, height: int = 48, stride: int | None = None) -> Frame:
    """A YUV420 frame of noise; the bytes beyond its width are others every time."""
    stride = stride or width
    pixels = np.random.default_rng().integers(0, 255, (height * 3 // 2, stride), np.uint8)
    pixels[:height, :width] = np.random.default_rng(seed).integers(0, 255, (height, width), np.uint8)
    return Frame(pixels, PixelFormat.YUV420, width, height, "front", 0, time.monotonic_ns(), time.time())


class TestClock:
    def test_a_repeated_mark_is_not_new(self) -> None:
        watch = fresh()
        assert watch.passed(7, 1.0)
        assert not watch.passed(7, 2.0)
        assert watch.passed(8, 3.0)
        assert watch.passed(7, 4.0)

    def test_without_a_clock_everything_is_new(self) -> None:
        watch = fresh()
        assert watch.passed(None, 1.0)
        assert watch.passed(None, 2.0)

    def test_frames_of_an_unknown_clock_keep_a_timeout_away_but_not_a_repetition(self) -> None:
        watch = fresh()
        watch.passed(7, 1.0)
        for second in range(2, 30):
            watch.passed(None, second)
        watch.check_stall(30.0, None)
        with pytest.raises(StalledError, match="repeats a frame for 10 s"):
            watch.check_stall(30.0, None, repeated=True)


class TestStall:
    @pytest.mark.parametrize(
        ("options", "interval_s", "expected_s"),
        [
            ({}, None, 10),
            ({}, 1 / 30, 10),
            ({"stall_frames": 90}, None, 10),
            ({"stall_frames": 90}, 1 / 30, 3),
            ({"stall_frames": 90, "least_stall_s": 2}, 0.01, 2),
            ({"stall_frames": 90}, 1.0, 10),
            ({"stall_frames": 90}, 20.0, 60),
            ({}, 20.0, 60),
        ],
    )
    def test_limit(self, options: dict[str, int], interval_s: float | None, expected_s: int) -> None:
        watch = fresh(**options)
        watch.passed(1, 0.0)
        assert watch.stall_s(interval_s) == pytest.approx(expected_s)
        watch.check_stall(expected_s - 0.01, interval_s)
        with pytest.raises(StalledError, match=f"no new frame for {expected_s} s"):
            watch.check_stall(expected_s + 0.01, interval_s)

    def test_the_first_frames_after_a_start_may_be_late(self) -> None:
        """A camera with frames of two seconds hides the first of them until its exposure has settled."""
        watch = fresh(stall_frames=90)
        assert watch.stall_s(2.0) == 30
        watch.passed(1, 20.0)
        assert watch.stall_s(2.0) == 10
        watch.excuse(30.0)
        assert watch.stall_s(2.0) == 30

    def test_a_pause_is_excused(self) -> None:
        watch = fresh()
        watch.passed(1, 1.0)
        watch.excuse(600.0)
        watch.check_stall(609.0, None)


class TestFrozen:
    def test_the_same_picture(self) -> None:
        watch = fresh(freeze_timeout_s=10)
        for second in range(10):
            watch.check_frozen(frame(1, stride=70), second)
        with pytest.raises(FrozenError, match="bit by bit, for 10 s"):
            watch.check_frozen(frame(1, stride=70), 10.0)

    def test_one_pixel_beside_the_lattice_is_enough(self) -> None:
        watch = fresh(freeze_timeout_s=10)
        for second in range(100):
            picture = frame(1, width=640, height=480)
            picture.pixels[1, 1] = second
            watch.check_frozen(picture, second)

    def test_another_picture_starts_the_time_anew(self) -> None:
        watch = fresh(freeze_timeout_s=10)
        for second in range(100):
            watch.check_frozen(frame(second // 9), second)

    def test_a_picture_of_one_value_says_nothing(self) -> None:
        watch = fresh(freeze_timeout_s=10)
        picture = frame()
        picture.pixels[:48] = 16
        for second in range(100):
            watch.check_frozen(picture, second)

    def test_never(self) -> None:
        watch = fresh(freeze_timeout_s=0)
        for second in range(100):
            watch.check_frozen(frame(1), second)

    def test_two_stills_ten_minutes_apart_are_not_enough_three_are(self) -> None:
        watch = fresh(freeze_timeout_s=60)
        watch.check_frozen(frame(1), 0.0)
        watch.excuse(600.0)
        watch.check_frozen(frame(1), 600.0)
        with pytest.raises(FrozenError):
            watch.check_frozen(frame(1), 1200.0)
