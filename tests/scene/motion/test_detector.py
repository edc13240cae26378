"""Where something moves in a camera's frames: real pixels, from photos that are none."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from edgeclassify.scene.motion.detector import Motion, MotionDetector
from edgeclassify.scene.motion.light import LEVELS_LIT, SHARE_LIT
from edgeclassify.scene.statistics import measure
from edgeclassify.types import FULL_FRAME, PixelFormat, Roi
from tests.scene.frames import frame_of

Grey = NDArray[np.float64]
WIDTH, HEIGHT = 320, 240


def scenery(seed: int = 0) -> Grey:
    """Something like a garden: shapes of many sizes, 30 to 200 bright."""
    rng = np.random.default_rng(seed)
    layers = np.zeros((HEIGHT, WIDTH))
    for cells in (6, 15, 40):
        coarse = rng.uniform(-1, 1, (cells * 3 // 4 + 1, cells))
        layers += np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)) * 40
    return np.clip(layers + 110, 30, 200)


def with_square(picture: Grey, left: int, top: int, side: int = 40, level: float = 235.0) -> Grey:
    changed = picture.copy()
    changed[top : top + side, left : left + side] = level
    return changed


class Bench:
    """A camera with noise, twice a second."""

    def __init__(self, noise: float = 2.5, pixel_format: PixelFormat = PixelFormat.GRAY) -> None:
        self.detector, self.rng = MotionDetector(), np.random.default_rng(9)
        self.noise, self.pixel_format = noise, pixel_format
        self.at_s = 1.0

    def see(self, *pictures: Grey, apart_s: float = 0.5) -> list[Motion]:
        found = []
        for picture in pictures:
            noisy = picture + self.noise * self.rng.standard_normal(picture.shape)
            frame = frame_of(np.clip(noisy, 0, 255).astype(np.uint8), self.pixel_format)
            self.at_s += apart_s
            found.append(self.detector.examine(measure(frame), round(self.at_s * 1e9)))
        return found

    def learned(self, picture: Grey, frames: int = 40) -> "Bench":
        self.see(*[picture] * frames)
        return self


def moved(found: Sequence[Motion]) -> list[bool]:
    return [motion.is_in(FULL_FRAME) for motion in found]


def test_in_the_first_frame_everything_has_moved_and_in_a_still_scene_nothing() -> None:
    found = Bench().see(*[scenery()] * 60)
    assert found[0].windows.all()
    assert found[0].windows.shape == (14, 19)
    assert not any(moved(found[1:]))
    assert not any(motion.light_changed for motion in found)


@pytest.mark.parametrize("pixel_format", [PixelFormat.YUV420, PixelFormat.BGR])
@pytest.mark.parametrize("side", [15, 30, 80])
def test_what_comes_and_what_goes_moves_where_it_is(pixel_format: PixelFormat, side: int) -> None:
    bench = Bench(pixel_format=pixel_format).learned(scenery())
    (come,) = bench.see(with_square(scenery(), 160, 120, side))
    assert come.is_in(Roi(0.5, 0.5, side / WIDTH, side / HEIGHT))
    assert not come.is_in(Roi(0, 0, 0.3, 1.0))
    bench.see(*[with_square(scenery(), 160, 120, side)] * 40)
    (gone,) = bench.see(scenery())
    assert gone.is_in(Roi(0.5, 0.5, side / WIDTH, side / HEIGHT))
    assert not gone.is_in(Roi(0, 0, 0.3, 1.0))


def test_what_has_come_to_rest_is_still_within_seconds() -> None:
    bench = Bench().learned(scenery())
    found = moved(bench.see(*[with_square(scenery(), 160, 120)] * 30))
    assert found[0]
    assert not any(found[20:])


@pytest.mark.parametrize(
    ("region", "touched"),
    [
        (Roi(0.5, 0.5, 0.1, 0.1), True),
        (Roi(0.0, 0.5, 0.44, 0.1), False),
        (Roi(0.0, 0.0, 1.0, 0.44), False),
        (Roi(0.7, 0.0, 0.3, 1.0), False),
        (Roi(0.0, 0.73, 1.0, 0.27), False),
        (Roi(0.0, 0.0, 0.46, 0.48), True),
        (Roi(0.0, 0.0, 0.45, 1.0), False),
        (Roi(0.0, 0.0, 1.0, 7 / 15), False),
        (Roi(0.55, 0.0, 0.45, 1.0), False),
        (Roi(0.0, 0.6, 1.0, 0.4), False),
        (FULL_FRAME, True),
    ],
)
def test_a_region_counts_what_touches_it(region: Roi, touched: bool) -> None:
    """One window: cells 7 and 8 of 15 down, 9 and 10 of 20 across."""
    windows = np.zeros((14, 19), np.bool_)
    windows[7, 9] = True
    assert Motion(windows, False, np.zeros((60, 80), np.float32), 1.0).is_in(region) is touched


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 18), (13, 0), (13, 18)])
def test_a_region_at_the_edge_counts_the_windows_there(row: int, column: int) -> None:
    windows = np.zeros((14, 19), np.bool_)
    windows[row, column] = True
    motion = Motion(windows, False, np.zeros((60, 80), np.float32), 1.0)
    corner = Roi(0.0 if column == 0 else 0.95, 0.0 if row == 0 else 14 / 15, 0.05, 1 / 15)
    assert motion.is_in(corner)
    assert motion.is_in(Roi(0.0, corner.y, 1.0, 1 / 15))
    assert not motion.is_in(Roi(0.2, 0.2, 0.6, 0.6))


def test_noise_is_learned_again_when_it_becomes_louder() -> None:
    bench = Bench(noise=1.0).learned(scenery())
    bench.noise = 12.5
    found = moved(bench.see(*[scenery()] * 120))
    assert found[0]
    assert not any(found[80:])


@given(st.floats(0.3, 1.25), st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_another_exposure_that_drowns_nothing_is_light_and_no_motion(gain: float, seed: int) -> None:
    bench = Bench(noise=1.0).learned(scenery(seed), 15)
    found = bench.see(*[gain * scenery(seed)] * 6)
    assert not any(moved(found))
    # Windows hold a mean of some pixels: by how many levels each has changed is known to a level or two.
    change = np.abs(gain - 1) * scenery(seed)
    surely, perhaps = (np.mean(change > LEVELS_LIT + more) >= SHARE_LIT + 0.02 * more for more in (2, -2))
    assert surely <= found[0].light_changed <= perhaps


def test_the_light_has_changed_for_a_second() -> None:
    bench = Bench(noise=1.0).learned(scenery(), 15)
    found = bench.see(*[0.5 * scenery()] * 5, apart_s=0.4)
    assert [motion.light_changed for motion in found] == [True, True, True, False, False]
    bench = Bench(noise=1.0).learned(scenery(), 15)
    assert [motion.light_changed for motion in bench.see(*[0.5 * scenery()] * 4)] == [True, True, True, False]


def test_a_slow_change_of_the_light_is_none_at_all() -> None:
    bench = Bench(noise=1.0).learned(0.3 * scenery(), 15)
    found = bench.see(*[(0.3 + 0.7 * i / 200) * scenery() for i in range(200)])
    assert not any(moved(found))
    assert not any(motion.light_changed for motion in found)


def test_a_lamp_in_one_place_is_no_motion() -> None:
    columns, rows = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    lamp = 1 + 2 / (1 + ((columns - 0.3) ** 2 + (rows - 0.3) ** 2) / 0.2)
    bench = Bench(noise=1.0).learned(0.4 * scenery(), 15)
    found = bench.see(*[np.minimum(255, 0.4 * scenery() * lamp)] * 6)
    assert not any(moved(found))
    assert found[0].light_changed
    again = bench.see(*[0.4 * scenery()] * 6)
    assert not any(moved(again))
    assert again[0].light_changed


def test_what_comes_while_the_exposure_changes_is_found_all_the_same() -> None:
    bench = Bench(noise=1.0).learned(scenery(), 15)
    (found,) = bench.see(0.7 * with_square(scenery(), 160, 120, 30, 0.0))
    assert found.light_changed
    assert found.is_in(Roi(0.5, 0.5, 0.1, 0.1))
    assert not found.is_in(Roi(0, 0, 0.3, 1.0))


def test_light_from_elsewhere_hides_what_comes_for_a_frame_and_no_longer() -> None:
    """Broad stripes of shadow."""
    shadows = np.where(np.arange(WIDTH) // 80 % 2, 1.0, 0.4)
    bench = Bench(noise=1.0).learned(scenery(), 15)
    found = bench.see(*[scenery() * shadows] * 4)
    assert not any(moved(found))
    assert found[0].light_changed
    assert moved(bench.see(with_square(scenery() * shadows, 160, 120))) == [True]


def test_another_scene_is_no_light() -> None:
    bench = Bench().learned(scenery(1))
    (found,) = bench.see(scenery(2))
    assert found.windows.mean() > 0.8
    assert not found.light_changed


def test_something_faint_must_be_there_in_two_frames() -> None:
    """What exceeds noise by little in one frame is noise itself: of so many windows, one always does."""
    for level in np.arange(3.0, 40.0, 0.25):
        bench = Bench(noise=1.0).learned(0 * scenery() + 100)
        faint = with_square(0 * scenery() + 100, 160, 120, 12, 100 + level)
        found = moved(bench.see(faint, faint, apart_s=0.1))
        if found[1]:
            break
    assert found == [False, True]
    bench = Bench(noise=1.0).learned(0 * scenery() + 100)
    plain = 0 * scenery() + 100
    assert not any(moved(bench.see(faint, plain, plain, plain, apart_s=0.1)))


PLAIN = np.full((HEIGHT, WIDTH), 100.0)
CHECKS = np.where(np.indices((4, 4)).sum(axis=0) % 2, 1.0, -1.0)


def with_checks(row: int = 7, column: int = 9, contrast: float = 3.0, count: int = 16) -> Grey:
    """Light and dark pixels of the small luma in one cell of its grid, so many of them.

    Of a window, 64 of them, their variance is count * contrast^2 / 64; a factor of 0.6 or more may be the light's.
    So 1.65 is new of 16 that differ by 3, and in a picture without noise 0.35 * 4 is what may be noise.
    """
    pattern = np.where(np.arange(16).reshape(4, 4) < count, contrast * CHECKS, 0.0)
    small = np.full((HEIGHT // 4, WIDTH // 4), 100.0)
    small[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += pattern
    return np.kron(small, np.ones((4, 4)))


def found_in(motion: Motion) -> set[tuple[int, int]]:
    return {(int(row), int(column)) for row, column in np.argwhere(motion.windows)}


AROUND = {(6, 8), (6, 9), (7, 8), (7, 9)}
"""The windows that have cell (7, 9) in them."""


@pytest.mark.parametrize(
    ("first", "second", "windows"),
    [
        (with_checks(contrast=4), PLAIN, [AROUND, set()]),  # 2.94: enough by itself
        (with_checks(), with_checks(), [set(), AROUND]),
        (with_checks(count=10), with_checks(), [set(), AROUND]),  # 1.03, and by so much one may fall short
        (with_checks(), with_checks(count=10), [set(), AROUND]),
        (with_checks(count=8), with_checks(), [set(), set()]),  # 0.83
        (with_checks(count=12), with_checks(count=12), [set(), set()]),  # 1.24 is not more than noise
        (with_checks(), with_checks(7, 11), [set(), {(6, 10), (7, 10)}]),
        (with_checks(), with_checks(7, 7), [set(), {(6, 7), (7, 7)}]),
        (with_checks(), with_checks(9, 9), [set(), {(8, 8), (8, 9)}]),
        (with_checks(), with_checks(5, 9), [set(), {(5, 8), (5, 9)}]),
        (with_checks(), with_checks(7, 12), [set(), set()]),
        (with_checks(), with_checks(10, 9), [set(), set()]),
    ],
)
def test_what_is_little_more_than_noise_must_have_been_there_or_beside_it_a_frame_ago(
    first: Grey, second: Grey, windows: list[set[tuple[int, int]]]
) -> None:
    bench = Bench(noise=0.0)
    bench.see(*[PLAIN] * 60, apart_s=1.0)
    assert [found_in(motion) for motion in bench.see(first, second, apart_s=0.1)] == windows


def test_where_time_goes_back_or_the_size_changes_everything_has_moved() -> None:
    bench = Bench().learned(scenery())
    bench.at_s -= 10
    assert bench.see(scenery())[0].windows.all()
    assert not bench.see(scenery())[0].windows.any()
    bench.at_s -= 0.6
    assert bench.see(scenery())[0].windows.all()
    (small,) = bench.see(np.asarray(cv2.resize(scenery(), (100, 150), interpolation=cv2.INTER_AREA)))
    assert small.windows.all()
    assert small.windows.shape == (18, 11)
    assert not small.light_changed


def test_what_goes_with_it() -> None:
    bench = Bench(noise=8.0).learned(scenery(), 60)
    (found,) = bench.see(scenery())
    assert found.luma.shape == (60, 80)
    assert found.luma.mean() == pytest.approx(scenery().mean(), abs=2)
    # Noise of 8 of each pixel is 2 in the mean of 16: 4 as a variance, of which the earlier picture has little.
    assert 2 < found.noise < 4
    assert MotionDetector().examine(measure(frame_of(scenery().astype(np.uint8))), 1).noise == 1.0


@pytest.mark.parametrize("fps", [0.2, 1.0, 5.0, 15.0])
def test_at_any_rate(fps: float) -> None:
    bench = Bench()
    assert not any(moved(bench.see(*[scenery()] * 40, apart_s=1 / fps)[1:]))
    assert moved(bench.see(with_square(scenery(), 50, 50), apart_s=1 / fps)) == [True]


@pytest.mark.parametrize(("width", "height"), [(8, 8), (1, 1), (2, 40), (33, 5)])
def test_tiny_frames(width: int, height: int) -> None:
    detector = MotionDetector()
    for i in range(5):
        frame = frame_of(np.full((height, width), 100, np.uint8))
        found = detector.examine(measure(frame), i * 10**9)
        assert found.is_in(FULL_FRAME) == (i == 0)


def test_in_much_noise_something_faint_is_found_in_the_end() -> None:
    """Noise of 12 is 3 in the mean of 16: 9 as a variance."""
    faint = scenery()
    faint[100:180, 100:180] += np.kron(np.random.default_rng(4).uniform(-9, 9, (20, 20)), np.ones((4, 4)))
    bench = Bench(noise=12.0).learned(scenery(), 120)
    found = bench.see(*[faint] * 5)
    assert not any(motion.windows.any() for motion in found)
    late = [motion.late for motion in found]
    assert any(windows is not None and windows[6:10, 6:10].any() for windows in late)
    assert any(motion.is_in(Roi(100 / WIDTH, 100 / HEIGHT, 0.25, 0.33)) for motion in found)
    assert not any(motion.is_in(Roi(0.6, 0.0, 0.4, 1.0)) for motion in found)


def test_nobody_is_so_patient_where_there_is_little_noise_or_no_more() -> None:
    for level, variance, patient in ((8.5, 2.53, False), (10.0, 3.46, True)):
        (found,) = Bench(noise=level).learned(scenery(), 60).see(scenery())
        assert found.noise == pytest.approx(variance, abs=0.1)
        assert (found.late is not None) is patient
    bench = Bench(noise=12.0).learned(scenery())
    (noisy,) = bench.see(scenery())
    assert noisy.late is not None
    assert not noisy.late.any()
    bench.noise = 1.0
    assert bench.see(*[scenery()] * 120)[-1].late is None


def test_light_hides_what_comes_from_the_patient_too() -> None:
    bench = Bench(noise=12.0).learned(scenery())
    (dark,) = bench.see(0.5 * scenery())
    assert dark.light_changed
    assert dark.late is None
    assert not any(moved(bench.see(*[0.5 * scenery()] * 30)))
