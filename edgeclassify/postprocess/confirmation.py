"""Two thresholds and a confirmation time: which label enters, and when the one that is there leaves.

A label enters when it is the best one, at `threshold_enter` or above, for `confirm_s` without a break. It
leaves when its score is below `threshold_exit` for `confirm_s`, or when another label enters. The two
thresholds keep a score that wavers around one value from producing an event per frame (hysteresis, as in a
Schmitt trigger).
"""

from dataclasses import dataclass

import numpy as np

from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.observation import Observation
from edgeclassify.postprocess.timer import NS_PER_S, Timer


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A change that has lasted for long enough: the class index, its score now, and for how long."""

    index: int
    score: float
    held_s: float


class Confirmation:
    """What is being confirmed. `inside`: class index of the label that is in the view."""

    def __init__(self) -> None:
        self._entering, self._leaving = Timer(), Timer()

    def entering(self, observation: Observation, inside: int | None, rules: Rules) -> Confirmed | None:
        """The label that enters with this observation, None where none does."""
        best = int(np.argmax(observation.scores))
        score = float(observation.scores[best])
        candidate = best if best != inside and score >= rules.threshold_enter else None
        return _confirmed(self._entering, candidate, score, observation, rules)

    def leaving(self, observation: Observation, inside: int, rules: Rules) -> Confirmed | None:
        """The label that is there, where it leaves with this observation."""
        score = float(observation.scores[inside])
        candidate = inside if score < rules.exit_score else None
        return _confirmed(self._leaving, candidate, score, observation, rules)

    def begin_anew(self) -> None:
        """Nothing of before counts."""
        self._entering, self._leaving = Timer(), Timer()


def _confirmed(
    timer: Timer, candidate: int | None, score: float, observation: Observation, rules: Rules
) -> Confirmed | None:
    held_ns = timer.held_ns(candidate, observation.scene_ns)
    if candidate is None or held_ns is None or held_ns < rules.confirm_s * NS_PER_S:
        return None
    return Confirmed(candidate, score, round(held_ns / NS_PER_S, 3))
