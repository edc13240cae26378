"""Every pixel format shows the same picture; rows may be padded; a wrong shape is told."""

import numpy as np
import pytest

from edgeclassify.errors import ImageError
from edgeclassify.pixels import PLANAR, region_rgb, to_bgr
from edgeclassify.types import PixelFormat, Roi
from tests.model.frames import frame_of, in_format, picture


@pytest.mark.parametrize("pixel_format", [*PLANAR, PixelFormat.RGB, PixelFormat.BGR])
@pytest.mark.parametrize(("width", "height"), [(64, 48), (50, 30), (2, 2)])
def test_every_colour_format_gives_the_same_picture(pixel_format: PixelFormat, width: int, height: int) -> None:
    rgb = picture(width, height)
    bgr = to_bgr(in_format(rgb, pixel_format))
    assert bgr.dtype == np.uint8
    assert bgr.shape == (height, width, 3)
    if min(width, height) > 2:  # one chroma value for four pixels of different colours tells nothing
        levels = 16 if pixel_format in PLANAR else 0
        assert np.abs(bgr[:, :, ::-1].astype(int) - rgb).max() <= levels


@pytest.mark.parametrize("pixel_format", PLANAR)
@pytest.mark.parametrize("padding", [2, 32])
def test_padding_of_rows_is_not_seen(pixel_format: PixelFormat, padding: int) -> None:
    rgb = picture(48, 30)
    padded = to_bgr(in_format(rgb, pixel_format, padding))
    np.testing.assert_array_equal(padded, to_bgr(in_format(rgb, pixel_format)))


def test_gray_is_gray() -> None:
    gray = np.arange(48, dtype=np.uint8).reshape(6, 8)
    np.testing.assert_array_equal(to_bgr(frame_of(gray, PixelFormat.GRAY)), np.dstack([gray] * 3))


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_the_frame_is_left_as_it_is(pixel_format: PixelFormat) -> None:
    frame = in_format(picture(32, 24), pixel_format, 4 if pixel_format in PLANAR else 0)
    before = frame.pixels.copy()
    frame.pixels.flags.writeable = False
    to_bgr(frame)
    np.testing.assert_array_equal(frame.pixels, before)


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_a_wrong_shape_is_told(pixel_format: PixelFormat) -> None:
    with pytest.raises(ImageError, match=r"test: a \w+ frame of 32x24 must have shape"):
        to_bgr(frame_of(np.zeros((7, 9, 2), np.uint8), pixel_format, 32, 24))


@pytest.mark.parametrize("pixel_format", [PixelFormat.RGB, PixelFormat.BGR, PixelFormat.YUV420])
def test_a_region_is_the_part_of_the_picture(pixel_format: PixelFormat) -> None:
    rgb = picture(64, 48)
    frame = in_format(rgb, pixel_format)
    part = region_rgb(frame, Roi(0.25, 0.5, 0.5, 0.25), 32)
    expected = to_bgr(frame)[24:36, 16:48, ::-1]
    np.testing.assert_array_equal(part, expected)
    assert not np.shares_memory(part, frame.pixels)


def test_a_region_of_all_of_a_frame_is_a_copy_too() -> None:
    frame = in_format(picture(32, 24), PixelFormat.BGR)
    part = region_rgb(frame, Roi(), 32)
    assert part.flags.c_contiguous
    assert not np.shares_memory(part, frame.pixels)


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(64, 48, (24, 32, 3)), (48, 64, (32, 24, 3)), (64, 2, (1, 32, 3))]
)
def test_a_large_region_is_made_smaller(width: int, height: int, shape: tuple[int, ...]) -> None:
    frame = frame_of(np.full((height, width, 3), 99, np.uint8), PixelFormat.RGB)
    part = region_rgb(frame, Roi(), 32)
    assert (part.shape, int(part.min()), int(part.max())) == (shape, 99, 99)
