"""Thresholds for a wanted share of right answers, from scores of pictures whose labels are known."""

import math

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass

LEAST_SHOWN = 10
"""Pictures that must be above a threshold before its share of right ones says something."""
_STAYS = 0.95
"""Share of the right pictures whose score the exit threshold must not be above."""
_USUAL_EXIT = 2 / 3


@dataclass(frozen=True, slots=True)
class ProposedThresholds:
    """`enter`, `exit`: scores, 0-1, of single frames.

    `precision`: the share of right ones among the pictures whose best score is at least `enter`; `shown`: how many
    of the pictures of a label are among these, and right.
    """

    enter: float
    exit: float
    precision: float
    shown: float


def propose_thresholds(
    best: NDArray[np.float64], is_right: NDArray[np.bool_], has_label: NDArray[np.bool_], precision: float
) -> ProposedThresholds | None:
    """The lowest entry at which the wanted share is right; None where there is none.

    `best`: the best score of each picture; `is_right`: whether its label is the picture's; `has_label`: False for
    pictures of nothing that the labels name, which are wrong at any score.
    """
    enters = [step / 100 for step in range(1, 101)]
    found = next((one for one in enters if _is_enough(best, is_right, one, precision)), None)
    if found is None:
        return None
    above = best >= found
    right = best[is_right]
    stays = float(np.quantile(right, 1 - _STAYS)) if len(right) else 0.0
    leave = math.floor(min(found * _USUAL_EXIT, stays) * 100) / 100
    shown = int((above & is_right).sum()) / max(1, int(has_label.sum()))
    return ProposedThresholds(found, leave, float(is_right[above].mean()), shown)


def _is_enough(best: NDArray[np.float64], is_right: NDArray[np.bool_], enter: float, precision: float) -> bool:
    above = best >= enter
    return int(above.sum()) >= LEAST_SHOWN and float(is_right[above].mean()) >= precision
