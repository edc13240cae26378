"""How like a picture is to what was taught, and from where on it is like nothing of it.

Likeness is the cosine with the nearest examples of one class, or copies of them, in a space where the directions
in which pictures of one class differ count for little (Mahalanobis). It tells strangers from what was taught
better than the chance of the best class, the energy, or the distance from the class's middle do: python -m
tests.bench.rejection.
"""

import math

import numpy as np

from edgeclassify.model.taught.head_parameters import NONE_THERE, Familiarity, Floats, top_mean
from edgeclassify.teaching.fitting.leaving_out import Parts
from edgeclassify.teaching.fitting.material import Material
from edgeclassify.teaching.fitting.space import Spaces

NEIGHBOURS = 3
_LOST = 0.05, 1.645
"""Share of what was taught that may be unknown; so many deviations below the mean it is, of what is normal."""
_LOST_BESIDE_REST = 0.025, 1.96
"""The same where pictures of none of the classes were taught, which tell what is unknown as well."""
_FEW = 20
"""So many examples say as much of the lowest by themselves as by their mean and deviation."""
_SURE = 3.0
"""The logit of q at the mean likeness of what was taught: 95 %."""
_USUAL_MEAN, _USUAL_DEVIATION, _USUAL_WEIGHT = 0.1, 0.15, 2.0
"""Of likeness, where nothing else is known, as if from so many examples."""
_LEAST_DEVIATION = 0.01
_OF_COPIES = 0.5
"""What changed copies look like is to be known as well as examples are: python -m tests.bench.gate_scenes."""


def familiarity_of(material: Material, parts: Parts) -> tuple[Familiarity, Floats]:
    """The familiarity of a lesson, and the likeness of its examples when their parts are left out.

    Likeness: (examples,), to the most likely class; NaN where an example is never left out.
    """
    spaces = Spaces(material, parts)
    likeness = _left_out(material, parts, spaces)
    is_known = (material.classes < len(material.labels)) & (likeness > NONE_THERE)
    threshold, mean = threshold_of(likeness[is_known], _shares(material)[is_known], material.has_rest)
    space, prototypes = spaces.whole(), material.prototypes
    own = space.along[prototypes]
    familiarity = Familiarity(
        origin=material.origin,
        space=space.directions @ material.basis,
        spread=_root(space.damping),
        prototypes=np.asarray((own - own @ space.damping) / space.lengths[prototypes][:, None], np.float32),
        classes=material.classes[prototypes],
        neighbours=NEIGHBOURS,
        threshold=threshold,
        steepness=_SURE / max(mean - threshold, _LEAST_DEVIATION),
    )
    return familiarity, likeness[material.first]


def _left_out(material: Material, parts: Parts, spaces: Spaces) -> Floats:
    """The likeness of each row to those of other parts."""
    found, part_of = np.full(len(material.rows), np.nan, np.float32), parts.of_example[material.owners]
    for part in range(parts.count):
        mine = np.flatnonzero(part_of == part)
        others = material.prototypes[part_of[material.prototypes] != part]
        space = spaces.without(part)
        own = space.along[mine]
        cosines = (own - own @ space.damping) @ space.along[others].T
        cosines /= space.lengths[mine][:, None] * space.lengths[others]
        for label in range(len(material.labels)):
            of_class = top_mean(cosines[:, material.classes[others] == label], NEIGHBOURS)
            found[mine] = np.fmax(found[mine], of_class)
    return found


def _shares(material: Material) -> Floats:
    """How much each row says of what is to be known; those of an example and its copies add up to 1.

    Copies that are all prototypes have half of it; where some are, the others would be like nothing.
    """
    is_copy = np.ones(len(material.rows), np.bool_)
    is_copy[material.first] = False
    is_copy &= material.classes < len(material.labels)
    known, all_copies = int(is_copy[material.prototypes].sum()), int(is_copy.sum())
    of_copies = _OF_COPIES * known / max(all_copies, 1)
    copies = np.bincount(material.owners)[material.owners] - 1
    shares = of_copies / np.maximum(copies, 1)
    shares[material.first] = np.where(copies[material.first] > 0, 1 - of_copies, 1)
    return np.asarray(shares, np.float32)


def _root(damping: Floats) -> Floats:
    """The matrix r with r.T @ r = damping."""
    values, vectors = np.linalg.eigh(damping)
    return np.asarray(np.sqrt(np.clip(values, 0, 1))[:, None] * vectors.T, np.float32)


def threshold_of(known: Floats, shares: Floats, has_rest: bool) -> tuple[float, float]:
    """The likeness below which few of what was taught are, and the mean. `known`: of what was left out, each of
    which counts by its share of an example.

    Of few examples by what their mean and deviation say, of many by where the lowest of them are.
    """
    lost, deviations = _LOST_BESIDE_REST if has_rest else _LOST
    count = float(shares.sum())
    mean = float(known @ shares) / count if count else _USUAL_MEAN
    squares = float((known - mean) ** 2 @ shares) + _USUAL_WEIGHT * _USUAL_DEVIATION**2
    deviation = math.sqrt(squares / (count + _USUAL_WEIGHT))
    by_moments = mean - deviations * deviation
    if not count:
        return by_moments, mean
    weight = count / (count + _FEW)
    return weight * weighted_quantile(known, shares, lost) + (1 - weight) * by_moments, mean


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """The value below which a share of the weight is, as numpy.quantile where all weigh alike."""
    order = values.argsort()
    weights = weights[order]
    below = weights.cumsum() - weights
    return float(np.interp(share * below[-1], below, values[order]))
