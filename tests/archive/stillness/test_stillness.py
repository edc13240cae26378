"""Real photos as a fixed camera's picture: what is there again is still, and what has come never is."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.archive.interface import Item
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.stillness.stillness import KEPT, Stillness
from edgeclassify.types import Frame, PixelFormat, Pixels
from tests.support.data import NO_TEST_DATA, find_test_data

pytestmark = pytest.mark.skipif(find_test_data() is None, reason=NO_TEST_DATA)


@cache
def _photos() -> tuple[Pixels, ...]:
    folder = find_test_data()
    assert folder is not None
    paths = sorted((folder / "images").glob("*.jpg"))
    return tuple(np.asarray(cv2.imread(str(Path(path))), np.uint8) for path in paths)


def _read(pixels: Pixels) -> ReadImage:
    height, width = pixels.shape[:2]
    return ReadImage(Item("x"), "x", Frame(pixels, PixelFormat.BGR, width, height, "", 0, 0, 0.0))


def _again(pixels: Pixels, seed: int, *, quality: int = 85, noise: float = 3.0, gain: float = 1.0) -> Pixels:
    """The same place a moment later: in another light, with other noise, packed anew."""
    drawn = np.random.default_rng(seed).normal(0, noise, pixels.shape)
    changed = np.clip(pixels * gain + drawn, 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", changed, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _with_object(pixels: Pixels, other: Pixels, share: float, seed: int) -> Pixels:
    """A round piece of another photo somewhere in it, which covers so much of it."""
    drawn = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    side = round((share * height * width * 4 / np.pi) ** 0.5)
    least = min(other.shape[:2])
    middle = other[(len(other) - least) // 2 :, (other.shape[1] - least) // 2 :][:least, :least]
    piece = cv2.resize(middle, (side, side), interpolation=cv2.INTER_AREA)
    mask = np.zeros((side, side), np.uint8)
    cv2.circle(mask, (side // 2, side // 2), side // 2, 1, -1)
    x, y = int(drawn.integers(0, width - side)), int(drawn.integers(0, height - side))
    changed = pixels.copy()
    changed[y : y + side, x : x + side][mask > 0] = piece[mask > 0]
    return changed


def _still(change: Callable[[Pixels, int], Pixels]) -> int:
    """Of how many photos the changed picture is still."""
    count = 0
    for number, photo in enumerate(_photos()):
        stillness = Stillness()
        assert not stillness.is_still(_read(_again(photo, number)))
        count += stillness.is_still(_read(change(photo, number + 1000)))
    return count


@pytest.mark.parametrize(
    ("quality", "noise", "gain", "least"),
    [(85, 3.0, 1.0, 46), (70, 3.0, 1.0, 46), (85, 8.0, 1.0, 44), (85, 3.0, 0.85, 44), (85, 3.0, 1.05, 36)],
)
def test_the_same_place_is_still(quality: int, noise: float, gain: float, least: int) -> None:
    assert _still(lambda photo, seed: _again(photo, seed, quality=quality, noise=noise, gain=gain)) >= least


@pytest.mark.parametrize("share", [0.01, 0.02, 0.05, 0.2])
def test_an_object_of_one_per_cent_of_the_picture_is_never_still(share: float) -> None:
    photos = _photos()

    def with_object(photo: Pixels, seed: int) -> Pixels:
        return _again(_with_object(photo, photos[(seed + 17) % len(photos)], share, seed), seed)

    assert _still(with_object) == 0


def test_a_camera_that_was_moved_is_not_still() -> None:
    assert _still(lambda photo, seed: _again(np.roll(photo, 8, 1), seed)) == 0


def test_another_place_is_not_still() -> None:
    photos = _photos()

    def another(photo: Pixels, seed: int) -> Pixels:
        return np.asarray(cv2.resize(photos[(seed + 5) % len(photos)], photo.shape[1::-1]), np.uint8)

    assert _still(another) == 0


def test_a_large_thing_without_texture_is_not_still() -> None:
    def covered(photo: Pixels, seed: int) -> Pixels:
        blurred = np.zeros(photo.shape[:2], np.float32)
        blurred[:, : photo.shape[1] // 2] = 1
        mask = cv2.blur(blurred, (151, 151))[:, :, np.newaxis]
        return _again((photo * (1 - mask) + 90 * mask).astype(np.uint8), seed)

    assert _still(covered) == 0


def test_night_and_day_are_different_and_each_comes_back() -> None:
    day = _photos()[3]
    night = np.repeat((255 - cv2.cvtColor(day, cv2.COLOR_BGR2GRAY))[:, :, np.newaxis], 3, 2)
    stillness = Stillness()
    pictures = [day, day, night, night, day, night]
    found = [stillness.is_still(_read(_again(one, seed))) for seed, one in enumerate(pictures)]
    assert found == [False, True, False, True, True, True]


def test_an_empty_place_is_still_again_after_a_visit() -> None:
    empty, visitor = _photos()[4], _photos()[20]
    visited = _with_object(empty, visitor, 0.1, 1)
    stillness = Stillness()
    found = [stillness.is_still(_read(_again(one, seed))) for seed, one in enumerate([empty, visited, empty])]
    assert found == [False, False, True]


def test_it_is_held_against_the_last_ones_only() -> None:
    first, *others = _photos()[: KEPT + 1]
    sized = [np.asarray(cv2.resize(one, first.shape[1::-1]), np.uint8) for one in others]
    stillness = Stillness()
    assert [stillness.is_still(_read(one)) for one in (first, *sized[:-1], first)] == [*[False] * KEPT, True]
    assert [stillness.is_still(_read(one)) for one in (sized[-1], first)] == [False, False]


def test_small_steps_do_not_add_up() -> None:
    """What comes bit by bit is held against what was classified, and not against the image before."""
    photo = _photos()[5]
    patch = slice(100, 180), slice(100, 180)
    stillness = Stillness()
    found = []
    for step in range(12):
        changed = photo.copy()
        changed[patch] = np.clip(
            changed[patch].astype(np.int16) + 6 * step * np.indices((80, 80)).sum(0)[:, :, np.newaxis] // 80 % 255,
            0,
            255,
        )
        found.append(stillness.is_still(_read(changed)))
    assert found[:2] == [False, True]
    assert not all(found[2:])


def test_images_of_other_sizes_are_not_still() -> None:
    photo = _photos()[6]
    stillness = Stillness()
    assert not stillness.is_still(_read(photo))
    assert not stillness.is_still(_read(photo[: photo.shape[0] // 2]))
    assert stillness.is_still(_read(photo))


def test_one_that_could_not_be_read_changes_nothing() -> None:
    photo = _photos()[7]
    stillness = Stillness()
    assert not stillness.is_still(ReadImage(Item("x"), "x", fault="damaged"))
    assert not stillness.is_still(_read(photo))
    assert not stillness.is_still(ReadImage(Item("x"), "x", fault="damaged"))
    assert stillness.is_still(_read(photo))
