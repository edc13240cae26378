"""What came of a test, in figures."""

from collections.abc import Iterable, Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.manifest import Accuracy
from edgeclassify.types import Prediction

UNKNOWN_BELOW = 0.5
"""Scores of a taught head add up to how sure it is that it is one of the taught things at all; below this it is
answered that it is unknown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one picture.

    `source`: the file. `truth`: its label, None: it is of none of the classes. `answer`: the best label, whether
    it is shown or not, with its `score` (0-1). `is_unknown`: it would be answered that it is unknown.
    """

    source: str
    truth: str | None
    answer: str
    score: float
    is_unknown: bool

    @property
    def is_right(self) -> bool:
        """True where the best label is the true one."""
        return self.answer == self.truth


def answer_of(source: str, truth: str | None, prediction: Prediction) -> Answer:
    """The answer that a taught model's prediction is."""
    best = prediction.top(1)[0]
    is_unknown = float(prediction.scores.sum()) < UNKNOWN_BELOW
    return Answer(source, truth, best.label, best.score, is_unknown)


@dataclass(frozen=True, slots=True)
class TaughtTest:
    """All answers of a test, and what they add up to. `labels`: of the model."""

    labels: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def of_labels(self) -> tuple[Answer, ...]:
        """Those of pictures that have one of the labels."""
        return tuple(one for one in self.answers if one.truth is not None)

    @property
    def of_none(self) -> Accuracy:
        """Of the pictures of none of the classes: how many are answered to be unknown."""
        found = [one for one in self.answers if one.truth is None]
        return Accuracy(sum(one.is_unknown for one in found), len(found))

    @property
    def accuracy(self) -> Accuracy:
        """Right answers where each picture must get one."""
        return _right(self.of_labels)

    @property
    def unknown(self) -> Accuracy:
        """Pictures of the labels that are answered to be unknown, of how many."""
        return Accuracy(sum(one.is_unknown for one in self.of_labels), len(self.of_labels))

    @property
    def accuracy_known(self) -> Accuracy:
        """Right answers where those that are answered to be unknown are left out."""
        return _right([one for one in self.of_labels if not one.is_unknown])

    def of(self, label: str) -> Accuracy:
        """Right answers of one label's pictures."""
        return _right([one for one in self.answers if one.truth == label])

    def counts(self, truth: str | None) -> tuple[int, ...]:
        """How many pictures of a label, or of none (None), got which answer: each of the labels, then unknown."""
        found = [one for one in self.answers if one.truth == truth]
        known = [sum(one.answer == label and not one.is_unknown for one in found) for label in self.labels]
        return (*known, sum(one.is_unknown for one in found))

    def worst(self, most: int) -> Sequence[Answer]:
        """Wrong answers, those with the highest score first; of none of the classes where they are not unknown."""
        wrong = (one for one in self.answers if not (one.is_right or (one.truth is None and one.is_unknown)))
        return sorted(wrong, key=lambda one: (one.is_unknown, -one.score))[:most]


def _right(answers: Iterable[Answer]) -> Accuracy:
    found = list(answers)
    return Accuracy(sum(one.is_right for one in found), len(found))
