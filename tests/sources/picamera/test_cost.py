"""What a frame costs from the image processor's buffer to the input tensor: no copy, each pixel read once."""

import time
from typing import Any

import numpy as np
import pytest

from edgeclassify.model.preprocess import conversion
from edgeclassify.model.preprocess.normalization import InputTable
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.tensors import InputTensor
from edgeclassify.sources.capture.freshness import LATTICE
from edgeclassify.sources.picamera.lending import Lending
from edgeclassify.sources.picamera.streams import StreamLayout, stream_sizes
from edgeclassify.types import FULL_FRAME, Frame, PixelFormat, Roi
from tests.sources.picamera.meter import Meter
from tests.sources.picamera.test_lending import Mapped, Request
from tests.support.optional import present

SENSOR = (4608, 2592)
"""A Camera Module 3."""


def lent_frame(layout: StreamLayout) -> tuple[Frame, Any]:
    """A frame as PicameraSource makes it, and the buffer that it lies in."""
    request = Request()
    request.buffers["lores"] = np.random.default_rng(0).integers(0, 255, layout.rows * layout.stride, np.uint8)
    pixels = layout.pixels(present(Lending(1).lend(request)).pixels("lores", Mapped))
    frame = Frame(
        pixels, layout.pixel_format, layout.width, layout.height, "front", 0, time.monotonic_ns(), time.time()
    )
    return frame, request.buffers["lores"]


def lores_layout(pixel_format: PixelFormat, side: int, roi: Roi, preprocessor: Preprocessor) -> StreamLayout:
    """The lores stream for a model of that side, its rows padded as the Pi 5 pads them."""
    _, (width, height) = stream_sizes(SENSOR, preprocessor.wanted_side(roi))
    return StreamLayout(pixel_format, width, height, (width + 63) // 64 * 64)


@pytest.mark.parametrize("pixel_format", [PixelFormat.YUV420, PixelFormat.NV12])
@pytest.mark.parametrize("side", [224, 64])
@pytest.mark.parametrize("roi", [FULL_FRAME, Roi(0.25, 0.1, 0.5, 0.5)])
def test_nothing_is_copied_and_each_pixel_is_read_once(
    pixel_format: PixelFormat, side: int, roi: Roi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "STEP", 2)  # where such cameras are, rows need no lengthening
    input_tensor = InputTensor(side, side, 3, False, "uint8", 1 / 255, 0)
    preprocessor = Preprocessor(input_tensor, InputTable())
    layout = lores_layout(pixel_format, side, roi, preprocessor)
    frame, buffer = lent_frame(layout)
    assert np.shares_memory(frame.pixels, buffer)
    meter, tensor = Meter(buffer), np.zeros((1, side, side, 3), np.uint8)
    with meter.counting():
        preprocessor.fill(frame, tensor, roi)
    assert tensor.any()
    assert meter.reads.max() == 1
    # Luma, and two bytes of chroma for each four pixels, of the crop alone: next to what the model takes.
    read = int(meter.reads.sum())
    assert side * side * 1.5 <= read <= side * side * 1.5 * 1.35
    # One scaled copy in YUV, and the tensor itself.
    assert meter.written <= side * side * (1.5 + 3)
    padding = meter.reads[: layout.height * layout.stride].reshape(layout.height, layout.stride)[:, layout.width :]
    assert not padding.any()


def test_what_is_not_counted_has_no_influence() -> None:
    """The meter sees every read: other bytes in place of those that it did not count change nothing."""
    input_tensor = InputTensor(224, 224, 3, False, "uint8", 1 / 255, 0)
    preprocessor = Preprocessor(input_tensor, InputTable())
    layout = lores_layout(PixelFormat.YUV420, 224, FULL_FRAME, preprocessor)
    frame, buffer = lent_frame(layout)
    meter = Meter(buffer)
    first, second, third = (np.zeros((1, 224, 224, 3), np.uint8) for _ in range(3))
    with meter.counting():
        preprocessor.fill(frame, first)
    buffer[meter.reads == 0] ^= 0xFF
    preprocessor.fill(frame, second)
    assert np.array_equal(first, second)
    buffer[meter.reads == 1] ^= 0xFF
    preprocessor.fill(frame, third)
    assert not np.array_equal(first, third)


def test_the_look_for_frozen_pictures_is_a_small_part() -> None:
    preprocessor = Preprocessor(InputTensor(224, 224, 3, False, "uint8", 1 / 255, 0), InputTable())
    layout = lores_layout(PixelFormat.YUV420, 224, FULL_FRAME, preprocessor)
    assert layout.width * layout.height * 0.15 > (2 * LATTICE) ** 2
