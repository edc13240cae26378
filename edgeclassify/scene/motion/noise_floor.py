"""How much seems new in each window though nothing moves: noise, rain, leaves in the wind. Learned as it goes.

In logarithms, since noise comes in factors; by steps of limited size, so that what moves for some seconds counts
for little, and what goes on counts in the end.
"""

import math

import cv2
import numpy as np

from edgeclassify.scene.motion.texture import LEAST_NOISE, Map, share

LEARNING_S = 10.0
"""Time constant with which a window learns."""
FIRST_FRAMES = 10
"""From so many it learns as a mean of them all."""
TIMES = math.log(4.0)
"""What is new must be at least four times as much as usual."""
SPREADS = 10.0
"""And so many mean deviations of its logarithm more than usual: rain and leaves deviate much."""
_FIRST_SPREAD = 0.3
_LARGEST_STEP, _LARGEST_SPREAD_STEP = 1.0, 0.5


class NoiseFloor:
    """Of all windows of one camera; used by one thread. `first`: how much seems new in its second frame.

    `times`: logarithm of how many times the usual what is new must be; `spreads`: how many mean deviations more.
    """

    def __init__(self, first: Map, *, times: float = TIMES, spreads: float = SPREADS) -> None:
        self._times, self._spreads = times, spreads
        logs = _log(first)
        # Something may move in that frame, in some windows.
        self._usual = np.full_like(logs, np.median(logs))
        self._spread = np.full_like(logs, _FIRST_SPREAD)
        self._frames = 1
        self.level = np.exp(self._usual)
        """The usual variance of each window."""
        self.mean = _mean(self.level)
        """Of all windows."""

    def excess(self, new: Map) -> Map:
        """How far each window is above what may be noise, as a logarithm; above 0: it is more than noise."""
        above: Map = _log(new) - self._usual - np.maximum(self._times, self._spreads * self._spread)
        return above

    def learn(self, new: Map, seconds: float) -> None:
        """One more frame, so long after the one before."""
        self._frames += 1
        part = share(seconds, LEARNING_S)
        if self._frames <= FIRST_FRAMES:
            part = max(part, 1 / self._frames)
        off = _log(new) - self._usual
        self._usual += part * _limited(off, _LARGEST_STEP)
        self._spread += part * _limited(np.abs(off) - self._spread, _LARGEST_SPREAD_STEP)
        self.level = np.exp(self._usual)
        self.mean = _mean(self.level)


def _log(variance: Map) -> Map:
    logs: Map = np.log(np.maximum(variance, LEAST_NOISE))
    return logs


def _mean(level: Map) -> float:
    return float(cv2.mean(level)[0])


def _limited(steps: Map, largest: float) -> Map:
    return np.minimum(np.maximum(steps, -largest), largest)
