"""What stands before a camera's background: pixels of the small luma that differ from what was there for long."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.scene.motion.detector import Motion

LEAST_LEVELS = 10.0
"""A pixel must differ from the background by so many levels,"""
DEVIATIONS = 4.0
"""and by so many standard deviations of its noise."""
FOLLOWS_S = 5.0
"""Time constant with which the background follows where nothing stands before it,"""
ABSORBS_S = 60.0
"""and where something does: what stays for a minute or two belongs to it."""
LONE = 0.4
"""Share of its neighbourhood (3 by 3) that must differ too, or a pixel is noise."""

Mask = NDArray[np.bool_]


class Foreground:
    """Of one camera: its frames in their order, by one thread."""

    def __init__(self) -> None:
        self._background: NDArray[np.float32] | None = None
        self._at_ns = 0

    def examine(self, motion: Motion, at_ns: int) -> Mask:
        """The pixels of one frame's small luma, (height, width), that belong to no background."""
        luma, background = motion.luma, self._background
        seconds, self._at_ns = (at_ns - self._at_ns) / 1e9, at_ns
        if background is None or background.shape != luma.shape or seconds < 0 or motion.light_changed:
            self._background = luma.copy()
            return np.zeros(luma.shape, np.bool_)
        off = luma - background
        off -= float(off.mean())
        differs = np.abs(off) > max(LEAST_LEVELS, DEVIATIONS * math.sqrt(motion.noise))
        mask: Mask = cv2.blur(differs.astype(np.float32), (3, 3)) > LONE
        follows, absorbs = (np.float32(1 - math.exp(-seconds / time_s)) for time_s in (FOLLOWS_S, ABSORBS_S))
        self._background = background + np.where(mask, absorbs, follows) * (luma - background)
        return mask
