"""A picture's texture, window by window, and how much of it is new against the picture of a moment ago."""

import math
from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.scene.statistics import FrameStatistics

CELL = 4
"""Pixels of the small luma along a cell's side. A window is two by two cells; the next begins a cell on."""
SMOOTH = 9
"""Pixels of the small luma over which is averaged what counts as smooth."""
LEAST_NOISE = 0.35
"""Variance in levels that any camera's small luma may have."""
TEXTURED = 4.0
"""A window has texture where its energy is so many times its noise."""
LEAST_GAIN, MOST_GAIN = 0.6, 1.6
"""In another light a window's contrast changes between so many times as much as that of most windows."""
_DARKNESS = 0.03
"""Brightness (0-1) that even a black picture has: the ratio of two is not to be infinite."""
_ENOUGH = 10
"""Windows with texture that tell how contrast has changed; with fewer, brightness does."""

Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """A picture in little.

    `luma`: the small one, levels, (height, width); `texture`: the same without what is smooth in it. `levels`: the
    mean of each window. `brightness`: of the whole, 0-1.
    """

    luma: Map
    texture: Map
    levels: Map
    brightness: float

    def followed(self, now: "Glance", share: float, share_of_levels: float) -> "Glance":
        """A mean of this one and a newer one, which counts for such shares, 0-1."""
        texture = np.asarray(cv2.addWeighted(now.texture, share, self.texture, 1 - share, 0), np.float32)
        levels = self.levels + np.float32(share_of_levels) * (now.levels - self.levels)
        return Glance(now.luma, texture, levels, self.brightness + share * (now.brightness - self.brightness))


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A picture against an earlier one, by window.

    `energy_now`, `energy`: variance of its texture, and of that one's; `shared`: their covariance. `new`: what no
    likely change of the light explains, as variance of one picture. `lit`: levels by which it is brighter.
    """

    energy_now: Map
    shared: Map
    energy: Map
    new: Map
    lit: Map

    @property
    def alike(self) -> Map:
        """The squared correlation of the two, 0-1."""
        alike: Map = self.shared * self.shared / (self.energy_now + LEAST_NOISE) / (self.energy + LEAST_NOISE)
        return alike

    @property
    def foreign(self) -> Map:
        """What no factor explains, however large, as variance of one picture."""
        factor = self.shared / (self.energy + LEAST_NOISE)
        foreign: Map = (self.energy_now - factor * self.shared) / (1 + factor * factor)
        return foreign


def glance(statistics: FrameStatistics) -> Glance:
    """The picture that these are of."""
    small = statistics.small
    luma = small.astype(np.float32)
    smooth = cv2.boxFilter(small, cv2.CV_32F, (SMOOTH, SMOOTH))  # sums of whole numbers take less time
    return Glance(luma, luma - smooth, by_window(luma), statistics.mean)


def grid_of(shape: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of cells of a small luma; there are one fewer of windows."""
    return max(2, round(shape[0] / CELL)), max(2, round(shape[1] / CELL))


@cache
def _shares(pixels: int) -> Map:
    """How much each pixel of a row or column counts for in each window, (windows, pixels)."""
    cells = max(2, round(pixels / CELL))
    edges, at = np.linspace(0, pixels, cells + 1), np.arange(pixels)
    inside = np.minimum(edges[1:, np.newaxis], at + 1) - np.maximum(edges[:-1, np.newaxis], at)
    cell = np.maximum(inside, 0) * cells / pixels
    return np.asarray((cell[1:] + cell[:-1]) / 2, np.float32)


def by_window(maps: Map) -> Map:
    """The mean of each map in each window. `maps`: (..., height, width); returns (..., rows, columns)."""
    *several, height, width = maps.shape
    rows, columns = _shares(height), _shares(width)
    # Down first, then all maps across at once: one large product takes less time than some small ones.
    along: Map = rows @ maps
    means: Map = along.reshape(-1, width) @ columns.T
    return means.reshape(*several, len(rows), len(columns))


def compare(now: Glance, before: Glance, noise: Map) -> Comparison:
    """`noise`: variance that each window has by itself."""
    products = np.empty((3, *now.texture.shape), np.float32)
    np.multiply(now.texture, now.texture, products[0])
    np.multiply(now.texture, before.texture, products[1])
    np.multiply(before.texture, before.texture, products[2])
    energy_now, shared, energy = by_window(products)
    factor = shared / (energy + LEAST_NOISE)
    usual = _usual_factor(now, before, factor[energy > TEXTURED * noise])
    likely = np.minimum(np.maximum(factor, LEAST_GAIN * usual), MOST_GAIN * usual)
    new = (energy_now + likely * (likely * energy - 2 * shared)) / (1 + likely * likely)
    return Comparison(energy_now, shared, energy, new, now.levels - before.levels)


def _usual_factor(now: Glance, before: Glance, factors: Map) -> float:
    """How contrast has changed in most windows, within what the change of brightness allows."""
    ratio = (now.brightness + _DARKNESS) / (before.brightness + _DARKNESS)
    if factors.size < _ENOUGH:
        return ratio
    middle = factors.size // 2
    return min(max(float(np.partition(factors, middle)[middle]), ratio / 3), ratio * 3)


def share(seconds: float, time_constant_s: float) -> float:
    """How much the newest of a row counts for in a mean that forgets."""
    return 1 - math.exp(-seconds / time_constant_s)
