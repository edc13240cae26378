"""Whether an image shows what one before it showed, by the texture and light that the motion gate goes by.

Images of an archive are seconds or hours apart, so there is no picture of a moment ago: each is held against
those that were classified before it in its batch. So what is found still is alike one of these, however slowly
things have changed since, and the classifier would say of it what it said of that one.
"""

import numpy as np

from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.scene.motion.light import Light, judge_light
from edgeclassify.scene.motion.texture import LEAST_NOISE, Glance, Map, compare, glance
from edgeclassify.scene.statistics import measure

KEPT = 4
"""Images that the next one is held against: an empty place comes back after a visit, and by night and by day."""
TIMES_NOISE = 12.0
"""What is new in a window must be less than so many times the variance that most windows have by themselves."""
MOST_NOISE = 4.0
"""Variance in levels that counts as noise at most: where more is new in most windows, it is another picture."""
MOST_LIT = 20.0
"""Levels by which a window may be brighter or darker than another exposure of the whole explains."""


class Stillness:
    """Of one batch: begin each with a new one, so that what it says does not depend on how batches are spread."""

    def __init__(self) -> None:
        self._kept: list[Glance] = []
        """Those that were not still, the last one at the end."""

    def is_still(self, image: ReadImage) -> bool:
        """True where it shows what an image before it showed that was not still; of a batch's first never.

        Ask of each image of the batch once, in its order. One that could not be read is not still.
        """
        if image.frame is None:
            return False
        now = glance(measure(image.frame))
        if any(_shows_the_same(now, one) for one in reversed(self._kept)):
            return True
        self._kept = [*self._kept[1 - KEPT :], now]
        return False


def _shows_the_same(now: Glance, before: Glance) -> bool:
    if now.texture.shape != before.texture.shape:
        return False
    comparison = compare(now, before, np.full_like(now.levels, LEAST_NOISE))
    new = np.maximum(comparison.new, LEAST_NOISE)
    noise = float(np.median(new))
    if noise > MOST_NOISE or float(new.max()) > TIMES_NOISE * noise:
        return False
    if float(_oddly_lit(now.levels, before.levels)) > MOST_LIT:
        return False
    level = np.full_like(new, noise)
    return judge_light(comparison, now, level, np.log(new / (TIMES_NOISE * noise))) is not Light.OTHER


def _oddly_lit(now: Map, before: Map) -> float:
    """The most that a window's level is off the straight line that most of them lie on."""
    off_before = before - float(before.mean())
    slope = float((off_before * now).sum()) / max(float((off_before * off_before).sum()), 1.0)
    off = now - slope * before
    return float(np.abs(off - float(np.median(off))).max())
