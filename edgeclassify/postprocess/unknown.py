"""How far the scores of one frame speak for none of the labels: what of the belief goes to `unknown`.

A network that must answer with one of its labels answers so whatever it sees. What gives it away is how its answer
is spread: a low best score, a small margin to the second, a high entropy. One figure goes by all three: the sum of
the squared scores, which is the chance that two draws from what the network believes agree. It is 1 for one label
that is certain, 1/2 for two that are level, and next to nothing where a thousand share the belief.
docs/decisions.md has it beside the three (python -m tests.bench.unknown).
"""

import numpy as np
from numpy.typing import NDArray


def known_share(scores: NDArray[np.float32], *, several: bool = False) -> float:
    """What speaks for one of the labels, 0-1. `scores`: tempered, of all of a view's labels: float32 (labels,).

    What the view has no label for (the background, labels that it leaves out) is in none of them, and so speaks
    for `unknown`. `several`: several labels can hold at once, each score by itself: then it is the best of them.
    """
    if several:
        return float(scores.max(initial=0.0))
    return min(1.0, float(np.dot(scores, scores)))


def unknown_share(scores: NDArray[np.float32], *, several: bool = False) -> float:
    """What speaks for none of them, 0-1."""
    return 1.0 - known_share(scores, several=several)
