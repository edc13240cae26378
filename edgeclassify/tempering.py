"""Temperature: how far a model's scores are sharpened or flattened so that they mean what they say.

Guo et al., "On Calibration of Modern Neural Networks" (2017): logits are divided by one number T, fitted on
pictures of known labels. T above 1 flattens the scores of a model that is too sure of itself, T below 1 sharpens
them. Which label is the best stays the same. The logits of scores p are log p, up to a constant that a softmax
ignores.
"""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass

Scores = NDArray[np.float32]

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.2, 5.0
"""Beyond these a fit has failed, or a figure was mistyped."""
LEAST_REST = 1 / 512
"""What scores of 0 stand for together at least: half a step of an 8-bit output."""
_SMALLEST = 1e-12
"""Scores nearer to 0 or 1 than this have logits that say nothing."""


@dataclass(frozen=True, slots=True)
class Tempering:
    """`temperature`: 1 leaves scores as they are. `several`: several labels can hold at once, each by a sigmoid;
    else the scores of one frame are shares of 1.
    """

    temperature: float = 1.0
    several: bool = False

    def __post_init__(self) -> None:
        if not LOWEST_TEMPERATURE <= self.temperature <= HIGHEST_TEMPERATURE:
            raise ValueError(f"a temperature of {LOWEST_TEMPERATURE} to {HIGHEST_TEMPERATURE}: {self.temperature}")

    def scores(self, scores: Scores) -> Scores:
        """The scores, tempered: float32 of the same shape, (labels,), 0-1. At temperature 1 the very array given.

        What an 8-bit output rounds down to 0 is not nothing: scores of 0 share what the others lack to 1, and have
        half of the smallest other one at most. Without that a thousand of them would be nothing at any
        temperature, or more than all others together.
        """
        if self.temperature == 1:
            return scores
        return _of_each(scores, self.temperature) if self.several else _of_shares(scores, self.temperature)


PLAIN = Tempering()
"""Of a model whose temperature nobody has fitted."""


def _of_shares(scores: Scores, temperature: float) -> Scores:
    known = scores.nonzero()[0]
    hidden = len(scores) - len(known)
    if not hidden or not len(known):
        whole: Scores = scores ** np.float32(1 / temperature)
        whole /= max(whole.sum(), np.float32(_SMALLEST))
        return whole
    raised = scores[known]
    rest = max(1 - float(raised.sum()), LEAST_REST)
    each = min(rest / hidden, float(raised.min()) / 2) ** (1 / temperature)
    raised **= np.float32(1 / temperature)
    scale = 1 / (float(raised.sum()) + hidden * each)
    tempered: Scores = np.full(len(scores), each * scale, np.float32)
    raised *= np.float32(scale)
    tempered[known] = raised
    return tempered


def _of_each(scores: Scores, temperature: float) -> Scores:
    clipped = np.clip(scores.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    odds = (clipped / (1 - clipped)) ** (1 / temperature)
    tempered: Scores = (odds / (1 + odds)).astype(np.float32)
    tempered[scores <= 0] = 0.0
    return tempered
