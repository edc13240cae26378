"""Sizes, layout and clock of a camera's streams."""

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.errors import SourceError
from edgeclassify.sources.picamera.streams import (
    StreamLayout,
    full_view_mode,
    scaler_crop,
    stream_sizes,
    to_monotonic_ns,
    unzoomed,
    zoomed,
)
from edgeclassify.types import FULL_FRAME, PixelFormat, Roi
from tests.support.optional import present

# Modes in the form in which picamera2 lists them, shaped like two common sensors: some see all of it, some a part.
IMX219 = [
    {"size": (640, 480), "crop_limits": (1000, 752, 1280, 960), "bit_depth": 10},
    {"size": (1640, 1232), "crop_limits": (0, 0, 3280, 2464), "bit_depth": 10},
    {"size": (1920, 1080), "crop_limits": (680, 692, 1920, 1080), "bit_depth": 10},
    {"size": (3280, 2464), "crop_limits": (0, 0, 3280, 2464), "bit_depth": 10},
]
IMX708 = [
    {"size": (1536, 864), "crop_limits": (768, 432, 3072, 1728), "bit_depth": 10},
    {"size": (2304, 1296), "crop_limits": (0, 0, 4608, 2592), "bit_depth": 10},
    {"size": (4608, 2592), "crop_limits": (0, 0, 4608, 2592), "bit_depth": 10},
]


@pytest.mark.parametrize(
    ("sensor", "wanted", "main", "sizes"),
    [
        ((4608, 2592), 256, None, ((854, 480), (456, 256))),
        ((3280, 2464), 256, None, ((640, 480), (342, 256))),
        ((3280, 2464), 600, None, ((800, 600), (800, 600))),
        ((3280, 2464), 0, None, ((640, 480), (342, 256))),
        ((3280, 2464), 256, (1920, 1080), ((1920, 1080), (456, 256))),
        ((3280, 2464), 700, (640, 480), ((640, 480), (640, 480))),
        ((3280, 2464), 256, (641, 481), ((642, 482), (342, 256))),
        ((640, 480), 5000, None, ((640, 480), (640, 480))),
    ],
)
def test_stream_sizes(
    sensor: tuple[int, int],
    wanted: int,
    main: tuple[int, int] | None,
    sizes: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    assert stream_sizes(sensor, wanted, main) == sizes


side = st.integers(32, 5000)


@given(st.tuples(side, side), st.integers(0, 3000), st.none() | st.tuples(side, side))
def test_stream_sizes_are_always_possible(
    sensor: tuple[int, int], wanted: int, main: tuple[int, int] | None
) -> None:
    (main_width, main_height), (width, height) = stream_sizes(sensor, wanted, main)
    assert {main_width % 2, main_height % 2, width % 2, height % 2} == {0}
    assert 2 <= width <= main_width
    assert 2 <= height <= main_height


@pytest.mark.parametrize(
    ("modes", "size", "expected"),
    [
        (IMX219, (640, 480), (1640, 1232)),
        (IMX219, (1920, 1080), (3280, 2464)),
        (IMX219, (9000, 9000), (3280, 2464)),
        (IMX708, (854, 480), (2304, 1296)),
        (IMX708, (2304, 1296), (2304, 1296)),
    ],
)
def test_the_mode_shows_the_whole_view(
    modes: list[dict[str, Any]], size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert present(full_view_mode(modes, size))["size"] == expected


def test_no_modes() -> None:
    assert full_view_mode([], (640, 480)) is None


def test_layout_of_yuv_keeps_the_stride() -> None:
    layout = StreamLayout(PixelFormat.YUV420, 30, 20, 64)
    buffer = np.arange(30 * 64 + 100, dtype=np.uint32).astype(np.uint8)
    pixels = layout.pixels(buffer)
    assert pixels.shape == (30, 64)
    assert np.array_equal(pixels[1], buffer[64:128])
    assert pixels.base is buffer  # no second copy


def test_layout_of_bgr_cuts_the_padding_off() -> None:
    layout = StreamLayout(PixelFormat.BGR, 5, 4, 16)
    buffer = np.arange(64, dtype=np.uint8)
    pixels = layout.pixels(buffer)
    assert pixels.shape == (4, 5, 3)
    assert pixels[1, 0].tolist() == [16, 17, 18]


def test_a_buffer_that_is_too_short_is_refused() -> None:
    with pytest.raises(SourceError, match="expected 384 bytes, found 300"):
        StreamLayout(PixelFormat.NV12, 16, 16, 16).pixels(np.zeros(300, np.uint8))


def test_sensor_time_of_either_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    suspended_ns = 3_600_000_000_000
    monkeypatch.setattr(time, "monotonic_ns", lambda: 50_000_000_000)
    monkeypatch.setattr(time, "clock_gettime_ns", lambda clock: 50_000_000_000 + suspended_ns)
    frame_ns = 49_900_000_000
    assert to_monotonic_ns(frame_ns) == frame_ns
    assert to_monotonic_ns(frame_ns + suspended_ns) == frame_ns
    assert to_monotonic_ns(0) == 50_000_000_000  # of no clock that we know
    assert to_monotonic_ns(2**62) == 50_000_000_000


@pytest.mark.parametrize(
    ("zoom", "crop"),
    [
        (FULL_FRAME, (0, 0, 4608, 2592)),
        (Roi(0.25, 0.5, 0.5, 0.25), (1152, 1296, 2304, 648)),
        (Roi(0.1, 0.1, 0.333, 0.333), (460, 258, 1534, 862)),
        (Roi(0.0, 0.0, 0.01, 0.5), None),
    ],
)
def test_scaler_crop(zoom: Roi, crop: tuple[int, int, int, int] | None) -> None:
    assert scaler_crop((0, 0, 4608, 2592), (64, 64), zoom) == crop


def test_scaler_crop_within_a_mode_that_sees_a_part() -> None:
    assert scaler_crop((768, 432, 3072, 1728), (64, 64), Roi(0.5, 0.5, 0.5, 0.5)) == (2304, 1296, 1536, 864)


def test_zoom_asks_for_a_mode_with_as_many_pixels_in_the_part() -> None:
    zoom = Roi(0.25, 0.25, 0.25, 0.25)
    main, lores = stream_sizes(zoomed((4608, 2592), zoom), 256)
    assert (main, lores) == ((854, 480), (456, 256))
    assert present(full_view_mode(IMX708, unzoomed(main, FULL_FRAME)))["size"] == (2304, 1296)
    assert present(full_view_mode(IMX708, unzoomed(main, zoom)))["size"] == (4608, 2592)
