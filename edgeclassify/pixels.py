"""A frame's pixels: their check against its format, those that a region covers, their brightness and focus."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ImageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Frame, PixelFormat, Pixels, Roi

PACKED_CHANNELS = {PixelFormat.BGR: 3, PixelFormat.RGB: 3, PixelFormat.GRAY: 1}
PLANAR = (PixelFormat.YUV420, PixelFormat.NV12)

_TO_BGR = {
    PixelFormat.RGB: cv2.COLOR_RGB2BGR,
    PixelFormat.GRAY: cv2.COLOR_GRAY2BGR,
    PixelFormat.YUV420: cv2.COLOR_YUV2BGR_I420,
    PixelFormat.NV12: cv2.COLOR_YUV2BGR_NV12,
}


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Index of its rows."""
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        """Index of its columns."""
        return slice(self.x, self.x + self.width)

    def halved(self) -> "Rect":
        """The same place in a plane of half the size."""
        return Rect(self.x // 2, self.y // 2, self.width // 2, self.height // 2)

    def multiple_of(self, step: int) -> "Rect":
        """Trimmed on both sides so that width and height are multiples of `step` (where they are that large).

        An even step keeps an even position even.
        """
        width, height = max(step, self.width // step * step), max(step, self.height // step * step)
        if width > self.width or height > self.height:
            return self
        grid = 2 - step % 2
        x = self.x + (self.width - width) // 2 // grid * grid
        y = self.y + (self.height - height) // 2 // grid * grid
        return Rect(x, y, width, height)


def roi_rect(width: int, height: int, roi: Roi) -> Rect:
    """The pixels of a frame that `roi` covers, even in part: inside the frame, at least one by one."""
    left, top = min(int(roi.x * width), width - 1), min(int(roi.y * height), height - 1)
    # The product of two rounded fractions may land a hair above a whole pixel.
    right = min(max(math.ceil((roi.x + roi.width) * width - 1e-6), left + 1), width)
    bottom = min(max(math.ceil((roi.y + roi.height) * height - 1e-6), top + 1), height)
    return Rect(left, top, right - left, bottom - top)


def check_frame(frame: Frame) -> None:
    """Raise ImageError unless the pixels have the dtype and shape that the frame's format and size ask for."""
    pixels, width, height = frame.pixels, frame.width, frame.height
    what = f"{frame.origin or frame.camera}: a {frame.pixel_format} frame of {width}x{height}"
    if width < 1 or height < 1:
        raise ImageError(f"{what} has no pixels.")
    if pixels.dtype != np.uint8:
        raise ImageError(f"{what} must have pixels of dtype uint8 but got {pixels.dtype}.")
    if frame.pixel_format in PLANAR:
        if width % 2 or height % 2:
            raise ImageError(f"{what} must have even sides.")
        rows = height * 3 // 2
        if pixels.ndim != 2 or pixels.shape[0] != rows or pixels.shape[1] < width or pixels.shape[1] % 2:
            raise ImageError(f"{what} must have shape ({rows}, an even stride >= {width}) but got {pixels.shape}.")
        return
    channels = PACKED_CHANNELS[frame.pixel_format]
    expected = (height, width) if channels == 1 else (height, width, channels)
    if pixels.shape != expected:
        raise ImageError(f"{what} must have shape {expected} but got {pixels.shape}.")


def chroma_planes(pixels: Pixels, height: int, pixel_format: PixelFormat) -> tuple[Pixels, ...]:
    """Views of the chroma: (U, V) of shape (height / 2, stride / 2), or one of (height / 2, stride / 2, 2)."""
    stride, rows = pixels.shape[1], height // 2
    if pixel_format is PixelFormat.NV12:
        return (pixels[height : height + rows].reshape(rows, stride // 2, 2),)
    # Two rows of U or V stand side by side in one row of the array.
    chroma: NDArray[np.uint8] = pixels[height : height + rows].reshape(2, rows, stride // 2)
    return chroma[0], chroma[1]


def luma(frame: Frame) -> Pixels:
    """Brightness of each pixel, a view of (height, width): Y or gray, of RGB the green, which is most of it."""
    if frame.pixel_format in PLANAR:
        return frame.pixels[: frame.height, : frame.width]
    return frame.pixels if frame.pixel_format is PixelFormat.GRAY else frame.pixels[:, :, 1]


def brightness(frame: Frame) -> float:
    """Mean brightness of the frame, 0-1, from some thousand pixels of it."""
    pixels = luma(frame)
    mean = float(pixels[:: max(1, len(pixels) // 64), :: max(1, pixels.shape[1] // 64)].mean())
    # Y of BT.601 video lies in 16-235.
    level = (mean - 16) / 219 if frame.pixel_format in PLANAR else mean / 255
    return min(1.0, max(0.0, level))


def sharpness(frame: Frame) -> float:
    """A figure of merit for focus: the larger, the sharper; comparable for one scene only.

    The variance of the Laplacian of the brightness as a share of the brightness's own variance, in per cent: so a
    lamp that is switched on does not count as focus. Of the middle of the frame, where the lens is best.
    """
    pixels = luma(frame)
    top, left = len(pixels) // 4, pixels.shape[1] // 4
    middle = np.ascontiguousarray(pixels[top : len(pixels) - top, left : pixels.shape[1] - left])
    spread = float(middle.var())
    return 100 * float(cv2.Laplacian(middle, cv2.CV_32F).var()) / spread if spread else 0.0


def to_bgr(frame: Frame) -> Pixels:
    """The whole frame as BGR, uint8 (height, width, 3), for eyes and image files.

    A BGR frame gives its own pixels, which nobody may write into. Raises ImageError as `check_frame` does.
    """
    check_frame(frame)
    if frame.pixel_format is PixelFormat.BGR:
        return frame.pixels
    pixels = _without_padding(frame) if frame.pixel_format in PLANAR else frame.pixels
    return np.asarray(cv2.cvtColor(pixels, _TO_BGR[frame.pixel_format]), np.uint8)


def region_bgr(frame: Frame, roi: Roi, longest_side: int) -> Pixels:
    """The region as BGR, uint8 (height, width, 3), smaller where a side is longer than that; perhaps a view of the
    frame's own pixels. Raises ImageError as `check_frame` does."""
    pixels = to_bgr(frame)
    rect = roi_rect(frame.width, frame.height, roi)
    part = pixels[rect.rows, rect.columns]
    scale = longest_side / max(rect.width, rect.height)
    if scale < 1:
        size = (max(1, round(rect.width * scale)), max(1, round(rect.height * scale)))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return part


def region_rgb(frame: Frame, roi: Roi, longest_side: int) -> Pixels:
    """The same as RGB: a copy, which lasts where the frame is lent. Raises ImageError as `check_frame` does."""
    return np.ascontiguousarray(region_bgr(frame, roi, longest_side)[:, :, ::-1])


def to_keep(frame: Frame) -> Frame:
    """The frame for as long as it is wanted: as it is, or where a camera has lent its pixels, the frame for people
    with pixels of its own."""
    if not frame.lent:
        return frame
    shown = frame.shown
    return replace(
        frame,
        pixels=shown.pixels.copy(),
        pixel_format=shown.pixel_format,
        width=shown.width,
        height=shown.height,
        main=None,
        lent=False,
    )


def _without_padding(frame: Frame) -> Pixels:
    """A YUV frame's pixels with rows of exactly its width, as OpenCV wants them."""
    width, height = frame.width, frame.height
    if frame.pixels.shape[1] == width:
        return frame.pixels
    packed = np.empty((height * 3 // 2, width), np.uint8)
    packed[:height] = frame.pixels[:height, :width]
    into = chroma_planes(packed, height, frame.pixel_format)
    for plane, part in zip(chroma_planes(frame.pixels, height, frame.pixel_format), into, strict=True):
        part[...] = plane[:, : width // 2]
    return packed
