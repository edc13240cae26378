from collections.abc import Callable, Iterable

import numpy as np
import pytest

from edgeclassify.scene.checks.camera_checks import (
    ANOTHER_PLACE_S,
    APART_S,
    LASTING_S,
    TAKES_OVER_S,
    CameraChecks,
    Findings,
)
from edgeclassify.scene.checks.reference import Reference
from edgeclassify.types import Problem
from tests.scene.checks.drawn import Picture, blurred, even, picture, scene, statistics_of

SCENE = scene()
USUAL = picture(SCENE)


class Watched:
    """A camera whose frames come at a steady pace; what it shows is said for so many seconds."""

    def __init__(self, checks: CameraChecks | None = None, *, every_s: float = 1.0) -> None:
        self.checks = CameraChecks() if checks is None else checks
        self.every_s, self.second, self.seed = every_s, 0.0, 0

    def shows(self, shown: Picture, seconds: float, noise: float = 2.0, *, freezes: bool = False) -> Findings:
        """The last findings."""
        findings = Findings()
        for _ in range(round(seconds / self.every_s)):
            self.second += self.every_s
            self.seed += 0 if freezes else 1
            statistics = statistics_of(shown, self.seed, noise)
            findings = self.checks.examine(statistics, round(self.second * 1e9))
        return findings

    def until(self, problem: Problem, shown: Picture, most_s: float = 60.0, *, there: bool = True) -> float:
        """Seconds until the problem is there (or gone)."""
        begin = self.second
        while self.second - begin < most_s:
            if (problem in self.shows(shown, self.every_s).problems) is there:
                return self.second - begin
        raise AssertionError(f"{problem} after {most_s} s: {not there}")


@pytest.fixture
def watched() -> Watched:
    camera = Watched()
    assert camera.shows(USUAL, 30) == Findings()
    return camera


def partly(share: float) -> Picture:
    covered = USUAL.copy()
    covered[:, : round(covered.shape[1] * share)] = 70
    return covered


FAULTS: dict[Problem, Iterable[Picture]] = {
    Problem.COVERED: (even(90), even(200), blurred(even(60) + 0.2 * USUAL, 30), partly(0.85)),
    Problem.MOVED: (picture(SCENE, 0.04), picture(SCENE, 0.1, -0.1)),
    Problem.DEFOCUSED: (blurred(USUAL, 2.5), blurred(USUAL, 5)),
    Problem.DARK: (np.asarray(0.03 * USUAL, np.float32), np.asarray(0.12 * USUAL, np.float32), even(4)),
    Problem.OVEREXPOSED: (np.asarray(4 * USUAL, np.float32), np.asarray(USUAL + 140, np.float32), even(255)),
}


@pytest.mark.parametrize(("problem", "shown"), [(problem, one) for problem in FAULTS for one in FAULTS[problem]])
def test_a_problem_begins_and_ends_after_its_time(watched: Watched, problem: Problem, shown: Picture) -> None:
    enter_s, exit_s = LASTING_S[problem]
    assert watched.until(problem, shown) == enter_s
    assert watched.shows(shown, 20).problems == (problem,)
    assert watched.until(problem, USUAL, there=False) == exit_s
    assert watched.shows(USUAL, 20) == Findings()


def test_a_camera_that_repeats_its_frames(watched: Watched) -> None:
    assert watched.shows(USUAL, LASTING_S[Problem.FROZEN][0] - 1, freezes=True).problems == ()
    assert watched.shows(USUAL, 1, freezes=True).problems == (Problem.FROZEN,)
    assert watched.shows(USUAL, LASTING_S[Problem.FROZEN][1] - 1).problems == (Problem.FROZEN,)
    assert watched.shows(USUAL, 1).problems == ()


@pytest.mark.parametrize(
    "shown",
    [
        np.asarray(0.5 * USUAL, np.float32),
        np.asarray(1.3 * USUAL, np.float32),
        np.asarray(0.6 * USUAL + 30, np.float32),
        picture(SCENE, 0.01),
        partly(0.5),
    ],
)
def test_no_problem_is_seen_where_there_is_none(watched: Watched, shown: Picture) -> None:
    assert watched.shows(shown, 60) == Findings()


@pytest.mark.parametrize("passing", [even(70), partly(0.9), even(250), even(3)])
def test_what_passes_before_the_camera_is_none(watched: Watched, passing: Picture) -> None:
    for _ in range(5):
        assert watched.shows(passing, 4) == Findings()
        assert watched.shows(USUAL, 16) == Findings()


def test_how_far_it_has_moved(watched: Watched) -> None:
    moved_by = watched.shows(picture(SCENE, 0.1, -0.05), 10).moved_by
    assert moved_by is not None
    assert moved_by.x == pytest.approx(0.1, abs=0.01)
    assert moved_by.y == pytest.approx(-0.05, abs=0.01)
    assert watched.shows(picture(SCENE, 0.103, -0.05), 10).moved_by == moved_by  # no news
    further = watched.shows(picture(SCENE, 0.15, -0.05), 10).moved_by
    assert further is not None
    assert further.x == pytest.approx(0.15, abs=0.01)
    assert watched.shows(USUAL, 10).moved_by is None


def test_what_was_moved_and_is_hidden_has_not_come_back(watched: Watched) -> None:
    watched.shows(picture(SCENE, 0.1), 10)
    assert watched.shows(picture(scene(2)), 60).problems == (Problem.MOVED,)


def test_a_camera_that_was_moved_during_a_restart(watched: Watched) -> None:
    watched.shows(USUAL, 30)
    known = Reference.of_document(watched.checks.reference.document()) if watched.checks.reference else None
    again = Watched(CameraChecks(known=known))
    assert again.until(Problem.MOVED, picture(SCENE, 0.1)) <= LASTING_S[Problem.MOVED][0] + 1


def test_nothing_is_known_at_first() -> None:
    camera = Watched()
    camera.shows(USUAL, 9)
    assert camera.checks.reference is None
    camera.shows(USUAL, 3)
    assert camera.checks.reference is not None


def test_a_camera_that_shows_nothing_from_the_start() -> None:
    assert Watched().until(Problem.COVERED, even(120)) == LASTING_S[Problem.COVERED][0] + 1
    assert Watched().until(Problem.DARK, even(3)) == LASTING_S[Problem.DARK][0] + 1
    assert Watched().until(Problem.OVEREXPOSED, even(255)) == LASTING_S[Problem.OVEREXPOSED][0] + 1


def test_what_is_wrong_is_never_learned(watched: Watched) -> None:
    for shown in (even(90), blurred(USUAL, 4), picture(SCENE, 0.1), np.asarray(0.03 * USUAL, np.float32)):
        watched.shows(shown, 120)
        watched.shows(USUAL, 30)
    assert watched.shows(USUAL, 1) == Findings()
    assert watched.until(Problem.DEFOCUSED, blurred(USUAL, 4)) == LASTING_S[Problem.DEFOCUSED][0]


def test_a_new_aim_at_the_beginning_is_taken_over(watched: Watched) -> None:
    """Whoever sets a camera up turns it until it is right."""
    other = picture(scene(2))
    assert watched.shows(other, 100) == Findings()
    assert watched.until(Problem.DEFOCUSED, blurred(other, 4)) == LASTING_S[Problem.DEFOCUSED][0]


def turned_away(takes_over: bool) -> Watched:
    camera = Watched(CameraChecks(takes_over=takes_over), every_s=30.0)
    assert camera.shows(USUAL, 2 * ANOTHER_PLACE_S) == Findings()
    return camera


def test_a_camera_that_was_turned_away_altogether() -> None:
    camera = turned_away(takes_over=True)
    other = picture(scene(2))
    seen_after_s = camera.until(Problem.MOVED, other, most_s=3000)
    assert ANOTHER_PLACE_S <= seen_after_s <= ANOTHER_PLACE_S + 5 * camera.every_s
    assert camera.shows(other, 60) == Findings((Problem.MOVED,))  # how far, nobody can tell


@pytest.mark.parametrize("shown", [picture(SCENE, 0.1), picture(scene(2))])
def test_its_new_place_is_taken_over_in_the_end(shown: Picture) -> None:
    camera = turned_away(takes_over=True)
    camera.until(Problem.MOVED, shown, most_s=3000)
    taken_after_s = camera.until(Problem.MOVED, shown, most_s=2 * TAKES_OVER_S, there=False)
    assert TAKES_OVER_S - ANOTHER_PLACE_S <= taken_after_s <= TAKES_OVER_S + 5 * camera.every_s
    assert camera.shows(shown, 600) == Findings()


def test_it_is_not_where_regions_went_with_it() -> None:
    camera = turned_away(takes_over=False)
    camera.until(Problem.MOVED, picture(SCENE, 0.1), most_s=3000)
    assert camera.shows(picture(SCENE, 0.1), 2 * TAKES_OVER_S).problems == (Problem.MOVED,)
    camera.until(Problem.MOVED, USUAL, most_s=300, there=False)


def test_only_what_is_wanted_is_told() -> None:
    camera = Watched(CameraChecks([Problem.DARK]))
    camera.shows(USUAL, 30)
    assert camera.shows(even(90), 30) == Findings()
    assert camera.shows(even(3), 30).problems == (Problem.DARK,)


def test_several_problems_in_the_order_of_their_kinds(watched: Watched) -> None:
    found = watched.shows(blurred(picture(SCENE, 0.1), 3), 30)
    assert found.problems == (Problem.MOVED, Problem.DEFOCUSED)


def test_what_can_t_be_seen_in_the_dark_lasts(watched: Watched) -> None:
    watched.shows(even(90), 30)
    assert watched.shows(even(3), 30).problems == (Problem.COVERED, Problem.DARK)


@pytest.mark.parametrize("step", [lambda second: -second, lambda second: 0.0])
def test_time_that_stands_or_goes_back_begins_nothing(watched: Watched, step: Callable[[float], float]) -> None:
    for second in range(100):
        found = watched.checks.examine(statistics_of(even(90), second), round((30 + step(second)) * 1e9))
        assert found == Findings()


def test_a_gap_counts_as_a_minute_at_most(watched: Watched) -> None:
    watched.shows(USUAL, 30)
    watched.second += 1e6
    assert watched.shows(even(90), 2) == Findings()
    reference = watched.checks.reference
    assert reference is not None
    assert reference.age_s < 150


def test_frames_that_follow_at_once_are_passed_over() -> None:
    checks = CameraChecks([Problem.OVEREXPOSED])
    white = statistics_of(even(255), noise=0)
    apart = round(APART_S * 1e9)
    times = [0, *(step * apart + late for step in range(1, 40) for late in (0, apart - 1))]
    told = [checks.examine(white, now_ns).problems for now_ns in times]
    first = told.index((Problem.OVEREXPOSED,))
    assert times[first] == pytest.approx(1e9 * LASTING_S[Problem.OVEREXPOSED][0], abs=apart)
    assert times[first] % apart == 0  # one that counts
    assert set(told[first:]) == {(Problem.OVEREXPOSED,)}  # those that are passed over say the same


def test_time_that_goes_back_is_looked_at() -> None:
    checks = CameraChecks([Problem.FROZEN])
    same = statistics_of(USUAL)
    for second in range(40):
        checks.examine(same, second * 10**9)
    assert checks.examine(same, 40 * 10**9).problems == (Problem.FROZEN,)
    for seed, second in enumerate(range(20, 40), 1):
        findings = checks.examine(statistics_of(USUAL, seed), second * 10**9)
    assert findings.problems == ()
