"""Whether a camera's picture is what its views were set up for."""

from typing import Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import Versioned, about
from edgeclassify.contract.bodies.decisions import Problem, Shift


class Problems(Versioned):
    """What is wrong with the picture of the view's camera now."""

    problems: list[Problem] = about("What is wrong with it; empty: nothing.")
    moved_by: Shift | None = about(
        "How far the scene has moved in the picture; absent: it has not, or nobody can tell.", default=None
    )
    realigned: bool = about("The view's roi went with the scene: its labels can be trusted all the same.")

    @classmethod
    def of(cls, condition: types.Condition) -> Self:
        """From the record."""
        return cls.made(
            problems=list(condition.problems),
            moved_by=None if condition.moved_by is None else Shift.of(condition.moved_by),
            realigned=condition.realigned,
        )
