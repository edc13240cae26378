"""What the pipeline knows of a scene: what is found of a whole frame, once, for all views of its camera."""

from typing import Protocol

from edgeclassify.types import PLAIN_SURROUNDINGS, Frame, Roi, Surroundings


class Scene:
    """One frame as a whole, seen among those before it. This one finds nothing; others override what they find.

    Each view of the camera asks about its region. What that takes (statistics of the frame) is computed when the
    first one asks, and once.
    """

    __slots__ = ()

    def is_still(self, region: Roi) -> bool:
        """True where nothing has changed in the region: a view may pass the frame over."""
        return False

    def look(self, region: Roi) -> Roi:
        """The part of the frame that a view of this region is to classify: what moved in it, or all of it."""
        return region

    @property
    def surroundings(self) -> Surroundings:
        """What goes beside the scores: a change of the light, what is wrong with the camera's frames."""
        return PLAIN_SURROUNDINGS


PLAIN_SCENE = Scene()
"""Of a frame that nobody examines."""


class SceneStep(Protocol):
    """Examines the frames of one camera, in their order. Used by the inference thread alone."""

    def examine(self, frame: Frame) -> Scene:
        """Called once for each frame that a view of the camera wants. It may be lent: copy what must last."""
