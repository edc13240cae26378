"""What is believed of a view: how likely each of its labels is what is there, given all frames until now.

Bayes' rule, with two answers to what makes a plain forward filter (a hidden Markov model's) wrong here:

* Frames in a row are not independent: who walks past, or a dark minute, deceives many of them in the same way. So
  evidence does not pile up: it is the mean of the scores' logarithms over the last `memory_s` seconds (an
  exponential one), and however many frames that were, it counts as much as `WORTH` independent ones.
* A camera that does not move sees the same few things again and again. What is to be expected before any frame is
  the view's habit: each label by the time that it has been there of late, and a little for every label that comes
  for the first time.

The belief in a label is what is to be expected of it, times e to the power of `WORTH` times that mean; all of
them, with that in `unknown`, add up to 1.
"""

import math
from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Shares = NDArray[np.float32]

WORTH = 4.5
"""So many independent frames the memory is worth."""
SURE_S = 0.6
"""A frame speaks for the time since the one before it, but for so long at most."""
SPARSE_S = 3.0
"""A frame that is further from the one before it stands alone: nothing else was seen meanwhile."""
ALONE_S = 0.38
"""What such a one speaks for: by a memory of 1.5 s it counts as one of the `WORTH` independent frames."""
FIRST_S = 0.5
"""What the first frame speaks for: nothing is known of the time before it."""
FLOOR = 0.05
"""Added to each score: one frame that shows something else can't rule a label out."""
HABIT = 0.6
"""Share of the expectation that goes by what has been there."""
HABIT_S = 3600.0
"""For so long (mean) it is remembered what has been there."""
_FLOOR, _WORTH = np.float32(FLOOR), np.float32(WORTH)
_UNKNOWN = 0.05
"""Share of the rest of the expectation that goes to `unknown`."""
_UNKNOWN_SCORE = 0.01
"""What speaks for `unknown` in any frame, beside what the view has no label for."""


# A tuple, since one is made for each frame: a frozen dataclass takes six times as long.
class Believed(NamedTuple):
    """All arrays have an entry per label, and a last one for `unknown`.

    `evidence`: the mean logarithm of the scores. `times`: for how many seconds each has been there of late.
    `shares`: the belief, which adds up to 1. `at_ns`: when the last frame came; None: none counts.
    """

    evidence: NDArray[np.float32]
    times: NDArray[np.float32]
    shares: Shares
    at_ns: int | None = None


class Rule(ABC):
    """How frames change what is believed of `level.size - 1` labels. Pure: it changes nothing that it is given.

    `memory_s`: the time constant of the evidence. `level`: the evidence that speaks neither for nor against any.
    """

    def __init__(self, memory_s: float, level: NDArray[np.float32]) -> None:
        self._memory_s, self._level = memory_s, level

    def begin(self) -> Believed:
        """Before the first frame."""
        times = np.zeros_like(self._level)
        return Believed(self._level, times, self._shares(self._level, times))

    def without_evidence(self, believed: Believed) -> Believed:
        """After a gap no frame of before counts; what is usual here is known."""
        return Believed(self._level, believed.times, self._shares(self._level, believed.times))

    def with_time(self, believed: Believed, index: int, seconds: float) -> Believed:
        """One of the labels has been there for so much longer than is known here."""
        alone = np.zeros_like(self._level)
        alone[index] = 1
        times = believed.times + self._there(alone) * np.float32(seconds)
        return Believed(believed.evidence, times, believed.shares, believed.at_ns)

    def after(self, believed: Believed, scores: Scores, others: float, at_ns: int) -> Believed:
        """With one more frame. `scores`: of the labels, 0-1; `others`: of all that is none of them.

        A frame that is older than the last one (files out of their order) is the first one again.
        """
        evidence, apart_s = believed.evidence, FIRST_S
        if believed.at_ns is not None:
            apart_s = (at_ns - believed.at_ns) / 1e9
        if apart_s < 0:
            evidence, apart_s = self._level, FIRST_S
        counted_s = min(apart_s, SURE_S) if apart_s <= SPARSE_S else ALONE_S
        seen = self._spoken(scores, others)
        seen -= evidence
        seen *= -math.expm1(-counted_s / self._memory_s)
        seen += evidence
        shares = self._shares(seen, believed.times)
        times = believed.times * math.exp(-apart_s / HABIT_S)
        times += self._there(shares) * counted_s
        return Believed(seen, times, shares, at_ns)

    @abstractmethod
    def _spoken(self, scores: Scores, others: float) -> NDArray[np.float32]:
        """What one frame says, as the logarithms of which evidence is a mean; a new array."""

    @abstractmethod
    def _shares(self, evidence: NDArray[np.float32], times: NDArray[np.float32]) -> Shares:
        """The belief that follows from evidence, and from what has been there."""

    @abstractmethod
    def _there(self, shares: Shares) -> NDArray[np.float32]:
        """What of each second counts in `times` while that is believed."""


class BayesRule(Rule):
    """The belief in `labels` labels, frame by frame, of which one is there at a time.

    `memory_s`: the time constant of the evidence.
    """

    def __init__(self, labels: int, memory_s: float) -> None:
        self._new = np.full(labels + 1, (1 - _UNKNOWN) / labels, np.float32)
        self._new[labels] = _UNKNOWN
        self._new_share = self._new * np.float32(1 - HABIT)
        super().__init__(memory_s, np.full_like(self._new, math.log(_UNKNOWN_SCORE + FLOOR)))

    def _spoken(self, scores: Scores, others: float) -> NDArray[np.float32]:
        seen = np.empty_like(self._new)
        np.add(scores, _FLOOR, out=seen[:-1])
        seen[-1] = max(_UNKNOWN_SCORE, others) + FLOOR
        return np.log(seen, out=seen)

    def _shares(self, evidence: NDArray[np.float32], times: NDArray[np.float32]) -> Shares:
        shares: Shares = evidence * _WORTH
        shares -= np.maximum.reduce(shares)
        np.exp(shares, out=shares)
        shares *= self._expected(times)
        shares /= np.add.reduce(shares)
        return shares

    def _there(self, shares: Shares) -> NDArray[np.float32]:
        return shares

    def _expected(self, times: NDArray[np.float32]) -> Shares:
        total = float(np.add.reduce(times))
        if total <= 0:
            return self._new
        expected: Shares = times * (HABIT / total)
        expected += self._new_share
        return expected
