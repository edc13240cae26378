"""What events and states share of the way to a decision: scores of labels, what holds back, the scene."""

from typing import Literal, Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import Body, Label, Score, about
from edgeclassify.contract.encoding import rounded

Block = Literal["hold", "cooldown", "quiet hours", "muted", "gap", "light change", "unknown", "problem"]
Problem = Literal["covered", "moved", "defocused", "dark", "overexposed", "frozen"]


class LabelScore(Body):
    """A label and its score."""

    label: Label = about("The label.")
    score: Score = about("Its score, 0-1.")

    @classmethod
    def of(cls, row: types.LabelScore) -> Self:
        """From a row of the output. Raises PublishError for a score that is not finite."""
        return cls.made(label=row.label, score=rounded(row.score, "score"))


class Shift(Body):
    """How far a camera's scene has moved."""

    x: float = about("To the right, as a fraction of the frame's width.", ge=-1, le=1)
    y: float = about("Down, as a fraction of the frame's height.", ge=-1, le=1)

    @classmethod
    def of(cls, shift: types.Shift) -> Self:
        """From the record."""
        return cls.made(x=shift.x, y=shift.y)

    def to_shift(self) -> types.Shift:
        """The record again."""
        return types.Shift(self.x, self.y)
