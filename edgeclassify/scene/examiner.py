"""Examines the frames of one camera for its views: what they may pass over, where they look, what goes with it."""

from collections.abc import Mapping, Sequence

from edgeclassify.errors import ImageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.scene.attention import Attention
from edgeclassify.scene.checked_scene import CheckedScene
from edgeclassify.scene.checks.picture_checks import Judged, PictureChecks
from edgeclassify.scene.foreground import Foreground, Mask
from edgeclassify.scene.gate import Gate, GateRules
from edgeclassify.scene.interface import PLAIN_SCENE, Scene
from edgeclassify.scene.motion.detector import Motion, MotionDetector
from edgeclassify.scene.statistics import FrameStatistics, measure
from edgeclassify.types import Frame, Roi, Surroundings


@dataclass(frozen=True, slots=True)
class ExaminedView:
    """What a view wants to know. No `gate`: it classifies all frames. `follows_motion`: it looks at what moves."""

    name: str
    region: Roi
    gate: GateRules | None = None
    follows_motion: bool = False


class SceneExaminer:
    """Of one camera; used by one thread. `views`: those that want to know what moves.

    `checks`: what looks for problems of its picture; None: nobody does.
    """

    def __init__(self, views: Sequence[ExaminedView], checks: PictureChecks | None = None) -> None:
        self._checks = checks
        self._regions = {view.name: view.region for view in views}
        self._gates = {view.name: Gate(view.gate) for view in views if view.gate is not None}
        self._attention = {view.name: Attention(view.region) for view in views if view.follows_motion}
        self._motion = MotionDetector() if views else None
        self._foreground = Foreground()

    def examine(self, frame: Frame) -> Scene:
        """What is found of this frame; of one with other pixels than it should have nothing: who looks says so."""
        try:
            statistics = measure(frame)
        except ImageError:
            return PLAIN_SCENE
        judged = self._judge(statistics, frame)
        if self._motion is None:
            return CheckedScene(judged)
        motion = self._motion.examine(statistics, frame.pace_ns)
        foreground = self._foreground.examine(motion, frame.pace_ns) if self._attention else None
        return _ExaminedScene(frame, judged, motion, foreground, self._regions, self._gates, self._attention)

    def _judge(self, statistics: FrameStatistics, frame: Frame) -> Judged | None:
        return None if self._checks is None else self._checks.judge(statistics, frame.pace_ns)


class _ExaminedScene(CheckedScene):
    """One frame. Each view asks once, and its gate goes by that."""

    __slots__ = ("_attention", "_foreground", "_frame", "_gates", "_motion", "_regions")

    def __init__(
        self,
        frame: Frame,
        judged: Judged | None,
        motion: Motion,
        foreground: Mask | None,
        regions: Mapping[str, Roi],
        gates: Mapping[str, Gate],
        attention: Mapping[str, Attention],
    ) -> None:
        super().__init__(judged)
        self._frame, self._motion, self._foreground = frame, motion, foreground
        self._regions, self._gates, self._attention = regions, gates, attention

    def is_gated(self, view: str) -> bool:
        """True where it has a gate."""
        return view in self._gates

    def is_still(self, view: str, *, settled: bool) -> bool:
        """True where the view's gate is shut. A frame that comes again until somebody looks is never still."""
        gate = self._gates.get(view)
        if gate is None or self._frame.comes_again:
            return False
        moved = self._motion.is_in(self.region(self._regions[view]))
        return gate.is_shut(self._frame.pace_ns, moved=moved, settled=settled)

    def look(self, view: str, region: Roi) -> Roi:
        """The square that the view follows; else its region."""
        region, attention = self.region(region), self._attention.get(view)
        if attention is None or self._foreground is None:
            return region
        attention.go_along(region)
        return attention.look(self._frame, self._foreground, self._motion, self._frame.pace_ns)

    @property
    def surroundings(self) -> Surroundings:
        """Whether the light has changed, and what is wrong with the picture."""
        return Surroundings(self._motion.light_changed, self._problems, self._shifted)
