"""Scores of single frames → scores that decisions can go by: a filter over time, before the thresholds.

docs/decisions.md says how they compare, with figures.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from edgeclassify.postprocess.interface import FilterKind, FilterRules
from edgeclassify.postprocess.scores.belief import BayesRule, Believed, Rule
from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.scores.presence import PresenceRule
from edgeclassify.postprocess.timer import NS_PER_S


class FilterOverTime(ABC):
    """What it has seen of one view until now. `labels`: how many the view has.

    `raw` of an observation stays what the model gave in that frame.
    """

    def __init__(self, labels: int) -> None:
        self.labels = labels

    def take(self, observation: Observation) -> Observation:
        """The same with filtered scores. It counts from now on."""
        return self.look(observation)

    @abstractmethod
    def look(self, observation: Observation) -> Observation:
        """The same with filtered scores. It does not count."""

    @abstractmethod
    def forget(self) -> None:
        """No frame until now is evidence any more: a gap, or frames that can't be trusted."""

    @abstractmethod
    def expect(self, index: int, seconds: float) -> None:
        """A label had been there for so long before the filter began."""


class NoFilter(FilterOverTime):
    """Each frame counts by itself."""

    def look(self, observation: Observation) -> Observation:
        """The very same."""
        return observation

    def forget(self) -> None:
        """Nothing is remembered."""

    def expect(self, index: int, seconds: float) -> None:
        """What was there before is no evidence."""


class ExponentialSmoothing(FilterOverTime):
    """The mean of the scores, in which older ones count exponentially less. `time_s`: its time constant.

    A frame stands for the time since the one before it, however many come in a second.
    """

    def __init__(self, labels: int, time_s: float) -> None:
        super().__init__(labels)
        self._time_s = time_s
        self._last: Observation | None = None

    def take(self, observation: Observation) -> Observation:
        """Its scores, smoothed with those of before."""
        self._last = self.look(observation)
        return self._last

    def look(self, observation: Observation) -> Observation:
        """Its scores, smoothed with those of before."""
        last = self._last
        if last is None or observation.scene_ns < last.scene_ns:
            return _with(observation, observation.scores, observation.others)
        share = -float(np.expm1((last.scene_ns - observation.scene_ns) / NS_PER_S / self._time_s))
        scores = last.scores + np.float32(share) * (observation.scores - last.scores)
        return _with(observation, scores, last.others + share * (observation.others - last.others))

    def forget(self) -> None:
        """The next frame is the first one."""
        self._last = None

    def expect(self, index: int, seconds: float) -> None:
        """What was there before is no evidence."""


class BayesFilter(FilterOverTime):
    """The belief in each label: shares that add up to 1 with that of `unknown`, see BayesRule.

    `several`: several labels can be there at once: each is believed by itself, see PresenceRule.
    """

    def __init__(self, labels: int, memory_s: float, *, several: bool = False) -> None:
        super().__init__(labels)
        self._rule: Rule = PresenceRule(labels, memory_s) if several else BayesRule(labels, memory_s)
        self._believed = self._rule.begin()

    def take(self, observation: Observation) -> Observation:
        """The belief with this frame."""
        self._believed = self._after(observation)
        return _believed(observation, self._believed)

    def look(self, observation: Observation) -> Observation:
        """The belief, if this frame counted."""
        return _believed(observation, self._after(observation))

    def forget(self) -> None:
        """What is usual in the view is all that is left."""
        self._believed = self._rule.without_evidence(self._believed)

    def expect(self, index: int, seconds: float) -> None:
        """It is usual here."""
        self._believed = self._rule.with_time(self._believed, index, seconds)

    def _after(self, observation: Observation) -> Believed:
        return self._rule.after(self._believed, observation.scores, observation.others, observation.scene_ns)


def filter_of(rules: FilterRules, labels: int, *, several: bool = False) -> FilterOverTime:
    """The one that rules ask for, for so many labels. It has seen nothing yet.

    `several`: several of them can hold at once, by the model.
    """
    match rules.kind:
        case FilterKind.NONE:
            return NoFilter(labels)
        case FilterKind.EXPONENTIAL:
            return ExponentialSmoothing(labels, rules.smoothing_s)
        case FilterKind.BAYES:
            return BayesFilter(labels, rules.memory_s, several=several)


def _with(observation: Observation, scores: NDArray[np.float32], others: float) -> Observation:
    raw = observation.scores if observation.raw is None else observation.raw
    return Observation(
        scores,
        observation.scene_ns,
        observation.captured_at,
        observation.origin,
        observation.own_time,
        others,
        raw,
    )


def _believed(observation: Observation, believed: Believed) -> Observation:
    shares = believed.shares
    return _with(observation, shares[:-1], float(shares[-1]))
