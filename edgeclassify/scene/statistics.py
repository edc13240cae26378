"""What a frame is like as a whole, in little: measured once, for the motion gate and all checks of the scene.

Averaging 2x2 pixels is the one case of area averaging that OpenCV computes with vector instructions: luma is
halved until it is small enough, which reads each pixel once and takes a fraction of averaging over 8x8 at once.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from edgeclassify.pixels import PLANAR, check_frame, luma
from edgeclassify.types import Frame, PixelFormat, Pixels

LONGEST_MEDIUM = 384
"""The longer side of the medium luma in pixels, at most."""
LONGEST_SMALL = 96
"""The longer side of the small luma in pixels, at most."""
BRIGHT = 0.96
"""Level from which on a pixel counts as bright."""

_LONGEST_CONVERTED = 640
"""Packed pixels of larger frames are thinned out before they are converted: conversion is what costs there."""
_TO_GRAY = {PixelFormat.BGR: cv2.COLOR_BGR2GRAY, PixelFormat.RGB: cv2.COLOR_RGB2GRAY}


@dataclass(frozen=True, eq=False)
class FrameStatistics:
    """A frame in figures. Nothing of it is lent: it may be kept.

    `medium`, `small`: luma, uint8 (height, width), area means; the longer side has at most LONGEST_MEDIUM and
    LONGEST_SMALL pixels. `black`, `white`: the levels in them that stand for 0 and 1 (Y of BT.601 video: 16 and
    235). `mean`: brightness, 0-1; `spread`: its standard deviation over the picture, in the same unit.
    `bright_share`: the part of the picture, 0-1, that is bright.
    """

    medium: Pixels
    small: Pixels
    black: int
    white: int
    mean: float
    spread: float
    bright_share: float

    @cached_property
    def sharpness(self) -> float:
        """A figure of merit for focus: the larger, the sharper; comparable for one scene only.

        The variance of the Laplacian of the medium luma as a share of the luma's own variance, in per cent: so a
        change of light does not count as focus. 0: there is nothing to be sharp. Computed when first asked for.
        """
        spread = _spread(self.medium)
        return 100 * (_spread(cv2.Laplacian(self.medium, cv2.CV_16S)) / spread) ** 2 if spread else 0.0


def measure(frame: Frame) -> FrameStatistics:
    """The figures of a frame in any format. Raises ImageError as `check_frame` does."""
    check_frame(frame)
    black, white = (16, 235) if frame.pixel_format in PLANAR else (0, 255)
    medium = _reduced(_full_luma(frame), LONGEST_MEDIUM)
    if np.may_share_memory(medium, frame.pixels):
        medium = medium.copy()  # the camera's own buffer, lent
    small = _reduced(medium, LONGEST_SMALL)
    scale = 1 / (white - black)
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(small))
    return FrameStatistics(
        medium=medium,
        small=small,
        black=black,
        white=white,
        mean=min(1.0, max(0.0, (mean - black) * scale)),
        spread=deviation * scale,
        bright_share=np.count_nonzero(small >= black + BRIGHT / scale) / small.size,
    )


def _full_luma(frame: Frame) -> Pixels:
    """Luma of each pixel, of a large packed frame of pixels some apart."""
    conversion = _TO_GRAY.get(frame.pixel_format)
    if conversion is None:
        return luma(frame)
    pixels = frame.pixels
    apart = max(frame.width, frame.height) // _LONGEST_CONVERTED
    if apart > 1:
        size = (max(1, frame.width // apart), max(1, frame.height // apart))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.asarray(cv2.cvtColor(pixels, conversion), np.uint8)


def _reduced(pixels: Pixels, longest: int) -> Pixels:
    """Halved until the longer side has at most so many pixels. An odd row or column is left out."""
    height, width = pixels.shape
    while max(height, width) > longest and min(height, width) > 1:
        even = pixels if not (height % 2 or width % 2) else pixels[: height // 2 * 2, : width // 2 * 2]
        height, width = height // 2, width // 2
        pixels = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


def _spread(pixels: Pixels) -> float:
    """Standard deviation, in levels."""
    return float(cv2.meanStdDev(pixels)[1][0, 0])
