"""What is found of a camera's frame as a whole, and goes beside the scores of each view that looks at it."""

from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass


class Problem(StrEnum):
    """Why a camera's frames can't be trusted."""

    COVERED = "covered"
    MOVED = "moved"
    DEFOCUSED = "defocused"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a camera's scene has moved, to the right and down, as fractions of the frame's width and height."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The circumstances of a frame.

    `light_changed`: the light is another than a moment ago, so that the frame proves nothing against those before.
    `problems`: what is wrong with the camera's frames now. `shifted`: the camera was moved, and the regions of its
    views went with the scene by so much.
    """

    light_changed: bool = False
    problems: tuple[Problem, ...] = ()
    shifted: Shift | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a camera's picture is what its views were set up for, as it is told when that changes.

    `problems`: what is wrong with it. `moved_by`: how far the scene has moved in it, where it has and that can be
    told; `realigned`: the regions of the views went with it, so that their labels can be trusted all the same.
    """

    problems: tuple[Problem, ...] = ()
    moved_by: Shift | None = None
    realigned: bool = False


PLAIN_SURROUNDINGS = Surroundings()
"""Nothing of note, or nobody looked."""
