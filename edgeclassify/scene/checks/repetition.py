"""Whether a camera repeats frames: the same one again and again, or the same few in a loop.

A sensor has noise: of its frames no two are alike. So a frame that has been there before, with the same sums of
all its rows and columns, is no new one. (`sources/capture/freshness` brings a camera back that has frozen for
longer; this tells of it before.)
"""

import zlib
from collections import OrderedDict

import cv2

from edgeclassify.scene.statistics import FrameStatistics
from edgeclassify.types import Pixels

REMEMBERED = 100
"""Frames that are remembered: the longest loop that is found."""


class Repetition:
    """The frames of one camera, by their digests."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, None] = OrderedDict()

    def found(self, statistics: FrameStatistics) -> bool | None:
        """True where this frame has been there before; None for one of a single value, which says nothing."""
        if _is_even(statistics):
            return None
        digest = _digest(statistics.medium)
        known = digest in self._seen
        self._seen[digest] = None
        self._seen.move_to_end(digest)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return known


def _is_even(statistics: FrameStatistics) -> bool:
    """True where all pixels have one value."""
    return not statistics.spread and int(statistics.medium.min()) == int(statistics.medium.max())


def _digest(pixels: Pixels) -> int:
    """Of the sums of its columns and rows: a quarter of the time that a checksum of all pixels takes."""
    columns = cv2.reduce(pixels, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    rows = cv2.reduce(pixels, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    return zlib.crc32(rows, zlib.crc32(columns))
