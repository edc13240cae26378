"""Pixels as an image file stores them → 8 bits of colour, upright."""

from typing import Any

import cv2
import numpy as np

from edgeclassify.errors import ImageError
from edgeclassify.types import Pixels

BACKGROUND = 255
"""What shows through transparent pixels: white, as behind a logo or a product photo on a page."""

Stored = Any
"""An array as OpenCV returns it: 8 or 16 bits or float, 1, 3 (BGR) or 4 (BGRA) channels."""

_BAND = 64


def upright(array: Stored, orientation: int) -> Stored:
    """Apply Exif's orientation: the stored image as it is meant to be seen."""
    if orientation in (5, 7):
        array = cv2.transpose(array)
    if orientation == 2:
        return cv2.flip(array, 1)
    if orientation == 4:
        return cv2.flip(array, 0)
    if orientation == 7:
        return cv2.flip(array, -1)
    turns = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return cv2.rotate(array, turns[orientation]) if orientation in turns else array


def to_bgr(array: Stored, name: str) -> Pixels:
    """Pixels as a file stores them (grey, with alpha, 16 bits) as 8 bits of B, G, R."""
    if array.dtype == np.uint16:
        array = cv2.convertScaleAbs(array, alpha=1 / 257)  # 65535 → 255, rounded
    if array.dtype != np.uint8:
        raise wrong_depth(name, str(array.dtype))
    if array.ndim == 2:
        array = cv2.cvtColor(array, cv2.COLOR_GRAY2BGR)
    elif array.shape[2] == 4:
        return on_background(array)
    pixels: Pixels = array
    return pixels


def on_background(with_alpha: Stored) -> Pixels:
    """Colours (uint8, three channels of any order) of what has transparency as a fourth channel."""
    alpha = with_alpha[:, :, 3]
    colours: Pixels = np.ascontiguousarray(with_alpha[:, :, :3])
    if alpha.min() == 255:
        return colours
    for top in range(0, len(colours), _BAND):  # in bands, since the wide arithmetic takes six times the memory
        rows = slice(top, top + _BAND)
        weight = alpha[rows, :, np.newaxis].astype(np.uint16)
        colours[rows] = (colours[rows] * weight + BACKGROUND * (255 - weight) + 127) // 255
    return colours


def wrong_depth(name: str, values: str) -> ImageError:
    """What is said of values that are no colours. `values`: their dtype."""
    return ImageError(f"{name}: expected 8 or 16 bits per channel, found {values}. Convert it to JPEG or PNG.")
