"""When the next frame is taken while one is inferred. All times are those of a script."""

import pytest

from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.overlap.take_time import TakeTime
from edgeclassify.pipeline.turns import Turn
from edgeclassify.pipeline.view import View
from edgeclassify.scene.interface import PLAIN_SCENE
from tests.pipeline.benches import make_view
from tests.support.frames import make_frame

VIEW = make_view("gate")


def turn(begun_s: float, ended_s: float = 0.0, preprocess_ms: float = 0.0, view: View = VIEW) -> Turn:
    made = Turn(view, make_frame(), PLAIN_SCENE)
    made.prepared = Prepared(None, preprocess_ms, 0, 0, 0.0)
    made.begun_s, made.ended_s = begun_s, ended_s
    return made


def after(inference_s: float, preprocess_s: float = 0.0, examine_s: float = 0.0) -> TakeTime:
    """When frames have taken so long for a while."""
    take_time = TakeTime()
    for _ in range(50):
        take_time.examined(examine_s)
        take_time.inferred(turn(1.0, 1.0 + inference_s, preprocess_s * 1e3))
    return take_time


def test_where_nothing_is_known_it_is_taken_at_once() -> None:
    assert TakeTime().wait_s(turn(5.0), 5.0) <= 0


@pytest.mark.parametrize(
    ("preprocess_s", "examine_s", "waits_s"),
    [(0.0, 0.0, 0.0945), (0.01, 0.0, 0.0745), (0.01, 0.02, 0.0345), (0.05, 0.02, -0.0455)],
)
def test_it_is_taken_so_late_that_it_can_be_prepared(
    preprocess_s: float, examine_s: float, waits_s: float
) -> None:
    assert after(0.1, preprocess_s, examine_s).wait_s(turn(5.0), 5.0) == pytest.approx(waits_s, abs=1e-4)


def test_what_has_passed_of_the_inference_is_not_waited_for() -> None:
    assert after(0.1).wait_s(turn(5.0), 5.06) == pytest.approx(0.0345, abs=1e-4)
    assert after(0.1).wait_s(turn(5.0), 6.0) < 0


def test_one_that_has_not_begun_is_about_to() -> None:
    assert after(0.1).wait_s(turn(0.0), 77.0) == pytest.approx(0.0945, abs=1e-4)


def test_each_view_has_a_model_of_its_own() -> None:
    take_time, other = after(0.1), make_view("yard")
    take_time.inferred(turn(1.0, 1.5, view=other))
    assert take_time.wait_s(turn(5.0, view=other), 5.0) == pytest.approx(0.4745, abs=1e-4)
    assert take_time.wait_s(turn(5.0), 5.0) == pytest.approx(0.0945, abs=1e-4)


def test_it_follows_what_changes() -> None:
    take_time = after(0.1)
    for _ in range(50):
        take_time.inferred(turn(1.0, 1.2))
    assert take_time.wait_s(turn(5.0), 5.0) == pytest.approx(0.1895, abs=1e-4)
