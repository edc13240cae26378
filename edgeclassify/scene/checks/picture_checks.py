"""Whether a camera's picture is what its views were set up for: what is told of it, and what follows for them."""

import logging
from collections.abc import Collection

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.scene.checks.camera_checks import CameraChecks, Findings
from edgeclassify.scene.checks.reference import Reference
from edgeclassify.scene.checks.regions import shifts_by
from edgeclassify.scene.statistics import FrameStatistics
from edgeclassify.types import Condition, Problem, Shift

log = logging.getLogger(__name__)

LEAST_SAID = 0.005
"""Fraction of the frame: less along one way is not mentioned."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks say of one frame: of the camera's picture, and what its views' decisions should know."""

    condition: Condition
    problems: tuple[Problem, ...] = ()
    """Those that regions which went with the scene do not make up for."""
    shifted: Shift | None = None


class PictureChecks:
    """Judges the frames of one camera, and logs what changes. `wanted`: the problems that are looked for.

    `realign_limit`: regions go with a camera that has moved by at most this fraction of the frame; None: never.
    `known`: what its picture was like before a restart.
    """

    def __init__(
        self,
        camera: str,
        wanted: Collection[Problem],
        *,
        realign_limit: float | None = None,
        known: Reference | None = None,
    ) -> None:
        self._camera, self._realign_limit = camera, realign_limit
        self._checks = CameraChecks(wanted, known, takes_over=realign_limit is None)
        self._condition = Condition()

    @property
    def reference(self) -> Reference | None:
        """What the camera's picture is like, to be kept over a restart. May be asked for from any thread."""
        return self._checks.reference

    def judge(self, statistics: FrameStatistics, now_ns: int) -> Judged:
        """One frame, at that time (nanoseconds; only differences count). In the frames' order."""
        condition = self._condition_of(self._checks.examine(statistics, now_ns))
        if condition != self._condition:
            self._say(self._condition, condition)
            self._condition = condition
        if not condition.realigned:
            return Judged(condition, condition.problems, None)
        rest = tuple(problem for problem in condition.problems if problem is not Problem.MOVED)
        return Judged(condition, rest, condition.moved_by)

    def _condition_of(self, findings: Findings) -> Condition:
        moved_by = findings.moved_by
        goes_along = (
            moved_by is not None and self._realign_limit is not None and shifts_by(moved_by) <= self._realign_limit
        )
        return Condition(findings.problems, moved_by, goes_along)

    def _say(self, before: Condition, now: Condition) -> None:
        for problem in now.problems:
            if problem not in before.problems:
                log.warning(
                    "camera %s: its picture can't be trusted: %s",
                    self._camera,
                    problem,
                    extra={"camera": self._camera},
                )
        for problem in before.problems:
            if problem not in now.problems:
                log.info("camera %s: no longer %s", self._camera, problem, extra={"camera": self._camera})
        if now.moved_by is not None and now.moved_by != before.moved_by:
            log.warning(
                "camera %s: its scene has moved %s", self._camera, _way(now), extra={"camera": self._camera}
            )


def _way(condition: Condition) -> str:
    moved_by = condition.moved_by
    assert moved_by is not None, "asked only where it is known"
    ways = ((moved_by.x, "to the right", "to the left"), (moved_by.y, "down", "up"))
    said = [f"{abs(way):.0%} {there if way > 0 else back}" for way, there, back in ways if abs(way) >= LEAST_SAID]
    what = "the rois of its views go with it" if condition.realigned else "the rois of its views stay"
    return f"{', '.join(said)} in the picture: {what}"
