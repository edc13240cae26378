"""Frames."""

import time

import numpy as np

from edgeclassify.types import (
    Frame,
    PixelFormat,
)


def make_frame(value: int = 0, camera: str = "front", sequence: int = 0) -> Frame:
    """A small grey frame; `value` is the brightness."""
    pixels = np.full((8, 8, 3), value, np.uint8)
    return Frame(pixels, PixelFormat.BGR, 8, 8, camera, sequence, time.monotonic_ns(), time.time())
