"""How like a picture is to what was taught, and from where on it is like nothing of it.

Likeness is the cosine with the nearest examples of one class, in a space where the directions in which pictures of
one class differ count for little (Mahalanobis). It tells strangers from what was taught better than the chance of
the best class, the energy, or the distance from the class's middle do: python -m tests.bench.rejection.
"""

import math

import numpy as np

from edgeclassify.model.taught.head_parameters import NONE_THERE, Familiarity, Floats, top_mean
from edgeclassify.teaching.fitting.leaving_out import Parts
from edgeclassify.teaching.fitting.material import Indices, Material
from edgeclassify.teaching.fitting.spread import Spread

NEIGHBOURS = 3
KEPT = 0.95
"""Share of what was taught that is not to be unknown."""
_KEPT_DEVIATIONS = 1.645
"""So many deviations below the mean are 5 % of what is normally distributed."""
_FEW = 20
"""So many examples say as much of the lowest by themselves as by their mean and deviation."""
_SURE = 3.0
"""The logit of q at the mean likeness of what was taught: 95 %."""
_USUAL_MEAN, _USUAL_DEVIATION, _USUAL_WEIGHT = 0.1, 0.15, 2.0
"""Of likeness, where nothing else is known, as if from so many examples."""
_LEAST_DEVIATION = 0.01
_TINY = 1e-9


def familiarity_of(material: Material, parts: Parts) -> tuple[Familiarity, Floats]:
    """The familiarity of a lesson, and the likeness of its examples when their parts are left out.

    Likeness: (examples,), to the most likely class; NaN where an example is never left out. What copies of a
    picture are like counts for the threshold as well, as far as they are prototypes: who teaches how it looks in
    the evening wants it to be known then.
    """
    spread = Spread(material, parts)
    judged = np.union1d(material.first, material.prototypes)
    likeness = _left_out(material, parts, spread, judged)
    is_known = (material.classes[judged] < len(material.labels)) & (likeness > NONE_THERE)
    threshold, mean = _threshold(likeness[is_known], _weights(material, judged)[is_known])
    own = material.rows[material.prototypes]
    damping = spread.damping(None)
    damped = own - (own @ spread.directions.T) @ damping @ spread.directions
    lengths = np.sqrt(np.maximum(np.einsum("pd,pd->p", own, damped), _TINY))
    familiarity = Familiarity(
        origin=material.origin,
        spread=np.asarray(_root(damping) @ spread.directions @ material.basis, np.float32),
        prototypes=(damped / lengths[:, None]) @ material.basis,
        classes=material.classes[material.prototypes],
        neighbours=NEIGHBOURS,
        threshold=threshold,
        steepness=_SURE / max(mean - threshold, _LEAST_DEVIATION),
    )
    return familiarity, likeness[np.searchsorted(judged, material.first)]


def _left_out(material: Material, parts: Parts, spread: Spread, judged: Indices) -> Floats:
    """The likeness of rows without their parts. `judged`: which rows, the prototypes among them."""
    rows, classes = material.rows[judged], material.classes[judged]
    part_of_row, is_prototype = parts.of_example[material.owners[judged]], np.isin(judged, material.prototypes)
    along, found = rows @ spread.directions.T, np.full(len(rows), np.nan, np.float32)
    for part in range(parts.count):
        mine, others = np.flatnonzero(part_of_row == part), np.flatnonzero(is_prototype & (part_of_row != part))
        damped = along @ spread.damping(part)
        squares = material.squares[judged] - np.einsum("nd,nd->n", damped, along)
        lengths = np.sqrt(np.maximum(squares, _TINY))
        cosines = rows[mine] @ rows[others].T - damped[mine] @ along[others].T
        cosines /= lengths[mine][:, None] * lengths[others]
        for label in range(len(material.labels)):
            of_class = top_mean(cosines[:, classes[others] == label], NEIGHBOURS)
            found[mine] = np.fmax(found[mine], of_class)
    return found


def _weights(material: Material, judged: Indices) -> Floats:
    """How much each of the rows says of the threshold; those of all pictures and copies add up to the pictures.

    Copies that are all prototypes have half of the weight; of those that are not nothing is known.
    """
    is_first = np.isin(judged, material.first)
    copies, all_copies = int(np.count_nonzero(~is_first)), len(material.rows) - len(material.first)
    share = 0.5 * copies / all_copies if all_copies else 0.0
    of_copy = share * len(material.first) / copies if copies else 0.0
    return np.where(is_first, 1 - share, of_copy).astype(np.float32)


def _root(damping: Floats) -> Floats:
    """The matrix r with r.T @ r = damping."""
    values, vectors = np.linalg.eigh(damping)
    return np.asarray(np.sqrt(np.clip(values, 0, 1))[:, None] * vectors.T, np.float32)


def _threshold(known: Floats, weights: Floats) -> tuple[float, float]:
    """The likeness below which 5 % of what was taught are, and the mean. `known`: of what was left out.

    Of few examples by what their mean and deviation say, of many by where the lowest of them are.
    """
    count = float(weights.sum())
    mean = float(weights @ known) / count if count else _USUAL_MEAN
    squares = float(weights @ (known - mean) ** 2) + _USUAL_WEIGHT * _USUAL_DEVIATION**2
    deviation = math.sqrt(squares / (count + _USUAL_WEIGHT))
    by_moments = mean - _KEPT_DEVIATIONS * deviation
    if not count:
        return by_moments, mean
    share = count / (count + _FEW)
    return share * weighted_quantile(known, weights, 1 - KEPT) + (1 - share) * by_moments, mean


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """The value below which a share of the weight is, as numpy.quantile where all weigh alike."""
    order = values.argsort()
    weights = weights[order]
    below = weights.cumsum() - weights
    return float(np.interp(share * below[-1], below, values[order]))
