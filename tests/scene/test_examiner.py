"""What views hear of a camera's frames: gates of their own, where they look, what goes with it."""

from dataclasses import replace

import numpy as np

from edgeclassify.scene.examiner import ExaminedView, SceneExaminer
from edgeclassify.scene.gate import GateRules
from edgeclassify.scene.interface import PLAIN_SCENE
from edgeclassify.types import FULL_FRAME, Frame, Roi
from tests.scene.frames import frame_of

LEFT, RIGHT = Roi(0, 0, 0.5, 1), Roi(0.6, 0, 0.4, 1)
RULES = GateRules(open_s=1.0, max_interval_s=60.0)


class Bench:
    """A noisy camera of 320x240; `square`: something bright at its lower right."""

    def __init__(self, *views: ExaminedView) -> None:
        self.examiner, self.rng = SceneExaminer(views), np.random.default_rng(1)
        self.base = np.random.default_rng(5).integers(60, 140, (12, 16)).repeat(20, 0).repeat(20, 1)
        self.at_s = 1.0

    def frame(self, *, square: bool = False, light: float = 1.0) -> Frame:
        pixels = self.base * light
        if square:
            pixels[150:200, 250:300] = 230
        self.at_s += 0.5
        noisy = pixels + self.rng.normal(0, 2, pixels.shape)
        return frame_of(np.clip(noisy, 0, 255).astype(np.uint8), at_s=self.at_s)

    def still(self, name: str, frame: Frame, settled: bool = True) -> bool:
        return self.examiner.examine(frame).is_still(name, settled=settled)

    def settle(self, name: str = "gate") -> None:
        for _ in range(20):
            last = self.still(name, self.frame())
        assert last


def test_each_view_has_a_gate_of_its_own_for_its_region() -> None:
    bench = Bench(
        ExaminedView("left", LEFT, RULES), ExaminedView("right", RIGHT, RULES), ExaminedView("all", FULL_FRAME)
    )
    for _ in range(20):
        scene = bench.examiner.examine(bench.frame())
        still = [scene.is_still(name, settled=True) for name in ("left", "right", "all", "unheard of")]
        gated = [scene.is_gated(name) for name in ("left", "right", "all", "unheard of")]
    assert gated == [True, True, False, False]
    assert still == [True, True, False, False]
    scene = bench.examiner.examine(bench.frame(square=True))
    assert [scene.is_still(name, settled=True) for name in ("left", "right")] == [True, False]


def test_what_is_in_question_is_not_still() -> None:
    bench = Bench(ExaminedView("gate", FULL_FRAME, RULES))
    bench.settle()
    assert not bench.still("gate", bench.frame(), settled=False)


def test_an_image_that_comes_again_until_somebody_looks_is_never_still() -> None:
    bench = Bench(ExaminedView("gate", FULL_FRAME, RULES))
    bench.settle()
    assert not bench.still("gate", replace(bench.frame(), comes_again=True))


def test_the_time_of_a_film_counts() -> None:
    bench = Bench(ExaminedView("gate", FULL_FRAME, RULES))
    bench.settle()
    late = round((bench.at_s + 61) * 1e9)
    assert not bench.still("gate", replace(bench.frame(), scene_ns=late))
    assert bench.still("gate", bench.frame()) is False, "and back again"


def test_a_change_of_the_light_goes_beside_the_scores() -> None:
    bench = Bench(ExaminedView("gate", FULL_FRAME, RULES))
    bench.settle()
    scene = bench.examiner.examine(bench.frame(light=0.5))
    assert scene.surroundings.light_changed
    assert scene.is_still("gate", settled=True)
    for _ in range(5):
        scene = bench.examiner.examine(bench.frame(light=0.5))
    assert not scene.surroundings.light_changed


def test_a_view_looks_at_what_moves_where_it_wants_that() -> None:
    bench = Bench(
        ExaminedView("close", FULL_FRAME, None, follows_motion=True), ExaminedView("wide", FULL_FRAME, RULES)
    )
    for _ in range(20):
        scene = bench.examiner.examine(bench.frame())
    assert scene.look("close", FULL_FRAME) == FULL_FRAME
    scene = bench.examiner.examine(bench.frame(square=True))
    look = scene.look("close", FULL_FRAME)
    assert 0.7 < look.x <= 250 / 320
    assert 0.5 < look.y <= 150 / 240
    assert 300 / 320 < look.x + look.width < 1.0
    assert scene.look("wide", LEFT) == LEFT
    assert not scene.is_still("close", settled=True)


def test_of_pixels_that_do_not_fit_nothing_is_said() -> None:
    bench = Bench(ExaminedView("gate", FULL_FRAME, RULES))
    assert bench.examiner.examine(replace(bench.frame(), width=100)) is PLAIN_SCENE
