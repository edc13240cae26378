"""What is believed of a view whose model scores each label by itself: how likely each is there, or is not.

Several labels can hold at once there, each by a sigmoid of its own. Shares of one belief would make two that are
there halve it, and a view would show neither. So Bayes' rule has two answers for each label, present or not. Else
it is as of BayesRule: the evidence is a mean over the last `memory_s` seconds and worth as many independent
frames, and what is to be expected is what the camera has seen of late.
"""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.postprocess.scores.belief import FLOOR, HABIT, WORTH, Rule, Scores, Shares

_NEW = 0.12
"""How likely a label is there that has never been. So 0.8 is enough for one that lasts to be believed (0.97)."""


class PresenceRule(Rule):
    """The belief in each of `labels` labels, frame by frame, of which several can be there.

    `memory_s`: the time constant of the evidence. Of `Believed` the last entries are: of `times`, the seconds that
    the view has been watched; of `shares`, the belief that the most likely label is not there; of `evidence`,
    nothing.
    """

    def __init__(self, labels: int, memory_s: float) -> None:
        super().__init__(memory_s, np.zeros(labels + 1, np.float32))

    def _spoken(self, scores: Scores, others: float) -> NDArray[np.float32]:
        """What else there is says nothing of the labels."""
        seen = np.zeros_like(self._level)
        np.log((scores + np.float32(FLOOR)) / (np.float32(1 + FLOOR) - scores), out=seen[:-1])
        return seen

    def _shares(self, evidence: NDArray[np.float32], times: NDArray[np.float32]) -> Shares:
        beliefs: Shares = np.full_like(self._level, _NEW)
        if times[-1] > 0:
            beliefs += times * np.float32((1 - _NEW) * HABIT / times[-1])
        odds = beliefs / (1 - beliefs) * np.exp(evidence * np.float32(WORTH))
        beliefs = odds / (1 + odds)
        beliefs[-1] = 1 - beliefs[:-1].max()
        return beliefs

    def _there(self, shares: Shares) -> NDArray[np.float32]:
        there = shares.copy()
        there[-1] = 1  # it is watched
        return there
