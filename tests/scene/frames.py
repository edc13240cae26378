"""Grey pictures as frames of each format."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.types import Frame, PixelFormat

Grey = NDArray[np.uint8]


def frame_of(
    pixels: Grey, pixel_format: PixelFormat = PixelFormat.GRAY, *, at_s: float = 1.0, sequence: int = 1
) -> Frame:
    """A frame of camera front, taken at `at_s`. `pixels`: (height, width), or with three channels as they are."""
    height, width = pixels.shape[:2]
    if pixel_format in (PixelFormat.YUV420, PixelFormat.NV12):
        return planar_frame(pixels, pixel_format, at_s=at_s, sequence=sequence)
    if pixel_format is not PixelFormat.GRAY and pixels.ndim == 2:
        pixels = np.asarray(cv2.merge([pixels] * 3), np.uint8)
    return Frame(pixels.copy(), pixel_format, width, height, "front", sequence, round(at_s * 1e9), at_s)


def planar_frame(
    pixels: Grey,
    pixel_format: PixelFormat = PixelFormat.YUV420,
    *,
    stride: int = 0,
    padding: int = 0,
    at_s: float = 1.0,
    sequence: int = 1,
) -> Frame:
    """The pixels as Y of a frame without colour; each row is filled up to `stride` with `padding`."""
    height, width = pixels.shape
    planes = np.full((height * 3 // 2, max(stride, width)), 128, np.uint8)
    planes[:height] = padding
    planes[:height, :width] = pixels
    return Frame(planes, pixel_format, width, height, "front", sequence, round(at_s * 1e9), at_s)
