"""Scenes that are drawn: no two alike, with edges everywhere, seen by a camera with noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.scene.statistics import FrameStatistics, measure
from tests.scene.frames import frame_of

WIDTH, HEIGHT = 320, 240
MARGIN = 80
"""Pixels of a scene on each side that the camera does not see where it is not moved."""

Scene = NDArray[np.float32]
"""(HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN), 0-255."""
Picture = NDArray[np.float32]
"""(HEIGHT, WIDTH), 0-255."""


def scene(seed: int = 1) -> Scene:
    """Rectangles of many sizes and shades, one over the other."""
    rng = np.random.default_rng(seed)
    pixels = np.full((HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN), 120, np.float32)
    for _ in range(250):
        x, y = int(rng.integers(0, pixels.shape[1])), int(rng.integers(0, pixels.shape[0]))
        width, height = (int(side) for side in rng.integers(8, 60, 2))
        pixels[y : y + height, x : x + width] = rng.uniform(20, 230)
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.7), np.float32)


def picture(of: Scene, x: float = 0.0, y: float = 0.0) -> Picture:
    """What the camera sees once the scene has moved by so much to the right and down (fractions of the frame)."""
    left, top = MARGIN - round(x * WIDTH), MARGIN - round(y * HEIGHT)
    return of[top : top + HEIGHT, left : left + WIDTH].copy()


def pixels_of(shown: Picture, seed: int = 0, noise: float = 2.0) -> NDArray[np.uint8]:
    """As a sensor gives it: with noise of this standard deviation, another one for each seed."""
    grain = np.random.default_rng(seed).standard_normal(shown.shape, np.float32) * np.float32(noise)
    return np.asarray(np.clip(shown + grain, 0, 255), np.uint8)


def statistics_of(shown: Picture, seed: int = 0, noise: float = 2.0) -> FrameStatistics:
    """Those of such a frame."""
    return measure(frame_of(pixels_of(shown, seed, noise)))


def even(level: float) -> Picture:
    """One shade all over."""
    return np.full((HEIGHT, WIDTH), level, np.float32)


def blurred(shown: Picture, sigma: float) -> Picture:
    """Out of focus."""
    return np.asarray(cv2.GaussianBlur(shown, (0, 0), sigma), np.float32)
