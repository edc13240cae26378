"""Of many pictures the few that differ most."""

from collections.abc import Sequence

import numpy as np

from edgeclassify.teaching.diversity.distances import squared_distances
from edgeclassify.teaching.interface import Units


def choose_diverse(
    units: Units, most: int, keep: Sequence[int] = (), *, least_distance: float = 0.0
) -> tuple[int, ...]:
    """Positions of at most `most` vectors, each as far as can be from those before it, in the order of choice.

    `units`: float32 (n, elements). `keep`: positions that are chosen in any case: they come first, and count.
    Without any the most typical one, which is nearest to the mean, is the first. `least_distance`: what is nearer
    than that to one that was chosen is left out (0: only what is equal to one).
    """
    chosen = list(dict.fromkeys(keep))
    if not len(units) or len(chosen) >= most:
        return tuple(chosen[: max(0, most)])
    if chosen:
        nearest = squared_distances(units, units[chosen]).min(axis=1)
    else:
        chosen = [most_typical(units)]
        nearest = squared_distances(units, units[chosen])[:, 0]
    # Rounding leaves some millionths between equal ones.
    least = max(least_distance**2, 1e-5)
    while len(chosen) < most:
        nearest[chosen] = 0.0
        farthest = int(nearest.argmax())
        if nearest[farthest] < least:
            break
        chosen.append(farthest)
        nearest = np.minimum(nearest, squared_distances(units, units[farthest : farthest + 1])[:, 0])
    return tuple(chosen)


def most_typical(units: Units) -> int:
    """The position of the vector that is nearest to the mean of all."""
    return int(squared_distances(units, units.mean(axis=0, keepdims=True)).argmin())
