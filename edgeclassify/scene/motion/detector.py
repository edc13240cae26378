"""Where something moves, frame by frame."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.scene.motion.light import Light, judge_light
from edgeclassify.scene.motion.noise_floor import NoiseFloor
from edgeclassify.scene.motion.patient import NOISY, PatientComparison
from edgeclassify.scene.motion.texture import TEXTURED, Comparison, Glance, Map, compare, glance, share
from edgeclassify.scene.statistics import FrameStatistics
from edgeclassify.types import Roi

MEMORY_S = 2.0
"""Time constant with which the picture of a moment ago follows: what has come to rest is part of it soon."""
LEVELS_MEMORY_S = 0.3
"""The same of its light: a lamp is quick, clouds take seconds."""
CLEAR = 0.7
"""Excess (logarithm) at which one frame is enough; what exceeds noise by less must be there in two frames."""
SLACK = 0.5
"""In the other one of the two it may fall short of exceeding noise by so much."""
SAME_TEXTURE = 0.7
"""Squared correlation from which on a window's texture is the same in another light: it has not moved."""
LIGHT_S = 1.0
"""Seconds after a change of the light in which it still counts as changed."""

Mask = NDArray[np.bool_]
_FAR_BELOW = np.float32(-100.0)
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """What moved in a frame. `windows`: (rows, columns), True where something moved in that window.

    Window (i, j) is the cells i, i + 1 by j, j + 1 of a grid with one row and one column more.
    `light_changed`: True where the light is another than a second ago. `luma`: the frame's small luma, levels;
    `noise`: variance that a pixel of it has by itself. `late`: windows in which something must have moved in the
    last seconds, which no single frame shows for its noise; None: there is not so much noise.
    """

    windows: Mask
    light_changed: bool
    luma: Map
    noise: float
    late: Mask | None = None

    def is_in(self, region: Roi) -> bool:
        """True where something moved in a window that the region touches."""
        rows, columns = (side + 1 for side in self.windows.shape)
        top, bottom = _touched(region.y, region.height, rows)
        left, right = _touched(region.x, region.width, columns)
        where = slice(top, bottom), slice(left, right)
        return bool(self.windows[where].any() or (self.late is not None and self.late[where].any()))


def _touched(begin: float, length: float, cells: int) -> tuple[int, int]:
    """The windows along one side that a stretch of it touches, from and until."""
    first, last = math.floor(begin * cells + 1e-6), math.ceil((begin + length) * cells - 1e-6)
    return max(0, first - 1), last


class MotionDetector:
    """Of one camera: its frames in their order, by one thread."""

    def __init__(self) -> None:
        self._before: Glance | None = None
        self._noise: NoiseFloor | None = None
        self._patient: PatientComparison | None = None
        self._at_ns = 0
        self._lit_ns: int | None = None
        self._excess: Map | None = None
        """Of the frame before."""

    def examine(self, statistics: FrameStatistics, at_ns: int) -> Motion:
        """One frame, taken at `at_ns`. In the first one, and where time goes back, everything has moved."""
        now, before = glance(statistics), self._before
        seconds, self._at_ns = (at_ns - self._at_ns) / 1e9, at_ns
        if before is None or seconds < 0 or before.texture.shape != now.texture.shape:
            return self._begin(now)
        noise = self._noise
        comparison = compare(now, before, np.full_like(now.levels, 1.0) if noise is None else noise.level)
        if noise is None:
            noise = self._noise = NoiseFloor(comparison.new)
        excess = noise.excess(comparison.new)
        light = judge_light(comparison, now, noise.level, excess)
        # Nothing moves in most frames: what tells motion from light is computed where it is asked.
        if in_question := float(excess.max()) > -SLACK:
            excess = np.where(_only_lit(comparison, noise), _FAR_BELOW, excess)
        moved = self._moved(excess, light, in_question)
        if light is Light.SAME:
            noise.learn(comparison.new, seconds)
            self._before = before.followed(now, share(seconds, MEMORY_S), share(seconds, LEVELS_MEMORY_S))
        else:
            self._before, self._lit_ns = now, at_ns
        return self._motion(now, moved, self._late(now, noise, light, seconds))

    def _late(self, now: Glance, noise: NoiseFloor, light: Light, seconds: float) -> Mask | None:
        """What is found in the end, where there is much noise."""
        patient = self._patient
        if noise.mean < NOISY:
            self._patient = None
        elif patient is None:
            self._patient = PatientComparison(now)
        elif light is Light.SAME:
            return patient.find(now, seconds)
        else:
            patient.begin(now)
        return None

    def _begin(self, now: Glance) -> Motion:
        self._before, self._noise, self._patient, self._excess, self._lit_ns = now, None, None, None, None
        return self._motion(now, np.ones(now.levels.shape, np.bool_))

    def _moved(self, excess: Map, light: Light, in_question: bool) -> Mask:
        """The windows in which something moved. Not `in_question`: none falls short of it by SLACK or less."""
        earlier, self._excess = self._excess, None if light is Light.OTHER else excess
        if light is Light.OTHER or not in_question:
            return np.zeros(excess.shape, np.bool_)
        moved: Mask = excess > CLEAR
        if earlier is not None:
            near = np.asarray(cv2.dilate(earlier, _NEIGHBOURS), np.float32)
            moved |= (np.minimum(excess, near) > -SLACK) & (np.maximum(excess, near) > 0)
        return moved

    def _motion(self, now: Glance, moved: Mask, late: Mask | None = None) -> Motion:
        lit = self._lit_ns is not None and self._at_ns - self._lit_ns <= LIGHT_S * 1e9
        noise = 1.0 if self._noise is None else self._noise.mean
        return Motion(moved, lit, now.luma, noise, late)


def _only_lit(comparison: Comparison, noise: NoiseFloor) -> Mask:
    """Windows that show what they did, in a light of their own: below a lamp, in a shadow."""
    textured = comparison.energy > TEXTURED * noise.level
    return textured & (comparison.alike > SAME_TEXTURE) & (noise.excess(comparison.foreign) < 0)
