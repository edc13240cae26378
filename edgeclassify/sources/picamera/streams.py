"""Sizes, layout and clock of a camera's streams: what the picamera2 source must compute, as pure functions."""

import math
import time
from collections.abc import Sequence
from typing import Any

from edgeclassify.errors import SourceError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import PixelFormat, Pixels, Roi

Size = tuple[int, int]
"""Width and height in pixels."""

MAIN_SIDE = 480
"""Least shorter side of `main` in pixels, so that a frame for people stays readable."""
DEFAULT_SIDE = 256
MAX_FRAME_AGE_S = 10.0
"""A sensor timestamp further back than this is of a clock that we don't know."""

# libcamera names its formats after a little-endian word, so RGB888 is B, G, R in memory.
PIXEL_FORMATS = {
    "YUV420": PixelFormat.YUV420,
    "NV12": PixelFormat.NV12,
    "RGB888": PixelFormat.BGR,
    "BGR888": PixelFormat.RGB,
}


@dataclass(frozen=True, slots=True)
class StreamLayout:
    """How a stream's buffer is laid out, as the configured camera says: size in pixels, `stride` in bytes."""

    pixel_format: PixelFormat
    width: int
    height: int
    stride: int

    @property
    def rows(self) -> int:
        """Rows of `stride` bytes: those of the frame, and half as many for the chroma of YUV."""
        yuv = self.pixel_format in (PixelFormat.YUV420, PixelFormat.NV12)
        return self.height * 3 // 2 if yuv else self.height

    def pixels(self, buffer: Pixels) -> Pixels:
        """A stream's bytes, shape (n,), as a frame's pixels: YUV (rows, stride), else (height, width, 3)."""
        size = self.rows * self.stride
        if buffer.size < size:
            raise SourceError(f"camera buffer: expected {size} bytes, found {buffer.size}.")
        array = buffer[:size].reshape(self.rows, self.stride)
        if self.rows == self.height:
            return array[:, : self.width * 3].reshape(self.height, self.width, 3)
        return array


def zoomed(size: Size, zoom: Roi) -> Size:
    """What `zoom` leaves of a sensor, or of one of its modes; at least 2 by 2."""
    return max(2, round(size[0] * zoom.width)), max(2, round(size[1] * zoom.height))


def unzoomed(size: Size, zoom: Roi) -> Size:
    """How large a sensor mode must be, so that the part of it that `zoom` shows has at least `size`."""
    return math.ceil(size[0] / zoom.width), math.ceil(size[1] / zoom.height)


def scaler_crop(limit: tuple[int, int, int, int], least: Size, zoom: Roi) -> tuple[int, int, int, int] | None:
    """The ScalerCrop for `zoom`: left, top, width, height in the sensor's pixels, even; None: too small a part.

    `limit`: all that the sensor shows in this mode; `least`: the smallest part that the ISP takes.
    """
    left, top, width, height = limit
    part_width, part_height = (int(side) // 2 * 2 for side in zoomed((width, height), zoom))
    if part_width < least[0] or part_height < least[1]:
        return None
    x, y = left + int(zoom.x * width) // 2 * 2, top + int(zoom.y * height) // 2 * 2
    return x, y, part_width, part_height


def stream_sizes(sensor: Size, wanted_side: int, main: Size | None = None) -> tuple[Size, Size]:
    """Width and height of the main and the lores stream, all even.

    Both have the aspect of `sensor`, what is seen of the sensor (or that of `main`, where the user chose it).
    lores' shorter side is `wanted_side`, or main's where that is less: libcamera allows no lores that is larger
    than main.
    """
    wanted_side = _even(min(wanted_side or DEFAULT_SIDE, min(sensor)))
    if main is None:
        main = _scaled(sensor, max(wanted_side, min(MAIN_SIDE, min(sensor))))
    main = (_even(main[0]), _even(main[1]))
    lores = _scaled(main, min(wanted_side, min(main)))
    return main, (min(lores[0], main[0]), min(lores[1], main[1]))


def _scaled(size: Size, side: int) -> Size:
    factor = side / min(size)
    return _even(round(size[0] * factor)), _even(round(size[1] * factor))


def _even(number: int) -> int:
    return max(2, number + number % 2)


def full_view_mode(modes: Sequence[dict[str, Any]], size: Size) -> dict[str, Any] | None:
    """The smallest sensor mode that shows all that the sensor sees and is no smaller than `size`.

    Left alone, picamera2 takes the mode nearest to the main stream's size: on several sensors a small one is
    a cut-out of the middle. `modes` as in Picamera2.sensor_modes; None when there is none.
    """

    def view(mode: dict[str, Any]) -> int:
        _, _, width, height = mode["crop_limits"]
        return int(width) * int(height)

    def area(mode: dict[str, Any]) -> int:
        return int(mode["size"][0]) * int(mode["size"][1])

    if not modes:
        return None
    widest = max(view(mode) for mode in modes)
    full = [mode for mode in modes if view(mode) >= 0.98 * widest]  # modes differ by a few pixels at the edges
    enough = [mode for mode in full if mode["size"][0] >= size[0] and mode["size"][1] >= size[1]]
    return min(enough, key=area) if enough else max(full, key=area)


def to_monotonic_ns(sensor_timestamp_ns: int) -> int:
    """A SensorTimestamp as time of the monotonic clock.

    libcamera defines it by CLOCK_BOOTTIME, while V4L2 drivers, the Pi's among them, stamp by CLOCK_MONOTONIC.
    The two differ by the time spent suspended (none on a Pi). The clock by which the frame is younger and not
    of the future is the right one; a timestamp that fits neither is replaced by now.
    """
    now = time.monotonic_ns()
    ages = (now - sensor_timestamp_ns, time.clock_gettime_ns(time.CLOCK_BOOTTIME) - sensor_timestamp_ns)
    possible = [age for age in ages if 0 <= age <= MAX_FRAME_AGE_S * 1e9]
    return now - min(possible, default=0)
