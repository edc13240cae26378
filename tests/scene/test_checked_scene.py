from edgeclassify.scene.checked_scene import CheckedScene
from edgeclassify.scene.checks.picture_checks import Judged, PictureChecks
from edgeclassify.scene.examiner import ExaminedView, SceneExaminer
from edgeclassify.scene.interface import PLAIN_SCENE
from edgeclassify.types import PLAIN_SURROUNDINGS, Condition, Problem, Roi, Shift, Surroundings
from tests.scene.checks.drawn import even, picture, pixels_of, scene
from tests.scene.frames import frame_of

REGION = Roi(0.4, 0.4, 0.2, 0.2)
SCENE = scene()


def test_one_that_nobody_checks_says_nothing() -> None:
    found = CheckedScene(None)
    assert (found.condition, found.surroundings) == (None, PLAIN_SURROUNDINGS)
    assert found.region(REGION) == found.look("gate", REGION) == PLAIN_SCENE.region(REGION) == REGION
    assert not found.is_still("gate", settled=True)


def test_what_is_wrong_goes_beside_the_scores() -> None:
    found = CheckedScene(Judged(Condition((Problem.DARK,)), (Problem.DARK,)))
    assert found.condition == Condition((Problem.DARK,))
    assert found.surroundings == Surroundings(problems=(Problem.DARK,))


def test_regions_go_with_the_scene() -> None:
    shift = Shift(0.25, -0.125)
    found = CheckedScene(Judged(Condition((Problem.MOVED,), shift, realigned=True), (), shift))
    assert found.region(REGION) == found.look("gate", REGION) == Roi(0.65, 0.275, 0.2, 0.2)
    assert found.surroundings == Surroundings(shifted=shift)


def examined(examiner: SceneExaminer, seconds: int, x: float = 0.0, from_s: int = 0) -> CheckedScene:
    for second in range(from_s, from_s + seconds):
        found = examiner.examine(frame_of(pixels_of(picture(SCENE, x), second), at_s=float(second)))
    assert isinstance(found, CheckedScene)
    return found


def test_a_camera_is_checked_also_where_no_view_asks_for_motion() -> None:
    examiner = SceneExaminer([], PictureChecks("front", list(Problem)))
    assert examined(examiner, 20).condition == Condition()
    for second in range(20, 40):
        found = examiner.examine(frame_of(pixels_of(even(3), second), at_s=float(second)))
    assert found.surroundings.problems == (Problem.DARK,)


def test_a_view_that_looks_at_what_moves_goes_with_the_scene_too() -> None:
    checks = PictureChecks("front", list(Problem), realign_limit=0.1)
    examiner = SceneExaminer([ExaminedView("gate", REGION, follows_motion=True)], checks)
    assert examined(examiner, 20).look("gate", REGION) == REGION
    found = examined(examiner, 60, x=0.1, from_s=20)
    assert found.surroundings.shifted is not None
    look = found.look("gate", REGION)
    assert look == found.region(REGION)
    assert 0.49 < look.x < 0.51


def test_motion_alone_says_nothing_of_the_picture() -> None:
    found = examined(SceneExaminer([ExaminedView("gate", REGION)]), 5)
    assert found.condition is None
    assert found.surroundings.problems == ()
