"""What is believed of a view whose model scores each label by itself: how likely each is there, or is not.

Several labels can hold at once there, each by a sigmoid of its own. Shares of one belief would make two that are
there halve it, and a view would show neither. So Bayes' rule has two answers for each label, present or not. Else
it is as of BayesRule: the evidence is a mean over the last `memory_s` seconds and worth as many independent
frames, and what is to be expected is what the camera has seen of late.
"""

import math

import numpy as np

from edgeclassify.postprocess.scores.belief import (
    FIRST_S,
    FLOOR,
    HABIT,
    HABIT_S,
    SURE_S,
    WORTH,
    Believed,
    Rule,
    Scores,
    Shares,
)

_NEW = 0.12
"""How likely a label is there that has never been. So 0.8 is enough for one that lasts to be believed (0.97)."""


class PresenceRule(Rule):
    """The belief in each of `labels` labels, frame by frame, of which several can be there.

    `memory_s`: the time constant of the evidence. Of `Believed` the last entries are: of `times`, the seconds that
    the view has been watched; of `shares`, the belief that the most likely label is not there; of `evidence`,
    nothing.
    """

    def __init__(self, labels: int, memory_s: float) -> None:
        self._memory_s = memory_s
        self._level = np.zeros(labels + 1, np.float32)  # speaks neither for a label nor against it

    def begin(self) -> Believed:
        """Before the first frame."""
        return Believed(self._level, self._level, self._beliefs(self._level, self._level))

    def without_evidence(self, believed: Believed) -> Believed:
        """After a gap no frame of before counts; what is usual here is known."""
        return Believed(self._level, believed.times, self._beliefs(self._level, believed.times))

    def with_time(self, believed: Believed, index: int, seconds: float) -> Believed:
        """One of the labels has been there for so much longer than is known here."""
        times = believed.times.copy()
        times[[index, -1]] += np.float32(seconds)
        return Believed(believed.evidence, times, believed.shares, believed.at_ns)

    def after(self, believed: Believed, scores: Scores, others: float, at_ns: int) -> Believed:
        """With one more frame. `scores`: of the labels, 0-1; what else there is says nothing of them.

        A frame that is older than the last one (files out of their order) is the first one again.
        """
        evidence, apart_s = believed.evidence, FIRST_S
        if believed.at_ns is not None:
            apart_s = (at_ns - believed.at_ns) / 1e9
        if apart_s < 0:
            evidence, apart_s = self._level, FIRST_S
        counted_s = min(apart_s, SURE_S)
        seen = np.zeros_like(self._level)
        np.log((scores + np.float32(FLOOR)) / (np.float32(1 + FLOOR) - scores), out=seen[:-1])
        seen -= evidence
        seen *= np.float32(-math.expm1(-counted_s / self._memory_s))
        seen += evidence
        shares = self._beliefs(seen, believed.times)
        times = believed.times * np.float32(math.exp(-apart_s / HABIT_S))
        times[:-1] += shares[:-1] * np.float32(counted_s)
        times[-1] += np.float32(counted_s)
        return Believed(seen, times, shares, at_ns)

    def _beliefs(self, evidence: Scores, times: Scores) -> Shares:
        beliefs: Shares = np.full_like(self._level, _NEW)
        if times[-1] > 0:
            beliefs += times * np.float32((1 - _NEW) * HABIT / times[-1])
        odds = beliefs / (1 - beliefs) * np.exp(evidence * np.float32(WORTH))
        beliefs = odds / (1 + odds)
        beliefs[-1] = 1 - beliefs[:-1].max()
        return beliefs
