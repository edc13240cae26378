"""Scaled planes of a YUV picture → RGB or BGR, at the widths at which OpenCV is fast.

On x86-64 its conversion takes 128 pixels at a time (64 in older versions), and what is left of a row one by one,
each for the time of dozens: 256x224 pixels take 17 µs, 224x224 between 60 and 380 µs, by version. So rows are
lengthened to whole steps, and what was added is left out again by a copy (6 µs). On ARM a step is of 32 pixels, of
which the usual models' sides are multiples.
"""

import platform

import cv2
import numpy as np

from edgeclassify.model.preprocess.resize import Pixels
from edgeclassify.pixels import chroma_planes
from edgeclassify.types import PixelFormat

STEP = 128 if platform.machine() in ("x86_64", "AMD64") else 2
"""Pixels of a row that are converted at a time; rows are lengthened to a multiple of it."""

SIGN_BIT = np.uint8(0x80)
"""As int8, a pixel with this bit turned round is the pixel - 128."""

_CONVERSIONS = {
    (PixelFormat.YUV420, PixelFormat.RGB): cv2.COLOR_YUV2RGB_I420,
    (PixelFormat.YUV420, PixelFormat.BGR): cv2.COLOR_YUV2BGR_I420,
    (PixelFormat.NV12, PixelFormat.RGB): cv2.COLOR_YUV2RGB_NV12,
    (PixelFormat.NV12, PixelFormat.BGR): cv2.COLOR_YUV2BGR_NV12,
}


class PlanarConversion:
    """Room for one picture's planes, of even sides, and their way into an image.

    `luma` and `chroma` (as of `chroma_planes`) are views to be written; rows are strided.
    """

    def __init__(self, width: int, height: int, pixel_format: PixelFormat, colour: PixelFormat) -> None:
        """`colour`: RGB or BGR, what the image is to be."""
        stride = -(-width // STEP) * STEP
        # What is added is converted too, and left out: any value will do.
        self._planes = np.zeros((height * 3 // 2, stride), np.uint8)
        self._code = _CONVERSIONS[pixel_format, colour]
        self.luma: Pixels = self._planes[:height, :width]
        self.chroma = tuple(plane[:, : width // 2] for plane in chroma_planes(self._planes, height, pixel_format))
        self._converted = np.empty((height, stride, 3), np.uint8) if stride > width else None
        self._image = None if self._converted is None else self._converted[:, :width]

    def write(self, image: Pixels, *, signed: bool) -> None:
        """Write what the planes hold into `image`, uint8 (height, width, 3). `signed`: as int8, pixel - 128."""
        if self._image is None:
            cv2.cvtColor(self._planes, self._code, dst=image)
            turn(image, signed=signed)
            return
        cv2.cvtColor(self._planes, self._code, dst=self._converted)
        if signed:
            np.bitwise_xor(self._image, SIGN_BIT, out=image)
        else:
            np.copyto(image, self._image)


def turn(image: Pixels, *, signed: bool) -> None:
    """Turn the sign bit of each pixel round, where that is wanted."""
    if signed:
        np.bitwise_xor(image, SIGN_BIT, out=image)
