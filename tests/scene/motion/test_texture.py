"""A picture's texture against an earlier one's: what is new, and what is only lit."""

import numpy as np
import pytest

from edgeclassify.scene.motion.texture import (
    LEAST_NOISE,
    Glance,
    Map,
    by_window,
    compare,
    glance,
    grid_of,
    share,
)
from edgeclassify.scene.statistics import measure
from tests.scene.frames import frame_of

SHAPE = (60, 80)
QUIET = np.ones((14, 19), np.float32)


def textured(seed: int = 1, strength: float = 20.0) -> Map:
    return (strength * np.random.default_rng(seed).standard_normal(SHAPE)).astype(np.float32)


def seen(texture: Map, brightness: float = 0.5, level: float = 100.0) -> Glance:
    levels = np.full((14, 19), level, np.float32)
    return Glance(texture + np.float32(level), texture, levels, brightness)


@pytest.mark.parametrize(
    ("shape", "grid"),
    [((60, 80), (15, 20)), ((56, 74), (14, 18)), ((63, 64), (16, 16)), ((3, 90), (2, 22)), ((1, 1), (2, 2))],
)
def test_a_cell_is_four_pixels_and_there_are_two_at_least(shape: tuple[int, int], grid: tuple[int, int]) -> None:
    assert grid_of(shape) == grid


def test_a_window_is_the_mean_of_its_four_cells() -> None:
    pixels = np.zeros(SHAPE, np.float32)
    pixels[8:12, 16:20] = 16.0  # the cell in row 2, column 4
    first, second = by_window(np.stack((pixels, pixels + 1)))
    assert first.shape == (14, 19)
    expected = np.zeros((14, 19))
    expected[1:3, 3:5] = 4.0
    np.testing.assert_allclose(first, expected, atol=1e-5)
    np.testing.assert_allclose(second, expected + 1, atol=1e-5)


def test_a_pixel_counts_for_two_cells_by_its_parts_in_them_where_sides_are_no_multiple_of_a_cell() -> None:
    pixels = np.zeros((60, 74), np.float32)  # 18 cells of 37/9 pixels
    pixels[:, 4] = 1.0
    in_cells = [1 / 9 * 9 / 37, 8 / 9 * 9 / 37, 0.0]
    np.testing.assert_allclose(by_window(pixels)[0, :2], [sum(in_cells[:2]) / 2, sum(in_cells[1:]) / 2], rtol=1e-5)
    np.testing.assert_allclose(by_window(np.ones((63, 50), np.float32)), np.ones((15, 11)), rtol=1e-6)


def test_what_is_smooth_is_no_texture() -> None:
    slope = np.tile(np.linspace(20, 200, 80).astype(np.uint8), (60, 1))
    found = glance(measure(frame_of(slope)))
    assert np.abs(found.texture[:, 6:-6]).max() < 1
    np.testing.assert_array_equal(found.luma, slope)
    assert found.levels[0, 0] == pytest.approx(slope[:8, :8].mean(), abs=0.01)
    assert found.brightness == pytest.approx(slope.mean() / 255, abs=0.01)


def test_a_lone_pixel_is_texture() -> None:
    pixels = np.full(SHAPE, 100, np.uint8)
    pixels[30, 40] = 181
    assert glance(measure(frame_of(pixels))).texture[30, 40] == pytest.approx(80.0)


def test_the_same_picture_has_nothing_new() -> None:
    found = compare(seen(textured()), seen(textured()), QUIET)
    assert found.new.max() < 0.1
    assert found.foreign.max() < 0.3
    assert found.alike.min() > 0.99
    np.testing.assert_array_equal(found.lit, np.zeros((14, 19)))


def test_noise_is_found_as_the_variance_of_one_picture() -> None:
    base = textured()
    now, before = (base + textured(seed, 2.0) for seed in (2, 3))
    found = compare(seen(now), seen(before), QUIET)
    assert found.new.mean() == pytest.approx(4.0, rel=0.1)
    assert found.foreign.mean() == pytest.approx(4.0, rel=0.1)


@pytest.mark.parametrize("gain", [0.5, 0.8, 1.3, 2.5])
def test_another_light_brings_nothing_new(gain: float) -> None:
    base = textured()
    found = compare(seen(np.float32(gain) * base, 0.5 * gain), seen(base, 0.5), QUIET)
    assert found.new.max() < 0.1
    assert found.alike.min() > 0.99


def test_noise_that_a_lamp_has_made_larger_is_none_that_is_new() -> None:
    base = textured()
    noisy = base + textured(5, 1.0)
    found = compare(seen(4 * base, 0.8), seen(noisy, 0.2), QUIET)
    assert found.new.mean() == pytest.approx(16 / 17, rel=0.15)


def test_new_texture_is_found_with_its_energy_where_it_is() -> None:
    now, before = textured(1, 1.0), textured(1, 1.0)
    now[20:28, 40:48] += np.tile(np.array([10, -10], np.float32), (8, 4))
    found = compare(seen(now), seen(before), QUIET)
    # The window of rows 5 and 6, columns 10 and 11 of cells.
    assert found.new[5, 10] > 40
    assert found.foreign[5, 10] > 40
    assert found.alike[5, 10] < 0.1
    assert found.new[0, 0] < 0.1


def test_texture_that_has_gone_is_new_though_a_factor_explains_it() -> None:
    before = textured()
    now = before.copy()
    now[:30, :40] = 0
    found = compare(seen(now), seen(before), QUIET)
    # Six tenths of it are missed, at most: a factor of 0.6 is as likely as light has it.
    assert found.new[2, 2] == pytest.approx(0.36 / 1.36 * found.energy[2, 2], rel=0.01)
    assert found.foreign[2, 2] < 1
    assert found.new[12, 17] < 0.1


def test_texture_that_has_become_stronger_than_elsewhere_is_new() -> None:
    before = textured()
    now = before.copy()
    now[:30, :40] *= 2
    found = compare(seen(now), seen(before), QUIET)
    assert found.new[2, 2] == pytest.approx(0.16 / (1 + 1.6**2) * found.energy[2, 2], rel=0.02)
    assert found.foreign[2, 2] < 0.3


@pytest.mark.parametrize(("brighter", "factor"), [(1.0, 1 / 3), (0.5, 0.175)])
def test_contrast_may_fall_no_further_than_brightness_allows(brighter: float, factor: float) -> None:
    """A picture without texture that is as bright as before is another one, not the same in the dark."""
    before = textured()
    found = compare(seen(0 * before, 0.5 * brighter), seen(before, 0.5), QUIET)
    ratio = (0.5 * brighter + 0.03) / 0.53
    likely = 0.6 * ratio / 3
    assert found.new[5, 5] == pytest.approx(likely**2 / (1 + likely**2) * found.energy[5, 5], rel=0.01)
    assert ratio / 3 == pytest.approx(factor, rel=0.1)


def test_contrast_may_rise_no_further_than_brightness_allows() -> None:
    before = textured()
    found = compare(seen(10 * before, 0.5), seen(before, 0.5), QUIET)
    assert found.new[5, 5] == pytest.approx((10 - 4.8) ** 2 / (1 + 4.8**2) * found.energy[5, 5], rel=0.01)


def test_where_little_has_texture_brightness_tells_how_contrast_has_changed() -> None:
    before = textured(1, 0.5)
    before[:8, :8] = textured(2, 30.0)[:8, :8]
    now = np.float32(0.5) * before
    found = compare(seen(now, 0.235), seen(before, 0.5), np.full((14, 19), 3.0, np.float32))
    assert found.new[0, 0] < 0.1
    found = compare(seen(now, 0.5), seen(before, 0.5), np.full((14, 19), 3.0, np.float32))
    assert found.new[0, 0] == pytest.approx(0.01 / 1.36 * found.energy[0, 0], rel=0.05)


def test_the_picture_of_a_moment_ago_follows() -> None:
    old = Glance(np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32), np.zeros((14, 19), np.float32), 0.2)
    new = seen(np.full(SHAPE, 8.0, np.float32), 0.6, 40.0)
    followed = old.followed(new, 0.25, 0.75)
    assert (followed.texture == 2).all()
    assert followed.levels == pytest.approx(30.0)
    assert followed.brightness == pytest.approx(0.3)
    assert followed.luma is new.luma


def test_alike_is_a_squared_correlation_that_noise_lowers() -> None:
    base = textured(1, 0.4)
    found = compare(seen(base), seen(base), QUIET)
    energy = found.energy
    np.testing.assert_allclose(found.alike, (energy / (energy + LEAST_NOISE)) ** 2, rtol=1e-3)


def test_a_newest_one_counts_for_more_the_longer_it_was_awaited() -> None:
    assert [share(seconds, 2.0) for seconds in (0.0, 2.0, 4.0)] == pytest.approx([0.0, 0.632, 0.865], abs=1e-3)


def test_a_mean_of_two_has_its_shares_of_both() -> None:
    mean = seen(np.full(SHAPE, 4.0, np.float32), 0.5, 100).followed(
        seen(np.full(SHAPE, 8.0, np.float32), 0.9, 50), 0.25, 0.5
    )
    np.testing.assert_allclose(mean.texture, 5.0)
    np.testing.assert_allclose(mean.levels, 75.0)
    assert mean.brightness == pytest.approx(0.6)
