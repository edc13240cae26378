"""What the pipeline knows of a scene: what is found of a whole frame, once, for all views of its camera."""

from typing import Protocol

from edgeclassify.types import PLAIN_SURROUNDINGS, Condition, Frame, Roi, Surroundings


class Scene:
    """One frame as a whole, seen among those before it. This one finds nothing; others override what they find.

    Each view of the camera asks for itself, by its name, once for each frame that it wants.
    """

    __slots__ = ()

    def region(self, region: Roi) -> Roi:
        """Where a view's region is in this frame: as it is, or where its scene has gone with a moved camera."""
        return region

    def is_gated(self, view: str) -> bool:
        """True where the view is to ask `is_still`, once it has decided on the frames before; others need not."""
        return False

    def is_still(self, view: str, *, settled: bool) -> bool:
        """True where nothing has changed for the view: it may pass the frame over. False: it is to classify it.

        `settled`: what the view shows agrees with what it saw last, so that no more frames are needed for it.
        """
        return False

    def look(self, view: str, region: Roi) -> Roi:
        """The part of the frame that a view of this region is to classify: what moved in it, or all of it."""
        return region

    @property
    def surroundings(self) -> Surroundings:
        """What goes beside the scores: a change of the light, what is wrong with the camera's frames."""
        return PLAIN_SURROUNDINGS

    @property
    def condition(self) -> Condition | None:
        """Whether the camera's picture is what its views were set up for; None: nobody looked."""
        return None


PLAIN_SCENE = Scene()
"""Of a frame that nobody examines."""


class SceneStep(Protocol):
    """Examines the frames of one camera, in their order. Used by the inference thread alone."""

    def examine(self, frame: Frame) -> Scene:
        """Called once for each frame that a view of the camera wants. It may be lent: copy what must last."""
