"""What has changed in a picture full of noise: the last second or two against the last ten.

Noise is another in each frame: in means over time little is left of it, and less in means over a part of the
picture.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.scene.motion.noise_floor import NoiseFloor
from edgeclassify.scene.motion.texture import Glance, compare, share

NOISY = 3.0
"""Variance in levels of the small luma from which on that is worth its time."""
NOW_S = 1.0
"""Time constant of the mean that stands for now,"""
BEFORE_S = 8.0
"""and of the one that it is compared with."""
POOLED = 2
"""Windows along one side that are judged as one."""
TIMES = math.log(1.5)
"""What is new must be so many times as much as usual: means vary little."""
SPREADS = 7.0
"""And so many mean deviations of its logarithm more than usual."""
FIRST_FRAMES = 3
"""So many are no mean yet."""

Mask = NDArray[np.bool_]


class PatientComparison:
    """Of one camera, in whose picture there is much noise; used by one thread."""

    def __init__(self, now: Glance) -> None:
        self._noise: NoiseFloor | None = None
        self.begin(now)

    def begin(self, now: Glance) -> None:
        """In another light: with it the picture begins anew. What noise there is by itself it knows."""
        self._now = self._before = now
        self._frames = 1

    def find(self, now: Glance, seconds: float) -> Mask:
        """One frame later, the windows that show something else. Told once: then it belongs to what was before."""
        self._frames += 1
        self._now = self._follow(self._now, now, seconds, NOW_S)
        if self._frames <= FIRST_FRAMES:
            self._before = self._now
            return np.zeros(now.levels.shape, np.bool_)
        noise = self._noise
        level = np.ones_like(now.levels) if noise is None else noise.level
        new = np.asarray(cv2.blur(compare(self._now, self._before, level).new, (POOLED, POOLED)), np.float32)
        if noise is None:
            noise = self._noise = NoiseFloor(new, times=TIMES, spreads=SPREADS)
        found: Mask = noise.excess(new) > 0
        noise.learn(new, seconds)
        if found.any():
            self.begin(self._now)
        else:
            self._before = self._follow(self._before, self._now, seconds, BEFORE_S)
        return found

    def _follow(self, mean: Glance, newest: Glance, seconds: float, time_constant_s: float) -> Glance:
        """The first ones count alike: of noise in the very first one nothing is to stay."""
        part = max(share(seconds, time_constant_s), 1 / self._frames)
        return mean.followed(newest, part, part)
