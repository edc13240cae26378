"""Which examples are left out together, so that a head is judged by what it has not seen."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.teaching.fitting.material import Material

Indices = NDArray[np.intp]

FEWEST_PARTS, MOST_PARTS = 5, 40
_WORK = 250_000_000
"""Multiplications over all parts: a second or less on a Pi Zero 2 W, with all else that a fit takes."""
_STEPS = 30
"""Products of rows and coefficients that it takes to fit without a part."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """`of_example`: the part of each example that is left out at one time, -1: it never is. `count` of them."""

    of_example: Indices
    count: int

    @property
    def is_judged(self) -> NDArray[np.bool_]:
        """Which examples are left out at some time."""
        return np.asarray(self.of_example >= 0)


def parts_of(material: Material) -> Parts:
    """Each moment a part of its own where they are few, else as many parts as there is time for.

    The moments of a class are spread over the parts. A class of a single moment stays in all of them: without it
    nothing would be known of the class.
    """
    groups, of_example = np.unique(material.groups, return_inverse=True)
    of_example = of_example.reshape(-1)
    lonely = _lonely_classes(material, of_example)
    is_kept = np.isin(material.example_classes, lonely)
    # A moment of two classes counts as of one of them, for the order alone.
    kept, main = np.zeros(len(groups), np.bool_), np.zeros(len(groups), np.intp)
    main[of_example] = material.example_classes
    kept[of_example[is_kept]] = True
    left = np.flatnonzero(~kept)
    count = min(len(left), _affordable(material))
    part = np.full(len(groups), -1, np.intp)
    part[left[np.argsort(main[left], kind="stable")]] = np.arange(len(left)) % max(count, 1)
    return Parts(part[of_example], count)


def _affordable(material: Material) -> int:
    """For how many parts there is time."""
    of_a_part = _STEPS * material.rows.size * material.count + 2 * material.rows.shape[1] ** 3
    return int(np.clip(_WORK // of_a_part, FEWEST_PARTS, MOST_PARTS))


def _lonely_classes(material: Material, of_example: Indices) -> Indices:
    """The classes that have one moment only."""
    pairs = np.unique(np.stack([material.example_classes, of_example], axis=1), axis=0)
    return np.flatnonzero(np.bincount(pairs[:, 0], minlength=material.count) == 1)
