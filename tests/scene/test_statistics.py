"""What is measured of a frame: in each format, of any size, quickly forgotten by the camera's buffer."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.errors import ImageError
from edgeclassify.scene.statistics import LONGEST_MEDIUM, LONGEST_SMALL, FrameStatistics, measure
from edgeclassify.types import PixelFormat
from tests.scene.frames import frame_of, planar_frame


def gradient(width: int = 640, height: int = 480) -> NDArray[np.uint8]:
    return np.tile(np.linspace(30, 220, width).astype(np.uint8), (height, 1))


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_every_format_gives_the_same_picture_in_little(pixel_format: PixelFormat) -> None:
    """Grey pixels have the luma that they are; Y goes as it is, its levels are told with it."""
    found = measure(frame_of(gradient(), pixel_format))
    assert found.small.shape == (60, 80)
    assert found.medium.shape == (240, 320)
    expected = cv2.resize(gradient(), (80, 60), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(found.small.astype(int), expected.astype(int), atol=1)
    planar = pixel_format in (PixelFormat.YUV420, PixelFormat.NV12)
    assert (found.black, found.white) == ((16, 235) if planar else (0, 255))


def test_red_and_blue_weigh_as_luma_has_it() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[..., 0] = 200
    blue, red = (measure(frame_of(pixels, order)).small[0, 0] for order in (PixelFormat.BGR, PixelFormat.RGB))
    assert blue == pytest.approx(0.114 * 200, abs=1)
    assert red == pytest.approx(0.299 * 200, abs=1)


@pytest.mark.parametrize(
    ("width", "height"), [(1920, 1080), (1279, 720), (4056, 3040), (224, 298), (97, 3), (400, 1), (1, 1), (2, 2)]
)
@pytest.mark.parametrize("pixel_format", [PixelFormat.BGR, PixelFormat.GRAY])
def test_any_size(width: int, height: int, pixel_format: PixelFormat) -> None:
    found = measure(frame_of(np.full((height, width), 100, np.uint8), pixel_format))
    assert max(found.medium.shape) <= LONGEST_MEDIUM or min(found.medium.shape) == 1
    assert max(found.small.shape) <= LONGEST_SMALL or min(found.small.shape) == 1
    assert (found.small == 100).all()


def test_a_large_frame_is_halved_no_further_than_it_must() -> None:
    found = measure(frame_of(np.zeros((480, 2 * LONGEST_MEDIUM), np.uint8), PixelFormat.GRAY))
    assert found.medium.shape == (240, LONGEST_MEDIUM)
    assert found.small.shape == (60, LONGEST_SMALL)


def test_padding_of_rows_is_no_part_of_the_picture() -> None:
    frame = planar_frame(np.full((120, 160), 50, np.uint8), stride=256, padding=255)
    assert (measure(frame).small == 50).all()


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_nothing_of_a_lent_buffer_is_kept(pixel_format: PixelFormat) -> None:
    frame = frame_of(np.full((48, 64), 90, np.uint8), pixel_format)
    found = measure(frame)
    frame.pixels[...] = 0
    assert (found.medium == 90).all()
    assert (found.small == 90).all()


@pytest.mark.parametrize(("level", "share"), [(0, 0.0), (244, 0.0), (245, 1.0), (255, 1.0)])
def test_bright(level: int, share: float) -> None:
    found = measure(frame_of(np.full((48, 64), level, np.uint8), PixelFormat.GRAY))
    assert found.bright_share == share


@pytest.mark.parametrize(
    ("pixel_format", "level", "mean"),
    [
        (PixelFormat.GRAY, 51, 0.2),
        (PixelFormat.YUV420, 16, 0.0),
        (PixelFormat.YUV420, 0, 0.0),
        (PixelFormat.NV12, 235, 1.0),
        (PixelFormat.NV12, 255, 1.0),
    ],
)
def test_brightness_is_a_share_of_the_format_s_range(pixel_format: PixelFormat, level: int, mean: float) -> None:
    found = measure(frame_of(np.full((48, 64), level, np.uint8), pixel_format))
    assert found.mean == pytest.approx(mean)
    assert found.spread == 0


def test_share_and_spread_of_a_picture_of_two_halves() -> None:
    pixels = np.zeros((48, 64), np.uint8)
    pixels[:, :32] = 255
    found = measure(frame_of(pixels, PixelFormat.GRAY))
    assert found.mean == pytest.approx(0.5)
    assert found.spread == pytest.approx(0.5)
    assert found.bright_share == 0.5


def squares(blur: float = 0.0, gain: float = 1.0) -> FrameStatistics:
    noise = np.random.default_rng(3).integers(0, 255, (60, 80)).astype(np.uint8)
    pixels = cv2.resize(noise, (640, 480), interpolation=cv2.INTER_NEAREST)
    if blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
    return measure(frame_of((gain * pixels).astype(np.uint8), PixelFormat.GRAY))


def test_a_blurred_picture_is_less_sharp_and_a_darker_one_is_as_sharp() -> None:
    assert squares().sharpness > 5 * squares(blur=6).sharpness > 0
    assert squares(gain=0.5).sharpness == pytest.approx(squares().sharpness, rel=0.02)


def test_sharpness_is_the_laplacian_s_share_of_the_variance() -> None:
    """Of a grid of single bright pixels it can be reckoned by hand."""
    pixels = np.zeros((96, 96), np.uint8)
    pixels[::2, ::2] = 100
    # A quarter are 100; the Laplacian is -400 there, 200 between two of them, and 0 in the middle of four.
    assert measure(frame_of(pixels, PixelFormat.GRAY)).sharpness == pytest.approx(100 * 60_000 / 1875, rel=0.03)


def test_nothing_is_sharp_where_all_is_alike() -> None:
    assert measure(frame_of(np.full((48, 64), 7, np.uint8), PixelFormat.GRAY)).sharpness == 0


def test_pixels_of_another_shape_are_refused() -> None:
    frame = frame_of(np.zeros((48, 64), np.uint8), PixelFormat.GRAY)
    wrong = planar_frame(np.zeros((48, 64), np.uint8))
    with pytest.raises(ImageError, match="must have shape"):
        measure(type(frame)(wrong.pixels, PixelFormat.GRAY, 64, 48, "front", 1, 0, 0.0))
