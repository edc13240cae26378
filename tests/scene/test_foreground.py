"""What stands before the background, and when it belongs to it."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.scene.foreground import Foreground
from edgeclassify.scene.motion.detector import Motion

Grey = NDArray[np.float32]
GROUND = np.full((60, 80), 100, np.float32)


def with_block(level: float, size: int = 10) -> Grey:
    luma = GROUND.copy()
    luma[20 : 20 + size, 30 : 30 + size] = level
    return luma


class Bench:
    def __init__(self, noise: float = 1.0) -> None:
        self.foreground, self.noise, self.at_s = Foreground(), noise, 1.0

    def see(self, luma: Grey, seconds: float = 0.5, *, lit: bool = False) -> NDArray[np.bool_]:
        self.at_s += seconds
        motion = Motion(np.zeros((14, 19), np.bool_), lit, luma, self.noise)
        return self.foreground.examine(motion, round(self.at_s * 1e9))


def test_the_first_frame_is_the_background() -> None:
    bench = Bench()
    assert not bench.see(with_block(200)).any()
    assert not bench.see(with_block(200)).any()


def test_what_comes_stands_out_in_its_place() -> None:
    bench = Bench()
    bench.see(GROUND)
    mask = bench.see(with_block(200))
    assert mask[21:29, 31:39].all()
    outside = mask.copy()
    outside[20:30, 30:40] = False
    assert not outside.any()
    assert mask[20:30, 30:40].all()


@pytest.mark.parametrize(
    ("noise", "level", "found"), [(1.0, 110.5, True), (1.0, 109.8, False), (16.0, 113, False), (16.0, 120, True)]
)
def test_it_must_differ_by_more_than_noise(noise: float, level: float, found: bool) -> None:
    """Ten levels, and four deviations of the noise; the block itself changes the mean by hundredths of that."""
    bench = Bench(noise)
    bench.see(GROUND)
    assert bench.see(with_block(level)).any() == found


def test_a_lone_pixel_is_noise() -> None:
    bench = Bench()
    bench.see(GROUND)
    assert not bench.see(with_block(200, 1)).any()
    assert bench.see(with_block(200, 2)).sum() <= 4


def test_another_brightness_of_the_whole_is_none_of_it() -> None:
    bench = Bench()
    bench.see(GROUND)
    mask = bench.see(with_block(200) + np.float32(30))
    assert mask[24, 34]
    assert not mask[5, 5]


def test_the_background_follows_in_seconds_and_takes_up_what_stays_in_minutes() -> None:
    bench = Bench()
    bench.see(GROUND)
    bench.see(with_block(108), 5.0)  # by less than counts: it follows, 1 - 1/e of the way
    share = 1 - math.exp(-1)
    assert not bench.see(with_block(108 + 0 * share), 0.0).any()
    assert bench.see(with_block(100 + 8 * share + 10.4), 0.0).any()
    assert not bench.see(with_block(100 + 8 * share + 10.0), 0.0).any()
    bench = Bench()
    bench.see(GROUND)
    stays = [bool(bench.see(with_block(200)).any()) for _ in range(600)]
    seconds = sum(stays) / 2
    # 100 levels fall to 10 in a little more than twice the time constant.
    assert stays[:200] == [True] * 200
    # The block itself is a forty-eighth of the mean.
    assert seconds == pytest.approx(60 * math.log(100 * 47 / 48 / 10), abs=1.0)


def test_in_another_light_nothing_of_before_counts() -> None:
    bench = Bench()
    bench.see(GROUND)
    assert not bench.see(with_block(200), lit=True).any()
    assert not bench.see(with_block(200)).any()
    assert bench.see(GROUND).any()


def test_where_time_goes_back_or_the_size_changes_it_begins_anew() -> None:
    bench = Bench()
    bench.see(GROUND)
    assert not bench.see(with_block(200), -0.5).any()
    assert bench.see(np.full((30, 40), 10, np.float32)).shape == (30, 40)
    assert not bench.see(np.full((30, 40), 10, np.float32)).any()
