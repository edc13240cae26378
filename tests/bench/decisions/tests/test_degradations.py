"""What a picture suffers: shapes stay, what was given stays, and each does what it says."""

from collections.abc import Callable

import numpy as np
import pytest

from edgeclassify.types import Pixels
from tests.bench.decisions.degradations import (
    Light,
    Obstruction,
    blurred,
    compressed,
    lit,
    noisy,
    obstructed,
    shaken,
)


def gradient() -> Pixels:
    """48x64 BGR: brighter to the right, from 0 to 252."""
    return np.repeat(np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))[:, :, None], 3, axis=2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda pixels: lit(pixels, Light(0.8, 0.9, 1.1)),
        lambda pixels: shaken(pixels, 2.0, -1.0, 1.0),
        lambda pixels: blurred(pixels, 1.5),
        lambda pixels: obstructed(pixels, Obstruction(0.5, 0.5, 0.2, 0.3, (1, 2, 3))),
        lambda pixels: noisy(pixels, 5.0, np.random.default_rng(1)),
        lambda pixels: compressed(pixels, 30),
    ],
    ids=["lit", "shaken", "blurred", "obstructed", "noisy", "compressed"],
)
def test_what_was_given_stays_as_it_was(damage: Callable[[Pixels], Pixels]) -> None:
    given = gradient()
    made = damage(given)
    assert np.array_equal(given, gradient())
    assert made.shape == given.shape
    assert made.dtype == np.uint8
    assert not np.array_equal(made, given)


def test_light_acts_on_brightness_contrast_and_warmth() -> None:
    grey = np.full((2, 2, 3), 100, np.uint8)
    assert lit(grey, Light(gain=1.5)).max() == lit(grey, Light(gain=1.5)).min() == 150
    assert lit(grey, Light(contrast=0.5)).max() == 114  # half as far from 128
    blue, green, red = lit(grey, Light(warmth=1.25))[0, 0].tolist()
    assert (blue, green, red) == (80, 100, 125)


def test_a_picture_is_moved_by_pixels() -> None:
    assert np.array_equal(shaken(gradient(), 3.0, 0.0, 0.0)[:, 3:], gradient()[:, :-3])


def test_a_little_out_of_focus_is_in_focus() -> None:
    assert blurred(gradient(), 0.29) is not None
    assert np.array_equal(blurred(gradient(), 0.29), gradient())


def test_something_in_the_way_has_its_place_in_heights() -> None:
    made = obstructed(np.zeros((100, 200, 3), np.uint8), Obstruction(1.5, 0.4, 0.2, 0.1, (9, 8, 7)))
    rows, columns = np.nonzero(made.any(axis=2))
    assert [int(end) for end in (rows.min(), rows.max(), columns.min(), columns.max())] == [30, 50, 130, 170]
    assert made[40, 150].tolist() == [9, 8, 7]


def test_noise_is_as_strong_as_it_says_and_repeats_itself() -> None:
    grey = np.full((100, 100, 3), 128, np.uint8)
    made = noisy(grey, 6.0, np.random.default_rng(3))
    assert made.std(axis=(0, 1)) == pytest.approx(6.0, abs=0.2)
    assert np.array_equal(made, noisy(grey, 6.0, np.random.default_rng(3)))
    assert not np.array_equal(made, noisy(grey, 6.0, np.random.default_rng(4)))
