"""Whether a camera repeats frames: the same one again and again, or the same few in a loop.

A sensor has noise: of two of its frames no two are alike. So a frame that has been there before, bit by bit, is no
new one. (`sources/capture/freshness` brings a camera back that has frozen for longer; this tells of it before.)
"""

import zlib
from collections import OrderedDict

from edgeclassify.scene.statistics import FrameStatistics

REMEMBERED = 100
"""Frames that are remembered: the longest loop that is found."""


class Repetition:
    """The frames of one camera, by their digests."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, None] = OrderedDict()

    def found(self, statistics: FrameStatistics) -> bool | None:
        """True where this frame has been there before; None for one of a single value, which says nothing."""
        medium = statistics.medium
        if int(medium.min()) == int(medium.max()):
            return None
        digest = zlib.crc32(medium.tobytes())
        known = digest in self._seen
        self._seen[digest] = None
        self._seen.move_to_end(digest)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return known
