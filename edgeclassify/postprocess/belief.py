"""What is believed of a view: how likely each of its labels is what is there, given all frames until now.

A forward filter, as for a hidden Markov model (Rabiner, "A tutorial on hidden Markov models", 1989), with two
answers to what makes a plain one wrong here:

* Frames in a row are not independent: whoever walks past deceives many of them in the same way. Their evidence
  counts by the second, not by the frame, and it fades within seconds: with the rate 1 / `memory_s` the belief goes
  back to what is to be expected of the view without any frame.
* A camera that does not move sees the same few things again and again. What is to be expected is its habit: each
  label by the time that it has been there of late, and a little for every label that may come for the first time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Belief = NDArray[np.float64]

_EVIDENCE_PER_S = 1.1
"""A second of frames counts as much as so many independent ones: scores are raised to that power."""
_SURE_S = 1.0
"""Frames that are further apart prove no more than those so far apart, nor does more fade between them."""
_FIRST_S = 0.5
"""What the first frame counts for: nothing is known of the time before it."""
_FLOOR = 0.004
"""The score that a label has where the frame shows something else: it can't be ruled out by one frame."""
_HABIT = 0.8
"""Share of the expectation that goes by what has been there."""
_HABIT_S = 3600.0
"""For so long (mean) it is remembered what has been there."""
_UNKNOWN = 0.05
"""Share of the rest of the expectation that goes to `unknown`."""
_UNKNOWN_SCORE = 0.01
"""What speaks for `unknown` in any frame, beside what the view has no label for."""


@dataclass(frozen=True, slots=True)
class Believed:
    """`shares`: of each label, and last of `unknown`: they add up to 1. `times`: for how many seconds each of them
    has been there of late. `at_ns`: when; None: no frame has been seen since evidence was forgotten.
    """

    shares: Belief
    times: Belief
    at_ns: int | None = None


class ForwardFilter:
    """The belief in the labels of one view, frame by frame: `labels` of them. Pure: what it is given it leaves.

    `memory_s`: for so long (mean) a frame counts.
    """

    def __init__(self, labels: int, memory_s: float) -> None:
        self._memory_s = memory_s
        self._new = np.full(labels + 1, (1 - _UNKNOWN) / labels)
        self._new[labels] = _UNKNOWN

    def begin(self) -> Believed:
        """Before the first frame."""
        return Believed(self._new, np.zeros_like(self._new))

    def without_evidence(self, believed: Believed) -> Believed:
        """What is to be expected after a gap: no frame of before counts, but what is usual here is known."""
        return Believed(self._expected(believed.times), believed.times)

    def with_time(self, believed: Believed, index: int, seconds: float) -> Believed:
        """One of the labels has been there for so much longer than is known here."""
        times = believed.times.copy()
        times[index] += seconds
        return Believed(believed.shares, times, believed.at_ns)

    def after(self, believed: Believed, scores: Scores, others: float, at_ns: int) -> Believed:
        """With one more frame. `scores`: of the labels, 0-1; `others`: of all that is none of them.

        A frame that is older than the last one (files out of their order) begins anew.
        """
        at, shares, times = believed.at_ns, believed.shares, believed.times
        if at is not None and at_ns < at:
            believed = self.without_evidence(believed)
            at, shares = None, believed.shares
        apart_s = _FIRST_S if at is None else (at_ns - at) / 1e9
        counted_s = min(apart_s, _SURE_S)
        if at is not None:
            stays = np.exp(-counted_s / self._memory_s)
            shares = stays * shares + (1 - stays) * self._expected(times)
        evidence = np.empty_like(shares)
        np.power(scores + np.float32(_FLOOR), np.float32(_EVIDENCE_PER_S * counted_s), out=evidence[:-1])
        evidence[-1] = (max(_UNKNOWN_SCORE, others) + _FLOOR) ** (_EVIDENCE_PER_S * counted_s)
        evidence *= shares
        evidence /= evidence.sum()
        return Believed(evidence, times * np.exp(-apart_s / _HABIT_S) + counted_s * evidence, at_ns)

    def _expected(self, times: Belief) -> Belief:
        total = times.sum()
        return (1 - _HABIT) * self._new + (_HABIT / total) * times if total > 0 else self._new
