"""Frames with known pixels, in each pixel format."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.types import Frame, PixelFormat

Pixels = NDArray[np.uint8]


def frame_of(pixels: Pixels, pixel_format: PixelFormat, width: int = 0, height: int = 0) -> Frame:
    """A frame of these pixels; width and height are the array's unless given."""
    return Frame(
        pixels=pixels,
        pixel_format=pixel_format,
        width=width or pixels.shape[1],
        height=height or pixels.shape[0],
        camera="test",
        sequence=7,
        captured_at_ns=1,
        captured_at=2.0,
    )


def picture(width: int, height: int) -> Pixels:
    """A smooth RGB picture without symmetry: red grows to the right, green downwards, blue by the diagonal."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    red, green = 255 * x / max(width - 1, 1), 255 * y / max(height - 1, 1)
    return np.dstack([red, green, 255 - (red + green) / 2]).astype(np.uint8)


def in_format(rgb: Pixels, pixel_format: PixelFormat, padding: int = 0) -> Frame:
    """An RGB picture as a frame of a format; YUV rows get `padding` bytes of other pixels at their end."""
    height, width = rgb.shape[:2]
    match pixel_format:
        case PixelFormat.RGB:
            return frame_of(rgb, pixel_format)
        case PixelFormat.BGR:
            return frame_of(np.ascontiguousarray(rgb[:, :, ::-1]), pixel_format)
        case PixelFormat.GRAY:
            return frame_of(np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8), pixel_format)
    i420 = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)
    luma, (u, v) = i420[:height], i420[height:].reshape(2, height // 2, width // 2)
    rows = height // 2
    luma = np.pad(luma, ((0, 0), (0, padding)), constant_values=255)
    if pixel_format is PixelFormat.NV12:
        chroma = np.pad(np.dstack([u, v]).reshape(rows, width), ((0, 0), (0, padding)), constant_values=255)
    else:
        half = ((0, 0), (0, padding // 2))
        planes = [np.pad(plane, half, constant_values=255).reshape(-1) for plane in (u, v)]
        chroma = np.concatenate(planes).reshape(rows, width + padding)
    return frame_of(np.vstack([luma, chroma]), pixel_format, width, height)
