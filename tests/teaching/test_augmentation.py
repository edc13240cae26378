"""Each change does what its name says, the same for the same picture and seed, and leaves the picture alone."""

import cv2
import numpy as np
import pytest

from edgeclassify.teaching.augmentation import (
    DEFAULT_CHANGES,
    LONGER_SIDE,
    SHORTER_SIDE,
    VARIANTS,
    Change,
    variants,
)
from edgeclassify.types import Pixels

SEED = b"photos/a.jpg"


def scene(width: int = 320, height: int = 240) -> Pixels:
    """Coloured, with edges and a bright corner at the left."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(60, 200, width, dtype=np.uint8)
    pixels[..., 1] = np.linspace(150, 80, height, dtype=np.uint8)[:, np.newaxis]
    pixels[..., 2] = 90
    pixels[:: max(1, height // 8)] = 40
    pixels[: height // 3, : width // 4] = 230
    return pixels


def changed(change: Change, pixels: Pixels | None = None) -> Pixels:
    return variants(scene() if pixels is None else pixels, SEED, [change])[0]


def alike(first: Pixels, second: Pixels) -> float:
    """Correlation of their brightness, in small."""
    sides = [
        cv2.resize(one.mean(axis=2), (32, 24), interpolation=cv2.INTER_AREA).ravel() for one in (first, second)
    ]
    return float(np.corrcoef(*sides)[0, 1])


def detail(pixels: Pixels) -> float:
    return float(cv2.Laplacian(pixels.mean(axis=2), cv2.CV_64F).std())


def test_there_are_as_many_as_said() -> None:
    copies = variants(scene(), SEED)
    assert len(copies) == VARIANTS == len(DEFAULT_CHANGES)
    assert len(set(DEFAULT_CHANGES)) == VARIANTS


@pytest.mark.parametrize("change", Change)
def test_the_same_picture_and_seed_give_the_same_copy(change: Change) -> None:
    assert np.array_equal(changed(change), changed(change))


@pytest.mark.parametrize("change", Change)
def test_another_seed_gives_another_copy(change: Change) -> None:
    others = [variants(scene(), seed, [change])[0] for seed in (b"photos/b.jpg", 7, 8)]
    assert not any(np.array_equal(changed(change), other) for other in others)
    assert not np.array_equal(others[1], others[2])


def test_a_change_does_not_depend_on_the_others() -> None:
    assert np.array_equal(variants(scene(), SEED, [Change.NIGHT, Change.DULL])[1], changed(Change.DULL))


@pytest.mark.parametrize("change", Change)
def test_copies_are_whole_pixels_and_the_picture_stays(change: Change) -> None:
    pixels = scene()
    before = pixels.copy()
    pixels.flags.writeable = False
    copy = changed(change, pixels)
    assert copy.shape == pixels.shape
    assert copy.dtype == np.uint8
    assert copy.flags.c_contiguous
    assert np.array_equal(pixels, before)
    assert not np.array_equal(copy, before)


@pytest.mark.parametrize("change", [one for one in Change if one is not Change.MIRRORED])
def test_the_same_thing_is_still_there(change: Change) -> None:
    # A lamp in the middle is no part of the picture.
    assert alike(changed(change), scene()) > (0.3 if change is Change.NIGHT else 0.8)


def test_mirrored_has_left_at_the_right() -> None:
    assert alike(changed(Change.MIRRORED), scene()[:, ::-1]) > 0.9
    assert alike(changed(Change.MIRRORED), scene()) < 0.5


def test_moved_is_moved_by_some_pixels() -> None:
    shifts = []
    for seed in range(12):
        moved = variants(scene(), seed, [Change.MOVED])[0]
        bright = [np.flatnonzero(one[10].mean(axis=1) > 180).max() for one in (moved, scene())]
        shifts.append(abs(int(bright[0]) - int(bright[1])))
    assert 5 < max(shifts) <= 40  # 6 % of 320, and 12 % nearer


@pytest.mark.parametrize("change", [Change.NIGHT, Change.GREY])
def test_without_colour(change: Change) -> None:
    copy = changed(change)
    assert (copy[..., 0] == copy[..., 1]).all()
    assert (copy[..., 0] == copy[..., 2]).all()


@pytest.mark.parametrize("seed", range(6))
def test_light(seed: int) -> None:
    plain = float(scene().mean())
    evening, night, sun = variants(scene(), seed, [Change.EVENING, Change.NIGHT, Change.SUN])
    assert 0.2 * plain < evening.mean() < 0.7 * plain
    assert 0.2 * plain < night.mean() < 0.95 * plain
    assert sun.mean() > 1.02 * plain


def test_softer_and_noisier() -> None:
    assert detail(changed(Change.BLURRED)) < 0.6 * detail(scene())
    assert detail(changed(Change.DULL)) < 0.6 * detail(scene())
    flat = np.full((240, 320, 3), 120, np.uint8)
    for change in (Change.EVENING, Change.NIGHT):
        assert detail(changed(change, flat)) > 3


def test_night_has_a_lit_middle_on_average() -> None:
    flat = np.full((240, 320, 3), 160, np.uint8)
    mean = np.mean([variants(flat, seed, [Change.NIGHT])[0] for seed in range(20)], axis=0)
    assert mean[100:140, 140:180].mean() > 1.3 * mean[:30, :30].mean()


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1920, 1080, (256, 455)),
        (256, 256, (256, 256)),
        (257, 400, (398, 256)),
        (64, 64, (64, 64)),
        (4000, 20, (5, LONGER_SIDE)),
        (3, 1, (1, 3)),
        (1, 300, (300, 1)),
    ],
)
def test_large_pictures_become_small_in_their_proportions(
    width: int, height: int, expected: tuple[int, int]
) -> None:
    copies = variants(scene(width, height), SEED, list(Change))
    assert {copy.shape for copy in copies} == {(*expected, 3)}
    assert min(expected) <= SHORTER_SIDE
