import logging

import pytest

from edgeclassify.scene.checks.picture_checks import PictureChecks
from edgeclassify.types import Condition, Problem
from tests.scene.checks.drawn import Picture, even, picture, scene, statistics_of

SCENE = scene()
USUAL = picture(SCENE)


class Judging:
    """A camera's checks, and the time."""

    def __init__(self, realign_limit: float | None = None) -> None:
        self.checks = PictureChecks("front", list(Problem), realign_limit=realign_limit)
        self.second = 0
        self.shows(USUAL, 20)

    def shows(self, shown: Picture, seconds: int = 15) -> None:
        for _ in range(seconds):
            self.second += 1
            self.judged = self.checks.judge(statistics_of(shown, self.second), self.second * 10**9)


def test_nothing_is_wrong() -> None:
    judging = Judging()
    assert judging.judged.condition == Condition()
    assert (judging.judged.problems, judging.judged.shifted) == ((), None)


def test_a_problem_is_told_and_goes_with_the_scores() -> None:
    judging = Judging()
    judging.shows(even(90))
    assert judging.judged.condition == Condition((Problem.COVERED,))
    assert judging.judged.problems == (Problem.COVERED,)


def test_regions_stay_where_nobody_said_otherwise() -> None:
    judging = Judging()
    judging.shows(picture(SCENE, 0.05))
    assert judging.judged.condition.moved_by is not None
    assert not judging.judged.condition.realigned
    assert (judging.judged.problems, judging.judged.shifted) == ((Problem.MOVED,), None)


def test_regions_go_along_within_the_limit_and_back() -> None:
    judging = Judging(realign_limit=0.1)
    judging.shows(picture(SCENE, 0.05, -0.08))
    moved_by = judging.judged.condition.moved_by
    assert moved_by is not None
    assert moved_by.x == pytest.approx(0.05, abs=0.01)
    assert moved_by.y == pytest.approx(-0.08, abs=0.01)
    assert judging.judged.condition == Condition((Problem.MOVED,), moved_by, realigned=True)
    assert (judging.judged.problems, judging.judged.shifted) == ((), moved_by)
    judging.shows(USUAL)
    assert judging.judged.condition == Condition()
    assert judging.judged.shifted is None


def test_beyond_the_limit_they_stay() -> None:
    judging = Judging(realign_limit=0.1)
    judging.shows(picture(SCENE, 0.05, -0.15))
    assert not judging.judged.condition.realigned
    assert (judging.judged.problems, judging.judged.shifted) == ((Problem.MOVED,), None)


def test_another_problem_counts_also_where_regions_went_along() -> None:
    judging = Judging(realign_limit=0.1)
    judging.shows(picture(SCENE, 0.05))
    judging.shows(even(3))
    assert judging.judged.condition.problems == (Problem.MOVED, Problem.DARK)
    assert judging.judged.problems == (Problem.DARK,)


def test_each_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    judging = Judging(realign_limit=0.1)
    assert not caplog.messages
    judging.shows(even(90), 30)
    judging.shows(USUAL, 30)
    assert caplog.messages == [
        "camera front: its picture can't be trusted: covered",
        "camera front: no longer covered",
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@pytest.mark.parametrize(
    ("limit", "x", "y", "said"),
    [
        (0.1, 0.05, -0.08, "5% to the right, 8% up in the picture: the rois of its views go with it"),
        (0.1, -0.2, 0.1, "20% to the left, 10% down in the picture: the rois of its views stay"),
        (None, 0.1, 0.0, "10% to the right in the picture: the rois of its views stay"),
        (None, 0.05, 0.1, "5% to the right, 10% down in the picture: the rois of its views stay"),
    ],
)
def test_how_far_is_logged(
    caplog: pytest.LogCaptureFixture, limit: float | None, x: float, y: float, said: str
) -> None:
    Judging(limit).shows(picture(SCENE, x, y), 30)
    assert caplog.messages == [
        "camera front: its picture can't be trusted: moved",
        f"camera front: its scene has moved {said}",
    ]


def test_what_is_usual_can_be_kept() -> None:
    judging = Judging()
    known = judging.checks.reference
    assert known is not None
    again = PictureChecks("front", list(Problem), known=known)
    for second in range(10):
        judged = again.judge(statistics_of(picture(SCENE, 0.1), second), second * 10**9)
    assert judged.problems == (Problem.MOVED,)
