"""Planes to colours at widths at which OpenCV is fast: the same bytes as at the picture's own width."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.model.preprocess import conversion
from edgeclassify.model.preprocess.conversion import PlanarConversion
from edgeclassify.types import PixelFormat
from tests.model.frames import Pixels

CODES = {
    (PixelFormat.YUV420, PixelFormat.RGB): cv2.COLOR_YUV2RGB_I420,
    (PixelFormat.YUV420, PixelFormat.BGR): cv2.COLOR_YUV2BGR_I420,
    (PixelFormat.NV12, PixelFormat.RGB): cv2.COLOR_YUV2RGB_NV12,
    (PixelFormat.NV12, PixelFormat.BGR): cv2.COLOR_YUV2BGR_NV12,
}


def planes_of(width: int, height: int, pixel_format: PixelFormat) -> tuple[Pixels, tuple[Pixels, ...], Pixels]:
    """Random luma, chroma, and both as one array without padding."""
    rng = np.random.default_rng(width * 1000 + height)
    luma = rng.integers(0, 256, (height, width), np.uint8)
    u, v = rng.integers(0, 256, (2, height // 2, width // 2), np.uint8)
    chroma = (u, v) if pixel_format is PixelFormat.YUV420 else (np.dstack([u, v]),)
    packed = np.concatenate([luma.ravel(), *(plane.ravel() for plane in chroma)])
    return luma, chroma, packed.reshape(height * 3 // 2, width)


@settings(max_examples=80, deadline=None)
@given(
    width=st.integers(1, 200),
    height=st.integers(1, 40),
    key=st.sampled_from(list(CODES)),
    signed=st.booleans(),
    step=st.sampled_from([2, 32, 64, 128]),
)
def test_any_width_gives_the_bytes_of_a_conversion_without_padding(
    width: int, height: int, key: tuple[PixelFormat, PixelFormat], signed: bool, step: int
) -> None:
    width, height, (pixel_format, colour) = 2 * width, 2 * height, key
    luma, chroma, packed = planes_of(width, height, pixel_format)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion, "STEP", step)
        made = PlanarConversion(width, height, pixel_format, colour)
    made.luma[...] = luma
    for plane, values in zip(made.chroma, chroma, strict=True):
        plane[...] = values
    around = np.full((height + 2, width + 2, 3), 77, np.uint8)
    made.write(around[1:-1, 1:-1], signed=signed)
    expected = np.asarray(cv2.cvtColor(packed, CODES[key]), np.uint8)
    expected = (expected.astype(np.int16) - 128).astype(np.int8).view(np.uint8) if signed else expected
    assert (around[1:-1, 1:-1] == expected).all()
    around[1:-1, 1:-1] = 77
    assert (around == 77).all()


@pytest.mark.parametrize(("step", "converted"), [(128, 256), (32, 224)])
def test_rows_are_lengthened_to_whole_steps(step: int, converted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of which depends how fast it is, not what comes of it."""
    monkeypatch.setattr(conversion, "STEP", step)
    widths: list[int] = []
    convert = cv2.cvtColor

    def watched(planes: Pixels, code: int, dst: Pixels) -> object:
        widths.append(planes.shape[1])
        return convert(planes, code, dst=dst)

    made = PlanarConversion(224, 224, PixelFormat.YUV420, PixelFormat.RGB)
    monkeypatch.setattr(cv2, "cvtColor", watched)
    made.write(np.empty((224, 224, 3), np.uint8), signed=False)
    assert widths == [converted]
