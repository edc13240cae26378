"""Do scores mean what they say: of pictures with a best score of 0.8, eight in ten should be right.

The expected calibration error (ECE; Naeini et al. 2015, Guo et al. 2017): the pictures are sorted into bins of
equal width by their best score; the distance between the mean score of a bin and its share of right ones is
averaged, weighted by the bins' sizes.
"""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass

BINS = 15
_DRAWS = 200
"""Of a model that is calibrated beyond doubt, to see what chance makes of its ECE."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Pictures of about the same best score: how many, its mean, and the share of them that is right."""

    pictures: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins that have pictures, by rising score."""

    bins: tuple[Bin, ...]

    @property
    def ece(self) -> float:
        """The expected calibration error, 0-1; 0 where there are no pictures."""
        pictures = sum(one.pictures for one in self.bins)
        return sum(one.pictures * abs(one.score - one.right) for one in self.bins) / max(1, pictures)


def reliability(best: NDArray[np.float64], is_right: NDArray[np.bool_], bins: int = BINS) -> Reliability:
    """`best`: the best score of each picture, 0-1; `is_right`: whether its label is the picture's."""
    numbers = np.minimum((best * bins).astype(np.intp), bins - 1)
    chosen = [numbers == number for number in range(bins)]
    return Reliability(
        tuple(
            Bin(int(one.sum()), float(best[one].mean()), float(is_right[one].mean()))
            for one in chosen
            if one.any()
        )
    )


def ece_by_chance(best: NDArray[np.float64], bins: int = BINS) -> float:
    """The ECE to be expected of a model whose scores mean exactly what they say, on as many pictures.

    It is not 0: of ten pictures with a score of 0.8 seven or nine may be right.
    """
    draws = np.random.default_rng(0)  # the same pictures get the same figure
    found = [reliability(best, draws.random(len(best)) < best, bins).ece for _ in range(_DRAWS)]
    return float(np.mean(found))
