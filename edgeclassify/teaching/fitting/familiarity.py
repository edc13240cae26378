"""What is like nothing that was taught: how like a picture is to its nearest examples."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.taught.head_parameters import Familiarity, Floats

Indices = NDArray[np.intp]
_KEPT_DEVIATIONS = 1.645
"""So many deviations below the mean are 5 % of what is normally distributed."""
_SURE_AT = 3.0
"""The logit of q at the mean likeness of what was taught."""
_USUAL_MEAN, _USUAL_DEVIATION, _USUAL_WEIGHT = 0.5, 0.15, 2.0


def familiarity_of(
    prototypes: Floats, groups: Indices, is_judged: NDArray[np.bool_]
) -> tuple[Familiarity, Floats]:
    """The familiarity of examples (centred, of length 1), and the likeness of each to those of other moments."""
    cosines = prototypes @ prototypes.T
    cosines[groups[:, None] == groups] = -1
    likeness = cosines.max(axis=1)
    known = likeness[is_judged]
    count = len(known) + _USUAL_WEIGHT
    mean = (known.sum() + _USUAL_WEIGHT * _USUAL_MEAN) / count
    square = ((known - mean) ** 2).sum() + _USUAL_WEIGHT * _USUAL_DEVIATION**2
    below = _KEPT_DEVIATIONS * float(np.sqrt(square / count))
    return Familiarity(prototypes, 1, float(mean) - below, _SURE_AT / below), likeness
