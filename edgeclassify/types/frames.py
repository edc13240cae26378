"""Frames: pixels with their size, order and time, and the region of them that is looked at."""

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass

Pixels = NDArray[np.uint8]
"""uint8 pixels; the shape is the frame's (see PixelFormat)."""


class PixelFormat(StrEnum):
    """Order of the channels in memory (libcamera's "RGB888" is B, G, R in memory: here it is `BGR`)."""

    BGR = "bgr"  # (height, width, 3)
    RGB = "rgb"  # (height, width, 3)
    GRAY = "gray"  # (height, width)
    YUV420 = "yuv420"  # I420: (height * 3 / 2, stride): Y rows, then the U plane, then the V plane, packed
    NV12 = "nv12"  # (height * 3 / 2, stride): Y rows, then rows of interleaved U, V


@dataclass(frozen=True, slots=True)
class Roi:
    """Region of interest as fractions of the frame: left edge, top edge, width, height, each in 0-1."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def within(self, outer: "Roi") -> "Roi":
        """The same place as fractions of `outer`, which holds it."""
        return Roi(
            max(0.0, (self.x - outer.x) / outer.width),
            max(0.0, (self.y - outer.y) / outer.height),
            min(1.0, self.width / outer.width),
            min(1.0, self.height / outer.height),
        )

    def turned_back(self, rotation: int) -> "Roi":
        """Of a region in a frame that was turned clockwise by 90 or 270 degrees, the same before that turn."""
        if rotation == 90:
            return Roi(self.y, max(0.0, 1 - self.x - self.width), self.height, self.width)
        if rotation == 270:
            return Roi(max(0.0, 1 - self.y - self.height), self.x, self.height, self.width)
        return self


FULL_FRAME = Roi()


def enclosing(regions: Sequence[Roi]) -> Roi:
    """The smallest region that holds all of these; the full frame where there is none."""
    if not regions:
        return FULL_FRAME
    left, top = min(roi.x for roi in regions), min(roi.y for roi in regions)
    right, bottom = max(roi.x + roi.width for roi in regions), max(roi.y + roi.height for roi in regions)
    return Roi(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What a camera shows at one moment, as pixels. The pixels belong to the frame: nobody writes into them again.

    `width` and `height` are its size in pixels; a YUV row may be longer (stride >= width).
    The pixels may be a camera's own buffer, lent until nobody holds the frame or a part of its pixels any more:
    keep a frame no longer than it is needed, and where it is `lent` copy what must last.
    """

    pixels: Pixels
    pixel_format: PixelFormat
    width: int
    height: int
    camera: str
    sequence: int
    captured_at_ns: int
    captured_at: float
    origin: str | None = None
    """Where it came from (file path or URL), None for cameras."""
    main: "Callable[[], Frame] | None" = None
    """The same moment in the size for people, where the camera has one; made when it is asked for."""
    scene_ns: int | None = None
    """When this was to be seen, on the time line of the file that it comes from (a film's position, the time of a
    photo): decisions count by it. It may jump, backwards too. None: at `captured_at_ns`."""
    comes_again: bool = False
    """True: it is given again until somebody looks at it (a watched folder), so that no interval may pass it over
    for good."""
    lent: bool = False
    """True where the pixels, and those of `main`, are a camera's own buffers."""

    @property
    def pace_ns(self) -> int:
        """What a view's interval counts by: the scene's time, the capture's where every image counts."""
        return self.captured_at_ns if self.scene_ns is None or self.comes_again else self.scene_ns

    @property
    def shown(self) -> "Frame":
        """The frame for people: `main`, or where there is none this one."""
        return self if self.main is None else self.main()


class Outcome(StrEnum):
    """What became of a frame."""

    SEEN = "seen"  # classified for a view that is switched on
    UNSEEN = "unseen"  # nobody looked
    FAILED = "failed"  # a view that is switched on wanted it, and nothing could be made of it
