"""What is learned of noise, window by window."""

import math

import numpy as np
import pytest

from edgeclassify.scene.motion.noise_floor import NoiseFloor
from edgeclassify.scene.motion.texture import LEAST_NOISE, Map


def windows(*values: float) -> Map:
    return np.array([values], np.float32)


def settled(level: float, spread: float = 0.0, frames: int = 400) -> NoiseFloor:
    """That has long seen one window's noise go up and down by `spread` (logarithm) around `level`."""
    floor = NoiseFloor(windows(level))
    for i in range(frames):
        floor.learn(windows(level * math.exp(spread if i % 2 else -spread)), 0.5)
    return floor


def test_it_begins_with_what_most_windows_have() -> None:
    """One in which something moves counts for nothing."""
    floor = NoiseFloor(windows(2.0, 2.0, 2.0, 2.0, 900.0))
    assert floor.level == pytest.approx(np.full((1, 5), 2.0))
    excess = floor.excess(windows(2.0, 2.0, 2.0, 2.0, 900.0))
    # The first spread is 0.3, ten of which are more than a factor of four.
    assert excess[0, :4] == pytest.approx(-3.0)
    assert excess[0, 4] == pytest.approx(math.log(450) - 3)


def test_no_camera_has_less_than_the_least_noise() -> None:
    floor = NoiseFloor(windows(0.0))
    assert floor.level == pytest.approx(LEAST_NOISE)
    assert floor.excess(windows(0.0)) == pytest.approx(-3.0)
    assert floor.excess(windows(-1.0)) == pytest.approx(-3.0)


def test_steady_noise_is_exceeded_by_four_times_as_much() -> None:
    floor = settled(5.0)
    assert floor.level == pytest.approx(5.0, rel=0.01)
    assert floor.excess(windows(20.0)) == pytest.approx(0.0, abs=0.02)
    assert floor.excess(windows(40.0)) == pytest.approx(math.log(2), abs=0.02)


@pytest.mark.parametrize("spread", [0.25, 0.4])
def test_what_varies_must_be_exceeded_by_many_of_its_deviations(spread: float) -> None:
    floor = settled(5.0, spread)
    assert floor.excess(windows(5.0)) == pytest.approx(-10 * spread, abs=0.15)


def test_the_first_frames_count_alike_and_later_ones_by_their_time() -> None:
    floor = NoiseFloor(windows(1.0))
    floor.learn(windows(math.e), 0.001)  # the second of two
    assert np.log(floor.level) == pytest.approx(1 / 2)
    floor.learn(windows(math.exp(0.8)), 0.001)
    assert np.log(floor.level) == pytest.approx(1 / 2 + 0.3 / 3)
    floor = settled(1.0)
    floor.learn(windows(math.exp(0.5)), 10.0)
    assert np.log(floor.level) == pytest.approx(0.5 * (1 - math.exp(-1)), rel=0.01)


def test_from_the_eleventh_frame_on_time_counts() -> None:
    floor = NoiseFloor(windows(1.0))
    for _ in range(8):
        floor.learn(windows(1.0), 0.001)
    floor.learn(windows(math.e), 0.001)  # the tenth
    assert np.log(floor.level) == pytest.approx(0.1)
    floor.learn(windows(math.exp(1.1)), 0.001)
    assert np.log(floor.level) == pytest.approx(0.1001, abs=0.0002)


def test_what_moves_counts_for_a_step_and_what_goes_on_counts_in_the_end() -> None:
    floor = settled(1.0)
    floor.learn(windows(1e6), 0.5)
    share = 1 - math.exp(-0.05)
    assert np.log(floor.level) == pytest.approx(share, rel=0.01)
    assert floor.excess(windows(1.0)) == pytest.approx(-share - math.log(4), rel=0.02)
    for _ in range(200):
        floor.learn(windows(100.0), 0.5)
    assert floor.level == pytest.approx(100.0, rel=0.1)


def test_it_comes_down_again_as_it_went_up() -> None:
    floor = settled(100.0)
    for _ in range(20):
        floor.learn(windows(1.0), 0.5)
    share = 1 - math.exp(-0.05)
    assert np.log(floor.level) == pytest.approx(math.log(100) - 20 * share, rel=0.01)


def test_the_spread_grows_by_steps_of_half_at_most() -> None:
    floor = settled(1.0)
    floor.learn(windows(math.exp(0.9)), 10.0)
    share = 1 - math.exp(-1)
    usual, spread = 0.9 * share, 0.5 * share
    assert floor.excess(windows(1.0)) == pytest.approx(-usual - 10 * spread, rel=0.02)
