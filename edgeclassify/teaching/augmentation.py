"""Changed copies of an example: what the camera may show of the same thing at another hour.

Few examples are taken, and mostly at one moment. A head that has also been taught darker, greyer, softer and
shifted copies of them holds out longer into the evening. Copies are made of small pictures: a network looks at no
more than some 224 pixels, and noise that is finer than those would be averaged away.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.types import Pixels

SHORTER_SIDE, LONGER_SIDE = 256, 1024
"""Pixels of a copy's sides, at most."""

_Picture = NDArray[np.float32]
"""RGB, float32 (height, width, 3), 0-255."""


class Change(StrEnum):
    """In what a copy differs from the picture."""

    EVENING = "evening"  # a part of the light is left, warm or cold, with noise
    NIGHT = "night"  # grey under a lamp that lights the middle, with much noise
    GREY = "grey"  # without colour
    SUN = "sun"  # too bright, hard
    DULL = "dull"  # rain or fog: less contrast, softer
    BLURRED = "blurred"  # out of focus
    MOVED = "moved"  # the camera was bumped: shifted, nearer or further away
    MIRRORED = "mirrored"  # left is right; wrong where sides are what matters


DEFAULT_CHANGES: tuple[Change, ...] = (
    Change.EVENING,
    Change.NIGHT,
    Change.DULL,
    Change.MOVED,
)
"""By default. Which and how many is by measurement: `python -m tests.bench.augmentation` and `.gate_scenes`."""
VARIANTS = len(DEFAULT_CHANGES)


def variants(pixels: Pixels, seed_of: bytes | int, changes: Sequence[Change] = DEFAULT_CHANGES) -> list[Pixels]:
    """Changed copies of a picture, one for each of `changes`: the same for the same picture and seed.

    `pixels`: RGB uint8 (height, width, 3). `seed_of`: what the chance in it depends on, such as the picture's
    file. The copies: RGB uint8 in the picture's proportions, no larger than SHORTER_SIDE by LONGER_SIDE.
    """
    small = _small(pixels).astype(np.float32)
    seed = seed_of if isinstance(seed_of, bytes) else str(seed_of).encode()
    return [_finished(_CHANGES[change](small, _draws(seed, change))) for change in changes]


def _draws(seed: bytes, change: Change) -> np.random.Generator:
    """Each change has its own: another choice of changes leaves the rest as they are."""
    digest = hashlib.sha256(change.value.encode() + b"\0" + seed).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _small(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(SHORTER_SIDE / min(height, width), LONGER_SIDE / max(height, width))
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _finished(picture: _Picture) -> Pixels:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


# --- what the changes are made of ------------------------------------------------------------------------


def _warped(picture: _Picture, draws: np.random.Generator, shift: float, zoom: float) -> _Picture:
    """Shifted by up to `shift` of each side, and up to `zoom` larger or smaller; edges are mirrored."""
    height, width = picture.shape[:2]
    scale = float(np.exp(draws.uniform(-zoom, zoom)))
    x, y = (float(draws.uniform(-shift, shift)) * side for side in (width, height))
    matrix = np.array(
        [[scale, 0, x + (1 - scale) * width / 2], [0, scale, y + (1 - scale) * height / 2]], np.float32
    )
    warped = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(warped, np.float32)


def _jittered(picture: _Picture, draws: np.random.Generator) -> _Picture:
    """As of a camera on a post in the wind: no two pictures lie pixel on pixel."""
    return _warped(picture, draws, shift=0.015, zoom=0.015)


def _blurred(picture: _Picture, sigma: float) -> _Picture:
    """`sigma` in pixels of a picture whose shorter side is SHORTER_SIDE."""
    pixels = max(0.2, sigma * min(picture.shape[:2]) / SHORTER_SIDE)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), pixels), np.float32)


def _noisy(picture: _Picture, draws: np.random.Generator, level: float) -> _Picture:
    """Noise of deviation `level`, a part of it in grains of two pixels, alike in all channels where it is grey."""
    height, width = picture.shape[:2]
    fine = draws.standard_normal(picture.shape, np.float32)
    coarse = draws.standard_normal((height // 2 + 1, width // 2 + 1, 1), np.float32)
    grains = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return picture + np.float32(level) * (np.float32(0.7) * fine + np.asarray(grains, np.float32)[..., np.newaxis])


def _grey(picture: _Picture) -> _Picture:
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return np.repeat((picture @ weights)[..., np.newaxis], 3, axis=2)


# --- the changes -----------------------------------------------------------------------------------------


def _evening(picture: _Picture, draws: np.random.Generator) -> _Picture:
    warmth = draws.uniform(-0.15, 0.25)
    light = draws.uniform(0.25, 0.6) * np.array([1 + warmth, 1, 1 - warmth], np.float32)
    darker = _jittered(picture, draws) * light.astype(np.float32)
    return _noisy(_blurred(darker, draws.uniform(0.2, 0.8)), draws, draws.uniform(4, 10))


def _night(picture: _Picture, draws: np.random.Generator) -> _Picture:
    height, width = picture.shape[:2]
    across = np.linspace(-1, 1, width, dtype=np.float32) - np.float32(draws.uniform(-0.3, 0.3))
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, np.newaxis] - np.float32(draws.uniform(-0.3, 0.3))
    lamp = 1 / (1 + np.float32(draws.uniform(0.3, 1.5)) * (across**2 + down**2))
    light = (np.float32(draws.uniform(0.4, 0.9)) * lamp).astype(np.float32)[..., np.newaxis]
    lit = _grey(_jittered(picture, draws)) * light
    return np.repeat(
        _noisy(_blurred(lit, draws.uniform(0.4, 1.2)), draws, draws.uniform(5, 14))[..., :1], 3, axis=2
    )


def _greyed(picture: _Picture, draws: np.random.Generator) -> _Picture:
    return _grey(_jittered(picture, draws)) * np.float32(draws.uniform(0.7, 1.1))


def _sun(picture: _Picture, draws: np.random.Generator) -> _Picture:
    hard = (_jittered(picture, draws) - 128) * np.float32(draws.uniform(1.1, 1.4)) + 128
    return np.asarray(hard * np.float32(draws.uniform(1.05, 1.35)), np.float32)


def _dull(picture: _Picture, draws: np.random.Generator) -> _Picture:
    share, haze = np.float32(draws.uniform(0.4, 0.7)), np.float32(draws.uniform(90, 170))
    return _blurred(_jittered(picture, draws) * share + haze * (1 - share), draws.uniform(0.5, 1.5))


def _soft(picture: _Picture, draws: np.random.Generator) -> _Picture:
    return _blurred(_jittered(picture, draws), draws.uniform(1.0, 2.5))


def _moved(picture: _Picture, draws: np.random.Generator) -> _Picture:
    return _warped(picture, draws, shift=0.06, zoom=0.12) * np.float32(draws.uniform(0.85, 1.15))


def _mirrored(picture: _Picture, draws: np.random.Generator) -> _Picture:
    return _jittered(np.ascontiguousarray(picture[:, ::-1]), draws)


_CHANGES: Mapping[Change, Callable[[_Picture, np.random.Generator], _Picture]] = {
    Change.EVENING: _evening,
    Change.NIGHT: _night,
    Change.GREY: _greyed,
    Change.SUN: _sun,
    Change.DULL: _dull,
    Change.BLURRED: _soft,
    Change.MOVED: _moved,
    Change.MIRRORED: _mirrored,
}
