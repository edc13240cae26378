"""What is wrong with a camera's picture, frame by frame: the checks in their order."""

from collections.abc import Collection

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.scene.checks import judgements
from edgeclassify.scene.checks.comparison import Comparison
from edgeclassify.scene.checks.displacement import Displacement
from edgeclassify.scene.checks.lasting import Lasting
from edgeclassify.scene.checks.learning import Learning
from edgeclassify.scene.checks.reference import Reference
from edgeclassify.scene.checks.repetition import Repetition
from edgeclassify.scene.checks.structure import Registration, Structure, structure_of
from edgeclassify.scene.statistics import FrameStatistics
from edgeclassify.types import Problem, Shift

LASTING_S = {
    Problem.COVERED: (10.0, 5.0),
    Problem.MOVED: (5.0, 5.0),
    Problem.DEFOCUSED: (10.0, 10.0),
    Problem.DARK: (5.0, 5.0),
    Problem.OVEREXPOSED: (10.0, 5.0),
    Problem.FROZEN: (15.0, 5.0),
}
"""Seconds for which each must be found before it is a problem, and be gone before it is none: whoever walks past
covers a camera for some seconds, a car's lights blind it for as long."""
ANOTHER_PLACE_S = 600.0
"""A picture of which nothing is left for so long, though nothing covers it: the camera was turned away."""
TAKES_OVER_S = 3600.0
"""A moved camera that stays where it is for so long has a new place, and no problem."""
TOLD_STEP = 0.01
"""Fraction of the frame: a move is told anew when it is another by so much."""
APART_S = 0.4
"""Frames that follow sooner are passed over: what is looked for lasts for seconds."""
LONGEST_STEP_S = 60.0
"""Seconds between two frames that count at most: in a gap nobody looked."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong now. `moved_by`: how far the camera has moved, where that can be told."""

    problems: tuple[Problem, ...] = ()
    moved_by: Shift | None = None


NOTHING_FOUND = Findings()


class CameraChecks:
    """The checks of one camera. `wanted`: what is looked for; `known`: the reference of before a restart.

    `takes_over`: a moved camera's new place becomes its reference after TAKES_OVER_S; else it stays moved, since
    regions went with it.
    """

    def __init__(
        self,
        wanted: Collection[Problem] = tuple(Problem),
        known: Reference | None = None,
        *,
        takes_over: bool = True,
    ) -> None:
        self._wanted, self._takes_over = frozenset(wanted), takes_over
        self._learning = Learning(known)
        self._lasting = {problem: Lasting(*LASTING_S[problem]) for problem in Problem}
        self._away = Lasting(ANOTHER_PLACE_S, LASTING_S[Problem.MOVED][1])
        self._repetition, self._displacement = Repetition(), Displacement()
        self._last_ns: int | None = None
        self._moved_by: Shift | None = None
        self._findings = NOTHING_FOUND

    @property
    def reference(self) -> Reference | None:
        """What the camera's picture is like in the long term, as far as it is known. To be kept over a restart."""
        reference = self._learning.reference
        return reference if reference is not None and reference.mature else None

    def examine(self, statistics: FrameStatistics, now_ns: int) -> Findings:
        """What is wrong by then (nanoseconds; only differences count). To be called in the frames' order."""
        elapsed_s = 0.0 if self._last_ns is None else (now_ns - self._last_ns) / 1e9
        if self._last_ns is not None and 0 <= elapsed_s < APART_S:
            return self._findings
        self._last_ns = now_ns
        self._findings = self._look(statistics, min(max(0.0, elapsed_s), LONGEST_STEP_S))
        return self._findings

    # --- parts of it -----------------------------------------------------------------------------------

    def _look(self, statistics: FrameStatistics, elapsed_s: float) -> Findings:
        """One frame, so long after the last one that was looked at."""
        structure = structure_of(statistics)
        comparison = self._learning.comparison(structure)
        suspicious = self._judge(structure, comparison, elapsed_s)
        self._learn(structure, suspicious, elapsed_s)
        problems = tuple(
            problem for problem in Problem if self._lasting[problem].active and problem in self._wanted
        )
        if not problems:
            return NOTHING_FOUND
        return Findings(problems, self._moved_by if Problem.MOVED in problems else None)

    def _judge(self, structure: Structure, comparison: Comparison | None, elapsed_s: float) -> bool:
        """Look for each problem. True where one is found in this frame: nothing is learned from it."""
        frozen = self._note(Problem.FROZEN, self._repeats(structure), elapsed_s)
        dark = judgements.is_dark(structure, comparison, self._lasts(Problem.DARK))
        blown = judgements.is_overexposed(structure, comparison, self._lasts(Problem.OVEREXPOSED))
        self._note(Problem.DARK, dark, elapsed_s)
        self._note(Problem.OVEREXPOSED, blown, elapsed_s)
        if dark or blown:  # whatever else is wrong can't be seen
            return True
        covered = judgements.is_covered(structure, comparison, self._lasts(Problem.COVERED))
        self._note(Problem.COVERED, covered, elapsed_s)
        if covered or comparison is None:
            return bool(covered) or frozen
        soft = judgements.is_defocused(comparison, self._lasts(Problem.DEFOCUSED))
        self._note(Problem.DEFOCUSED, soft, elapsed_s)
        moved = self._moves(comparison, elapsed_s)
        return bool(soft) or moved or frozen

    def _moves(self, comparison: Comparison, elapsed_s: float) -> bool:
        """Whether the frame shows the scene somewhere else, or another one; how far it has moved is noted."""
        lasts = self._lasts(Problem.MOVED)
        shift = judgements.shift_of(comparison, lasts)
        elsewhere = shift is None and judgements.is_elsewhere(comparison)
        gone = self._away.note(elsewhere, elapsed_s)
        # A moved camera that shows nothing known any more (somebody stands before it) has not come back.
        found = shift is not None or (elsewhere and (gone or lasts))
        if shift is not None:
            self._moved_by = _told(self._moved_by, self._displacement.note(shift))
        self._note(Problem.MOVED, found, elapsed_s)
        if not found and not self._lasts(Problem.MOVED):
            self._forget_move()
        return found

    def _learn(self, structure: Structure, suspicious: bool, elapsed_s: float) -> None:
        if not suspicious:
            self._learning.learn(structure, elapsed_s)
        elif (
            self._takes_over
            and self._lasts(Problem.MOVED)
            and self._learning.take_over(structure, elapsed_s, TAKES_OVER_S)
        ):
            self._lasting[Problem.MOVED].forget()
            self._away.forget()
            self._forget_move()

    def _forget_move(self) -> None:
        """The camera is where its reference is."""
        self._displacement.forget()
        self._moved_by = None

    def _repeats(self, structure: Structure) -> bool | None:
        return self._repetition.found(structure.statistics) if Problem.FROZEN in self._wanted else False

    def _note(self, problem: Problem, found: bool | None, elapsed_s: float) -> bool:
        return self._lasting[problem].note(found, elapsed_s)

    def _lasts(self, problem: Problem) -> bool:
        return self._lasting[problem].active


def _told(before: Shift | None, found: Registration) -> Shift:
    """How far it has moved: what was told, until it is clearly another way."""
    now = Shift(round(found.x, 3) + 0.0, round(found.y, 3) + 0.0)  # never -0.0
    if before is not None and max(abs(now.x - before.x), abs(now.y - before.y)) < TOLD_STEP:
        return before
    return now
