"""Pictures that are alike, in groups: one answer labels a group."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.teaching.diversity.choice import choose_diverse
from edgeclassify.teaching.diversity.distances import NEAR, squared_distances
from edgeclassify.teaching.diversity.tree import Tree, ward_tree
from edgeclassify.teaching.interface import Cluster, Units

MOST_GROUPS = 12
"""More questions at once nobody answers."""
LEAST_GROUPS = 4
"""Of a fixed camera day and night lie further apart than what it watches: two groups would be these two, and each
would hold pictures of all labels. With four of them 98 % of the pictures are of their group's label, with two 70 %
(`python -m tests.bench.clusters`)."""
_FOR_EACH = 5
"""So many vectors there must be for each of the least groups."""
MOST_CHOSEN = 10
"""Members of one group that become examples at most."""
MOST_IN_TREE = 1500
"""Vectors that the tree is made of at most (9 MB): of more, each of the others goes where the nearest one is."""
_LEAST_APART = 0.06
"""Silhouette below which there are no groups."""
_FINER = 0.97
"""The finest division counts whose silhouette is at least this share of the best: a group too many costs one more
answer, a group too few puts wrong labels on pictures."""


def cluster(
    units: Units,
    groups: int | None = None,
    *,
    around: Units | None = None,
    most: int = MOST_GROUPS,
    most_chosen: int = MOST_CHOSEN,
) -> list[Cluster]:
    """Groups of vectors that are alike, the largest first; none of none.

    `units`: float32 (n, elements), of length 1. `groups`: how many there are to be; None: as many as there seem to
    be, at most `most`. `around`: the vectors by which those differ that are chosen of a group, `most_chosen` at
    most: with their circumstances, for example; None: `units`.
    """
    if not len(units):
        return []
    inside = np.arange(len(units))
    if len(units) > MOST_IN_TREE:
        inside = np.linspace(0, len(units) - 1, MOST_IN_TREE).astype(np.intp)
    tree = ward_tree(units[inside])
    wanted = _number(units[inside], tree, most) if groups is None else min(groups, len(inside))
    numbers = tree.cut(wanted)
    if len(inside) < len(units):
        numbers = numbers[squared_distances(units, units[inside]).argmin(axis=1)]
    around = units if around is None else around
    found = [_cluster(units, around, np.flatnonzero(numbers == number), most_chosen) for number in range(wanted)]
    return sorted(found, key=lambda one: (-len(one.members), one.members))


def _cluster(units: Units, around: Units, members: NDArray[np.intp], most_chosen: int) -> Cluster:
    """The group of these positions."""
    own = units[members]
    away = squared_distances(own, own.mean(axis=0, keepdims=True))[:, 0]
    ordered = members[away.argsort(kind="stable")]
    chosen = choose_diverse(around[ordered], most_chosen, keep=(0,), least_distance=NEAR)
    return Cluster(tuple(map(int, ordered)), tuple(int(ordered[position]) for position in chosen))


def _number(units: Units, tree: Tree, most: int) -> int:
    """How many groups to make: by the silhouette (Rousseeuw 1987) of each number from the least to `most`."""
    # What is as good as one needs no two answers.
    largest = min(most, len(units) // 2, len(choose_diverse(units, most, least_distance=NEAR)))
    least = max(2, min(LEAST_GROUPS, largest, len(units) // _FOR_EACH))
    if largest < least:
        return 1
    distances = np.sqrt(squared_distances(units, units))
    widths = {number: _silhouette(distances, tree.cut(number)) for number in range(2, largest + 1)}
    if max(widths.values()) < _LEAST_APART:
        return 1
    best = max(width for number, width in widths.items() if number >= least)
    return max(number for number, width in widths.items() if number >= least and width >= best * _FINER)


def _silhouette(distances: NDArray[np.float32], numbers: NDArray[np.intp]) -> float:
    """Mean of (b - a) / max(a, b): a a vector's mean distance within its group, b to the nearest other one."""
    size, groups = len(numbers), int(numbers.max()) + 1
    belongs = np.zeros((size, groups), np.float32)
    belongs[np.arange(size), numbers] = 1.0
    counts, sums = belongs.sum(axis=0), distances @ belongs
    own = counts[numbers]
    within = sums[np.arange(size), numbers] / np.maximum(own - 1, 1)
    means = sums / counts
    means[np.arange(size), numbers] = np.inf
    beside = means.min(axis=1)
    widths = (beside - within) / np.maximum(np.maximum(within, beside), 1e-9)
    return float(np.where(own > 1, widths, 0.0).mean())
