"""What a camera's picture suffers: light, shake, blur, something in the way, noise, JPEG.

Each takes uint8 BGR pixels (height, width, 3) and gives others of the same shape; none writes into those given.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.types import Pixels


@dataclass(frozen=True, slots=True)
class Light:
    """How a scene is lit: a factor of brightness, one of contrast around the middle grey, and one of warmth.

    `warmth` above 1 makes red stronger and blue weaker.
    """

    gain: float = 1.0
    contrast: float = 1.0
    warmth: float = 1.0


@dataclass(frozen=True, slots=True)
class Obstruction:
    """An upright ellipse of one colour (BGR): middle and half axes in fractions of the picture's height."""

    x: float
    y: float
    half_width: float
    half_height: float
    colour: tuple[int, int, int]


def lit(pixels: Pixels, light: Light) -> Pixels:
    """The same under another light."""
    values = np.arange(256, dtype=np.float32)
    table = np.empty((1, 256, 3), np.uint8)
    for channel, warmth in enumerate((1 / light.warmth, 1.0, light.warmth)):
        curve = ((values - 128) * light.contrast + 128) * light.gain * warmth
        table[0, :, channel] = np.clip(np.rint(curve), 0, 255)
    return np.asarray(cv2.LUT(pixels, table), np.uint8)


def shaken(pixels: Pixels, right: float, down: float, turned: float) -> Pixels:
    """Moved by so many pixels, and turned by so many degrees around the middle. Edges are mirrored."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turned, 1.0)
    matrix[:, 2] += (right, down)
    moved = cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.uint8)


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """Out of focus: a Gaussian of so many pixels; below 0.3 nothing."""
    return pixels if sigma < 0.3 else np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def obstructed(pixels: Pixels, obstruction: Obstruction) -> Pixels:
    """With something in the way."""
    height = pixels.shape[0]
    centre = (round(obstruction.x * height), round(obstruction.y * height))
    axes = (round(obstruction.half_width * height), round(obstruction.half_height * height))
    return np.asarray(cv2.ellipse(pixels.copy(), centre, axes, 0, 0, 360, obstruction.colour, -1), np.uint8)


def noisy(pixels: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """With Gaussian noise of so many steps of 255, in each channel on its own."""
    noise = np.empty(pixels.shape, np.int16)
    cv2.setRNGSeed(int(rng.integers(1 << 31)))
    cv2.randn(noise, (0, 0, 0), (sigma, sigma, sigma))
    return np.asarray(cv2.add(pixels, noise, dtype=cv2.CV_8U), np.uint8)


def compressed(pixels: Pixels, quality: int) -> Pixels:
    """What a JPEG of this quality (1-100) leaves of it."""
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
