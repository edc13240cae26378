"""Two thresholds and a confirmation time: which label would enter, and whether the one that is there would leave.

A label enters when it is the best of those that have their `threshold_enter`, for `confirm_s` without a break. It
leaves when its score is below its `threshold_exit` for `expire_s`, or when another label enters. The two
thresholds keep a score that wavers around one value from producing an event per frame (hysteresis, as in a
Schmitt trigger). A rare label goes before better ones.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.timer import NS_PER_S, Timer
from edgeclassify.types import Block, EventType


@dataclass(frozen=True, slots=True)
class Claim:
    """A change that the scores ask for: a label would start, or end.

    Its `score` is beyond `threshold`, for `held_s` of `confirm_s` without a break. `blocked_by`: what has held the
    change back last; `asked_s`: for so long the scores have asked for it, whatever that was.
    """

    change: EventType
    index: int
    score: float
    threshold: float
    confirm_s: float
    held_s: float = 0.0
    asked_s: float = 0.0
    blocked_by: Block | None = None

    @property
    def is_confirmed(self) -> bool:
        """True where it has lasted for long enough."""
        return self.held_s >= self.confirm_s

    @property
    def blocked_s(self) -> float:
        """For how long it has been held back: longer than it takes in any case."""
        return max(0.0, self.asked_s - self.confirm_s)


class Confirmation:
    """What is being confirmed. `inside`: class index of the label that is in the view, None: none is."""

    def __init__(self) -> None:
        self._starting, self._ending = _Course(), _Course()

    def entering(self, observation: Observation, inside: int | None, rules: Rules) -> Claim | None:
        """The start that this observation asks for; None: it asks for none."""
        index = _entering(observation.scores, inside, rules)
        held_s, asked_s = self._starting.note(index, observation.scene_ns)
        if index is None:
            return None
        own, score = rules.of(index), float(observation.scores[index])
        blocked_by = self._starting.blocked_by
        return Claim(
            EventType.START, index, score, own.threshold_enter, own.confirm_s, held_s, asked_s, blocked_by
        )

    def leaving(self, observation: Observation, inside: int, rules: Rules) -> Claim | None:
        """The end of the label that is there, where this observation asks for it."""
        own, score = rules.of(inside), float(observation.scores[inside])
        index = inside if score < own.exit_score else None
        held_s, asked_s = self._ending.note(index, observation.scene_ns)
        if index is None:
            return None
        blocked_by = self._ending.blocked_by
        return Claim(EventType.END, index, score, own.exit_score, own.expire_s, held_s, asked_s, blocked_by)

    def blocked(self, claim: Claim, by: Block) -> Claim:
        """The same, which is confirmed, and held back by that."""
        course = self._starting if claim.change is EventType.START else self._ending
        course.blocked_by = by
        return replace(claim, blocked_by=by)

    def break_off(self, by: Block) -> None:
        """What is being confirmed must last for the whole time from now on, because of that."""
        self._starting.break_off(by)
        self._ending.break_off(by)

    def note_end(self) -> None:
        """What was there has ended. What would start next is confirmed as before: at any frame rate alike."""
        self._ending = _Course()

    def begin_anew(self) -> None:
        """Nothing of before counts."""
        self._starting, self._ending = _Course(), _Course()


def nearest(observation: Observation, inside: int | None, rules: Rules) -> Claim:
    """The change that the scores would ask for first, while they ask for none."""
    best = int(observation.scores.argmax())
    own, score = rules.of(best), float(observation.scores[best])
    if best == inside:
        return Claim(EventType.END, best, score, own.exit_score, own.expire_s)
    return Claim(EventType.START, best, score, own.threshold_enter, own.confirm_s)


class _Course:
    """Changes of one kind, one at a time: since when the scores have asked for it, and what has held it back."""

    def __init__(self) -> None:
        self._held, self._asked = Timer(), Timer()
        self.blocked_by: Block | None = None

    def note(self, index: int | None, now_ns: int) -> tuple[float, float]:
        """Of the label that would start or end (None: none would): for how long without a break, and in all."""
        asked_ns, held_ns = self._asked.held_ns(index, now_ns) or 0, self._held.held_ns(index, now_ns) or 0
        if asked_ns == 0:  # it begins: what held another one back is over
            self.blocked_by = None
        return held_ns / NS_PER_S, asked_ns / NS_PER_S

    def break_off(self, by: Block) -> None:
        self._held, self.blocked_by = Timer(), by


def _entering(scores: NDArray[np.float32], inside: int | None, rules: Rules) -> int | None:
    """The best label that has its score to enter; None where that is the one that is there, or none has it.

    Of rare labels that have it the one that is there counts as the best, then the best of them.
    """
    rare = [index for index in rules.rare if scores[index] >= rules.of(index).threshold_enter]
    if rare:
        return None if inside in rare else max(rare, key=lambda index: float(scores[index]))
    best = int(scores.argmax())
    if scores[best] >= rules.of(best).threshold_enter:
        return None if best == inside else best
    if not rules.own:
        return None
    # Labels may need more or less than others: the best one may lack what is enough for the next.
    able = np.flatnonzero(scores >= rules.lowest_enter)
    for index in able[np.argsort(-scores[able], kind="stable")].tolist():
        if index == inside:
            return None
        if scores[index] >= rules.of(index).threshold_enter:
            return int(index)
    return None
