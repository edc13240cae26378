"""A camera's picture that is made: a background with weather, light, noise and a subject, each as the caller says.

Pictures are float32 (height, width, 3 or 1), 0-255, BGR or grey, until `finished` makes pixels of them.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.types import Frame, PixelFormat
from tests.support.photos import Photo

WIDTH, HEIGHT = 640, 480
Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Subject:
    """A cut-out: colours, and how much of each pixel is its own (0-1), both of one size."""

    colours: Picture
    share: Picture

    def grey(self) -> "Subject":
        """The same without colour."""
        return Subject(grey(self.colours), self.share)


def grey(picture: Picture) -> Picture:
    """The same without colour."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.float32)[..., np.newaxis]


def background(photo: Photo) -> Picture:
    """The photo, scaled and cut to fill the picture."""
    pixels = photo.frame().pixels
    scale = max(WIDTH / pixels.shape[1], HEIGHT / pixels.shape[0])
    size = (max(WIDTH, round(pixels.shape[1] * scale)), max(HEIGHT, round(pixels.shape[0] * scale)))
    large = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = (size[0] - WIDTH) // 2, (size[1] - HEIGHT) // 2
    return np.asarray(large[top : top + HEIGHT, left : left + WIDTH], np.float32)


def subject(
    photo: Photo, side: int, contrast: float = 1.0, *, crop: float = 0.875, feather: float = 0.0
) -> Subject:
    """The middle of a photo in a square of `side` pixels with round corners and a soft edge.

    `feather`: the part of the side over which it fades into the background, at each edge.
    """
    pixels = photo.frame().pixels
    edge = int(min(pixels.shape[:2]) * crop)
    top, left = (pixels.shape[0] - edge) // 2, (pixels.shape[1] - edge) // 2
    square = cv2.resize(pixels[top : top + edge, left : left + edge], (side, side), interpolation=cv2.INTER_AREA)
    share = _feathered(side, feather) if feather else _rounded(side)
    return Subject(square.astype(np.float32), contrast * share)


@cache
def _rounded(side: int) -> Picture:
    mask = np.zeros((side, side), np.float32)
    corner = max(1, side // 5)
    cv2.rectangle(mask, (corner, 0), (side - corner - 1, side - 1), 1.0, -1)
    cv2.rectangle(mask, (0, corner), (side - 1, side - corner - 1), 1.0, -1)
    for x in (corner, side - corner - 1):
        for y in (corner, side - corner - 1):
            cv2.circle(mask, (x, y), corner, 1.0, -1)
    soft = max(1, side // 40) * 2 + 1
    return np.asarray(cv2.GaussianBlur(mask, (soft, soft), 0), np.float32)


@cache
def _feathered(side: int, feather: float) -> Picture:
    """Whole in the middle, nothing at the edges and at all of the corners, with a smooth slope between."""
    across = np.abs(np.linspace(-1, 1, side, dtype=np.float32))
    inwards = 1 - (across[:, np.newaxis] ** 4 + across**4) ** np.float32(0.25)
    slope = np.clip(inwards / (2 * feather), 0, 1)
    return np.asarray(slope * slope * (3 - 2 * slope), np.float32)


def with_subject(picture: Picture, pasted: Subject, x: float, y: float) -> Picture:
    """The subject with its upper left corner there, in pixels; what lies outside of the picture is cut off."""
    result = picture.copy()
    side = pasted.share.shape[0]
    left, top = round(x), round(y)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(WIDTH, left + side), min(HEIGHT, top + side)
    if x1 <= x0 or y1 <= y0:
        return result
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    share = pasted.share[part][..., np.newaxis]
    where = result[y0:y1, x0:x1]
    result[y0:y1, x0:x1] = where + share * (pasted.colours[part] - where)
    return result


def with_rain(picture: Picture, rng: np.random.Generator, streaks: int = 250) -> Picture:
    """Bright streaks at other places in each frame, some of them close to the lens."""
    layer = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(rng.poisson(streaks)):
        x, y = int(rng.uniform(0, WIDTH)), int(rng.uniform(-20, HEIGHT))
        length, near = int(rng.uniform(10, 35)), rng.random() < 0.03
        cv2.line(layer, (x, y), (x + length // 8, y + length), float(rng.uniform(0.15, 0.5)), 3 if near else 1)
    layer = np.asarray(cv2.GaussianBlur(layer, (3, 3), 0), np.float32)[..., np.newaxis]
    return picture + layer * (210 - picture)


def lamp(strength: float, x: float = 0.35, y: float = 0.3, reach: float = 0.5) -> Picture:
    """How many times as bright a lamp makes each pixel, (height, width, 1): most below it, less further away."""
    columns, rows = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    away = ((columns - x) ** 2 + (rows - y) ** 2) / reach**2
    return (1 + strength / (1 + away)).astype(np.float32)[..., np.newaxis]


def infrared(picture: Picture) -> Picture:
    """Without the infrared filter: grey, leaves bright, the sky dark, less contrast."""
    blue, green, red = picture[..., 0], picture[..., 1], picture[..., 2]
    leaves = np.clip((green - np.maximum(red, blue)) / 40, 0, 1)
    seen = 0.65 * red + 0.3 * green + 0.05 * blue
    seen = 0.75 * (seen + leaves * 0.5 * (230 - seen)) + 30
    return np.repeat(seen[..., np.newaxis], 3, axis=2).astype(np.float32)


def with_noise(picture: Picture, rng: np.random.Generator, level: float) -> Picture:
    """Noise of a sensor: `level` is its standard deviation, a third of it in grains of several pixels."""
    grains = _grains()
    field = grains[rng.integers(len(grains))][:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]
    field = np.roll(field, rng.integers(0, 200, 2), (0, 1))
    return np.asarray(picture + level * field[..., np.newaxis], np.float32)


@cache
def _grains() -> list[Picture]:
    """Some fields of noise of deviation 1."""
    rng = np.random.default_rng(11)
    fields = []
    for _ in range(24):
        coarse = cv2.resize(rng.standard_normal((HEIGHT // 4, WIDTH // 4), np.float32), (WIDTH, HEIGHT))
        fine = rng.standard_normal((HEIGHT, WIDTH), np.float32)
        fields.append(np.asarray(np.float32(0.95) * fine + np.float32(0.45) * coarse, np.float32))
    return fields


def finished(picture: Picture, *, at_s: float, sequence: int, yuv: bool = False) -> Frame:
    """A frame of the picture, BGR, gray or YUV420, taken at `at_s`."""
    pixels = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    pixel_format = PixelFormat.BGR
    if pixels.shape[2] == 1:
        pixel_format, pixels = PixelFormat.GRAY, pixels[..., 0]
    elif yuv:
        pixel_format, pixels = PixelFormat.YUV420, np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV_I420))
    return Frame(pixels, pixel_format, WIDTH, HEIGHT, "front", sequence, round(at_s * 1e9), at_s)
