"""From a frame's pixels, in each pixel format, to the RGB, BGR or grayscale image that the model looks at.

One sampler serves one geometry (format, frame size, part of it): its slices and buffers are worked out once.
Pixels are cropped first, scaled next and converted last, so that neither what is cropped away nor what is
scaled away is ever converted.
"""

from abc import ABC, abstractmethod
from dataclasses import replace

import cv2
import numpy as np

from edgeclassify.model.preprocess.conversion import SIGN_BIT, PlanarConversion, turn
from edgeclassify.model.preprocess.geometry import Fitting, even_rect
from edgeclassify.model.preprocess.resize import Pixels, Resizer, halvings
from edgeclassify.pixels import PACKED_CHANNELS, PLANAR, Rect, chroma_planes
from edgeclassify.types import PixelFormat

RGB, BGR, GRAY = PixelFormat.RGB, PixelFormat.BGR, PixelFormat.GRAY

# From the frame's format to the image's.
_PACKED_CONVERSIONS = {
    (BGR, RGB): cv2.COLOR_BGR2RGB,
    (BGR, GRAY): cv2.COLOR_BGR2GRAY,
    (RGB, BGR): cv2.COLOR_RGB2BGR,
    (RGB, GRAY): cv2.COLOR_RGB2GRAY,
    (GRAY, RGB): cv2.COLOR_GRAY2RGB,
    (GRAY, BGR): cv2.COLOR_GRAY2BGR,
}
_NO_CONVERSION = -1

BAR = 128
"""Gray of the letterbox's bars: the middle of a pixel's range, which normalization takes close to 0."""

# Y of BT.601 video lies in 16-235; OpenCV's conversion to RGB stretches it, so does this for grayscale.
_LUMA = np.clip(np.rint((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)


class Sampler(ABC):
    """Writes one part of frames of one geometry into an image."""

    def __init__(self, target: Rect, has_bars: bool, signed: bool) -> None:
        """`signed`: the image's bytes are int8, pixel - 128."""
        self._part = (target.rows, target.columns) if has_bars else None
        self._signed = signed
        self._bar = BAR ^ int(SIGN_BIT) if signed else BAR

    def sample(self, pixels: Pixels, image: Pixels) -> None:
        """Fill `image`, uint8 (height, width, 3) in colour or (height, width) gray, from a frame's pixels."""
        if self._part is not None:
            image.fill(self._bar)
            image = image[self._part]
        self._fill(pixels, image)

    @abstractmethod
    def _fill(self, pixels: Pixels, image: Pixels) -> None:
        """Fill the part of the image that the frame covers."""


def make_sampler(
    pixel_format: PixelFormat,
    width: int,
    height: int,
    fitting: Fitting,
    image_shape: tuple[int, ...],
    colour: PixelFormat = RGB,
    *,
    signed: bool = False,
) -> Sampler:
    """The sampler of a geometry. `image_shape`: (height, width, 3), of `colour` RGB or BGR; or (height, width).
    `signed`: it writes bytes that are int8, pixel - 128."""
    image_format = colour if len(image_shape) == 3 else GRAY
    has_bars = (fitting.target.height, fitting.target.width) != image_shape[:2]
    if pixel_format not in PLANAR:
        return _PackedSampler(pixel_format, fitting, image_format, has_bars, signed)
    fitting = replace(fitting, source=even_rect(fitting.source, width, height))
    if fitting.target.width % 2 or fitting.target.height % 2:
        return _ConvertFirstSampler(pixel_format, height, fitting, image_format, has_bars, signed)
    if image_format is GRAY:
        return _GrayPlanarSampler(fitting, has_bars, signed)
    return _PlanarSampler(pixel_format, height, fitting, image_format, has_bars, signed)


class _PackedSampler(Sampler):
    """BGR, RGB, GRAY: crop (a view), scale, convert."""

    def __init__(
        self,
        pixel_format: PixelFormat,
        fitting: Fitting,
        image_format: PixelFormat,
        has_bars: bool,
        signed: bool,
    ) -> None:
        super().__init__(fitting.target, has_bars, signed)
        target = fitting.target
        source = _trimmed(fitting.source, target, 1)
        self._rows, self._columns = source.rows, source.columns
        source_channels = PACKED_CHANNELS[pixel_format]
        self._resize = Resizer(_size(source), _size(target), source_channels)
        self._conversion = _PACKED_CONVERSIONS.get((pixel_format, image_format), _NO_CONVERSION)
        self._scaled: Pixels | None = None
        if self._conversion != _NO_CONVERSION:
            shape = (target.height, target.width, source_channels)[: 2 if source_channels == 1 else 3]
            self._scaled = np.empty(shape, np.uint8)

    def _fill(self, pixels: Pixels, image: Pixels) -> None:
        crop = pixels[self._rows, self._columns]
        if self._scaled is None:
            self._resize(crop, image)
        else:
            self._resize(crop, self._scaled)
            cv2.cvtColor(self._scaled, self._conversion, dst=image)
        turn(image, signed=self._signed)


class _GrayPlanarSampler(Sampler):
    """YUV420 and NV12 for models of one channel: scale the luma."""

    def __init__(self, fitting: Fitting, has_bars: bool, signed: bool) -> None:
        super().__init__(fitting.target, has_bars, signed)
        self._source = _trimmed(fitting.source, fitting.target, 2)
        self._rows, self._columns = self._source.rows, self._source.columns
        self._resize = Resizer(_size(self._source), _size(fitting.target), 1)
        self._luma = np.empty((fitting.target.height, fitting.target.width), np.uint8)
        self._levels = _LUMA ^ SIGN_BIT if signed else _LUMA

    def _fill(self, pixels: Pixels, image: Pixels) -> None:
        self._resize(pixels[self._rows, self._columns], self._luma)
        cv2.LUT(self._luma, self._levels, dst=image)


class _PlanarSampler(Sampler):
    """YUV420 and NV12: scale each plane, then convert at the model's size."""

    def __init__(
        self,
        pixel_format: PixelFormat,
        height: int,
        fitting: Fitting,
        image_format: PixelFormat,
        has_bars: bool,
        signed: bool,
    ) -> None:
        super().__init__(fitting.target, has_bars, signed)
        target = fitting.target
        self._format, self._height = pixel_format, height
        source = _trimmed(fitting.source, target, 2)
        self._rows, self._columns = source.rows, source.columns
        chroma = source.halved()
        self._chroma_rows, self._chroma_columns = chroma.rows, chroma.columns
        self._resize_luma = Resizer(_size(source), _size(target), 1)
        interleaved = 2 if pixel_format is PixelFormat.NV12 else 1
        self._resize_chroma = Resizer(_size(chroma), _size(target.halved()), interleaved)
        self._conversion = PlanarConversion(target.width, target.height, pixel_format, image_format)

    def _fill(self, pixels: Pixels, image: Pixels) -> None:
        conversion = self._conversion
        self._resize_luma(pixels[self._rows, self._columns], conversion.luma)
        rows, columns = self._chroma_rows, self._chroma_columns
        planes = chroma_planes(pixels, self._height, self._format)
        for plane, scaled in zip(planes, conversion.chroma, strict=True):
            self._resize_chroma(plane[rows, columns], scaled)
        conversion.write(image, signed=self._signed)


class _ConvertFirstSampler(Sampler):
    """YUV420 and NV12 for models with an odd side, of which there is no half: convert the crop, then scale."""

    def __init__(
        self,
        pixel_format: PixelFormat,
        height: int,
        fitting: Fitting,
        image_format: PixelFormat,
        has_bars: bool,
        signed: bool,
    ) -> None:
        super().__init__(fitting.target, has_bars, signed)
        source = fitting.source
        self._source, self._height, self._format = source, height, pixel_format
        self._conversion = PlanarConversion(source.width, source.height, pixel_format, RGB)
        self._converted = np.empty((source.height, source.width, 3), np.uint8)
        inner = Fitting(Rect(0, 0, source.width, source.height), replace(fitting.target, x=0, y=0))
        self._rest = _PackedSampler(RGB, inner, image_format, has_bars=False, signed=signed)

    def _fill(self, pixels: Pixels, image: Pixels) -> None:
        source, chroma, conversion = self._source, self._source.halved(), self._conversion
        conversion.luma[...] = pixels[source.rows, source.columns]
        planes = chroma_planes(pixels, self._height, self._format)
        for plane, part in zip(planes, conversion.chroma, strict=True):
            part[...] = plane[chroma.rows, chroma.columns]
        conversion.write(self._converted, signed=False)
        self._rest.sample(self._converted, image)


def _trimmed(source: Rect, target: Rect, grid: int) -> Rect:
    """`source` with sides that can be halved as often as the resizer will."""
    count = halvings(source.width, source.height, target.width, target.height)
    return source.multiple_of(grid * 2**count)


def _size(rect: Rect) -> tuple[int, int]:
    return rect.width, rect.height
