"""One frame whose camera is checked: what is wrong with its picture, and where the regions of views have gone."""

from edgeclassify.scene.checks.picture_checks import Judged
from edgeclassify.scene.checks.regions import shifted_region
from edgeclassify.scene.interface import Scene
from edgeclassify.types import Condition, Problem, Roi, Shift, Surroundings


class CheckedScene(Scene):
    """What the checks say of it, for all views of the camera."""

    __slots__ = ("_condition", "_problems", "_shifted")

    def __init__(self, judged: Judged | None) -> None:
        """None: nobody judges."""
        self._condition: Condition | None = None
        self._problems: tuple[Problem, ...] = ()
        self._shifted: Shift | None = None
        if judged is not None:
            self._condition, self._problems, self._shifted = judged.condition, judged.problems, judged.shifted

    def region(self, region: Roi) -> Roi:
        """Where its scene has gone, where the camera's regions go with it."""
        return region if self._shifted is None else shifted_region(region, self._shifted)

    def look(self, view: str, region: Roi) -> Roi:
        """The view's region."""
        return self.region(region)

    @property
    def surroundings(self) -> Surroundings:
        """What is wrong with the frame, as far as regions that went with the scene do not make up for it."""
        return Surroundings(problems=self._problems, shifted=self._shifted)

    @property
    def condition(self) -> Condition | None:
        """What is wrong with the camera's picture; None: nobody looked for that."""
        return self._condition
