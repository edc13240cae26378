"""Whether a picture differs from the one a moment ago by its light: a lamp, an infrared filter, the exposure."""

from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from edgeclassify.scene.motion.texture import TEXTURED, Comparison, Glance, Map

Mask = NDArray[np.bool_]

LEVELS_LIT = 12.0
"""A window that is by so many levels brighter or darker is in another light, or shows something else."""
SHARE_LIT = 0.3
"""So much of the picture must be, for the light to have changed."""
SAME = 0.5
"""Squared correlation from which on a window still shows what it did."""
SHARE_SAME = 0.5
"""So many of those with texture must, for it to be the light."""
EVEN = 0.95
"""Where so many keep even their contrast, as against each other, it is a mere matter of exposure."""
LARGEST, DENSE = 0.25, 0.5
"""So it is where what is new lies together: in so much of the picture at most, and so much of its own bounds."""
_ENOUGH = 8
"""Windows with texture that tell whether it is still there."""
_DARK, _BRIGHT = 12, 242
"""Levels at which texture drowns."""


class Light(Enum):
    """What the light has done."""

    SAME = auto()
    EXPOSED = auto()  # brighter or darker as a whole: what is new in the picture is there all the same
    OTHER = auto()  # it falls from elsewhere: shadows and edges are new everywhere


def judge_light(comparison: Comparison, now: Glance, noise: Map, excess: Map) -> Light:
    """`noise`: the usual variance of each window; `excess`: how far what is new in it exceeds that; 0: it may."""
    lit = np.abs(comparison.lit) > LEVELS_LIT
    if np.count_nonzero(lit) < SHARE_LIT * lit.size:
        return Light.SAME
    drowned = (now.levels > _BRIGHT) | (now.levels < _DARK)
    telling = (comparison.energy > TEXTURED * noise) & lit & ~drowned
    count = int(np.count_nonzero(telling))
    if count < _ENOUGH:
        blinded = np.count_nonzero(drowned & lit) >= SHARE_LIT * lit.size
        return Light.OTHER if blinded else Light.SAME
    if np.count_nonzero(telling & (comparison.alike > SAME)) < SHARE_SAME * count:
        return Light.SAME
    even = np.count_nonzero(telling & (excess < 0)) >= EVEN * count
    return Light.EXPOSED if even or _lies_together(excess >= 0) else Light.OTHER


def _lies_together(new: Mask) -> bool:
    """True where it may be one thing, and not edges of shadows all over the picture."""
    rows, columns = np.flatnonzero(new.any(axis=1)), np.flatnonzero(new.any(axis=0))
    bounds = int((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)) if rows.size else 0
    count = int(np.count_nonzero(new))
    return count <= LARGEST * new.size and count >= DENSE * bounds
