"""The small picture of a look: the region that was classified, and how bright it is."""

import numpy as np

from edgeclassify.pictures.jpeg import region_jpeg
from edgeclassify.pixels import PLANAR, luma, roi_rect
from edgeclassify.types import Frame, Roi

LONGEST_SIDE = 320
"""Pixels: more than any of our networks looks at."""
QUALITY = 80
_SAMPLES = 48
"""Rows and columns of which the brightness is taken."""


def picture_of(frame: Frame, region: Roi) -> bytes:
    """The region as JPEG, in colours, of the frame for people. Raises ImageError."""
    return region_jpeg(frame, region, QUALITY, LONGEST_SIDE).data


def brightness_of(frame: Frame, region: Roi) -> float:
    """Mean brightness of a region, 0-1, from a few thousand of its pixels."""
    pixels, rect = luma(frame), roi_rect(frame.width, frame.height, region)
    steps = max(1, rect.height // _SAMPLES), max(1, rect.width // _SAMPLES)
    mean = float(np.mean(pixels[rect.rows, rect.columns][:: steps[0], :: steps[1]]))
    level = (mean - 16) / 219 if frame.pixel_format in PLANAR else mean / 255
    return min(1.0, max(0.0, level))
