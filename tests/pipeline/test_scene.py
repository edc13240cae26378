"""Who examines a camera's frames before its views do: once each, and what that may say to them."""

from collections.abc import Callable

from edgeclassify.scene.interface import PLAIN_SCENE, Scene
from edgeclassify.types import FULL_FRAME, PLAIN_SURROUNDINGS, Frame, Moment, Roi, Surroundings
from tests.pipeline.benches import Bench, make_view
from tests.pipeline.deciders import ScriptedView
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame

LEFT, CORNER = Roi(0, 0, 0.5, 1), Roi(0, 0, 0.25, 0.25)


class Brightness(Scene):
    """Computes one figure of a frame, when it is asked for, and finds what the test says."""

    def __init__(self, frame: Frame, step: "ScriptedStep") -> None:
        self._frame, self._step = frame, step
        self._mean: float | None = None

    @property
    def mean(self) -> float:
        if self._mean is None:
            self._step.computed += 1
            self._mean = float(self._frame.pixels.mean())
        return self._mean

    def is_gated(self, view: str) -> bool:
        return True

    def is_still(self, view: str, *, settled: bool) -> bool:
        self._step.settled.append(settled)
        return self._step.still(view, self.mean)

    def look(self, view: str, region: Roi) -> Roi:
        return CORNER if region == LEFT else region

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(light_changed=self.mean == 77)


class ScriptedStep:
    def __init__(self, still: Callable[[str, float], bool] = lambda view, mean: False) -> None:
        self.still = still
        self.examined: list[int] = []
        self.settled: list[bool] = []
        self.computed = 0

    def examine(self, frame: Frame) -> Scene:
        self.examined.append(frame.sequence)
        return Brightness(frame, self)


def test_a_plain_scene_says_nothing() -> None:
    assert not PLAIN_SCENE.is_still("gate", settled=True)
    assert PLAIN_SCENE.look("gate", LEFT) == LEFT
    assert PLAIN_SCENE.surroundings == PLAIN_SURROUNDINGS


def test_each_frame_is_examined_once_for_all_views_of_its_camera_and_of_no_other() -> None:
    front = [make_view(name, "front", region=region) for name, region in (("gate", LEFT), ("yard", FULL_FRAME))]
    step = ScriptedStep()
    bench = Bench(*front, make_view("door", "back"), scenes={"front": step})
    bench.run(make_frame(1, "front", 1), make_frame(1, "back", 2), make_frame(1, "front", 3))
    assert (step.examined, step.computed) == ([1, 3], 2)


def test_a_frame_that_no_view_wants_is_not_examined() -> None:
    step, view = ScriptedStep(), make_view("gate")
    view.adopt(lambda rules: rules.with_interval(3600.0))
    bench = Bench(view, scenes={"front": step})
    bench.run(make_frame(1, sequence=1), make_frame(1, sequence=2))
    assert step.examined == [1]


def test_a_view_passes_a_frame_over_in_which_nothing_moves_unless_somebody_asks() -> None:
    classifier = BrightnessClassifier()
    still, moved = (
        make_view(name, "front", classifier, region) for name, region in (("gate", LEFT), ("yard", FULL_FRAME))
    )
    bench = Bench(still, moved, scenes={"front": ScriptedStep(lambda view, mean: view == "gate")})
    bench.run(make_frame(255, sequence=1))
    assert classifier.seen == [(1, FULL_FRAME)]
    bench = Bench(still, scenes={"front": ScriptedStep(lambda view, mean: True)})
    asked = still.waiters.add()
    bench.run(make_frame(255, sequence=2), make_frame(255, sequence=3))
    assert asked.result(0).frame.sequence == 2
    assert classifier.seen[1:] == [(2, CORNER)]
    assert bench.watchdog == 2


def still_frames(bench: Bench) -> int:
    figures = {"dropped": 0, "restarts": 0, "spool_depth": 0, "spool_dropped": 0, "spool_on_disk": True}
    return bench.health.report(**figures).still_frames


def test_a_frame_in_which_nothing_moves_is_none_that_was_classified() -> None:
    bench = Bench(make_view("gate"), max_frames=5, scenes={"front": ScriptedStep(lambda view, mean: True)})
    bench.run(make_frame(255))
    assert (bench.pipeline.left, bench.watchdog, bench.health.frames, still_frames(bench)) == (5, 1, 0, 1)


def test_a_frame_that_one_view_has_classified_is_not_still_and_one_that_none_wanted_is_not_either() -> None:
    both = (make_view("gate"), make_view("yard"))
    bench = Bench(*both, scenes={"front": ScriptedStep(lambda view, mean: view == "gate")})
    bench.run(make_frame(255))
    assert (bench.health.frames, still_frames(bench)) == (1, 0)
    resting = make_view("gate")
    resting.enabled = False
    bench = Bench(resting, scenes={"front": ScriptedStep()})
    bench.run(make_frame(255))
    assert (bench.health.frames, still_frames(bench)) == (0, 0)


def test_a_frame_that_is_passed_over_counts_for_the_interval() -> None:
    step, view = ScriptedStep(lambda view, mean: True), make_view("gate")
    view.adopt(lambda rules: rules.with_interval(3600.0))
    bench = Bench(view, scenes={"front": step})
    bench.run(make_frame(1, sequence=1), make_frame(1, sequence=2))
    assert step.examined == [1]


def test_the_scene_is_told_whether_the_view_needs_more_frames() -> None:
    step, view = ScriptedStep(), make_view("gate")
    bench = Bench(view, scenes={"front": step})
    bench.run(*(make_frame(level, sequence=i) for i, level in enumerate((255, 255, 255, 0, 0, 0))))
    # Nothing is told before the first; behind the fourth something else is seen.
    assert step.settled == [False, True, True, True, False, True]
    view.lose(Moment.now(), bench.outlet)
    assert not view.is_settled


def test_a_view_looks_at_what_moved() -> None:
    classifier = BrightnessClassifier()
    bench = Bench(make_view("gate", "front", classifier, LEFT), scenes={"front": ScriptedStep()})
    bench.run(make_frame(255, sequence=1))
    assert classifier.seen == [(1, CORNER)]


def test_what_the_scene_says_goes_beside_the_scores() -> None:
    view = ScriptedView("gate")
    bench = Bench(view, scenes={"front": ScriptedStep()})
    bench.run(make_frame(1), make_frame(77))
    assert [given.light_changed for given in view.decider.given] == [False, True]


def test_a_frame_that_is_passed_over_is_told_with_what_the_scene_says() -> None:
    view = ScriptedView("gate")
    bench = Bench(view, scenes={"front": ScriptedStep(lambda view, mean: True)})
    bench.run(make_frame(77, sequence=1))
    assert (len(view.decider.of("still")), len(view.decider.of("see"))) == (1, 0)
    assert [given.light_changed for given in view.decider.given] == [True]
    view.switch(False, bench.outlet)
    view.still(Moment.now(), bench.outlet, PLAIN_SURROUNDINGS)
    assert len(view.decider.of("still")) == 1
