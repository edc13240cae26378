"""What is wrong with a camera's picture is told of each of its views, once."""

from edgeclassify.scene.interface import PLAIN_SCENE, Scene
from edgeclassify.types import Condition, Frame, Problem
from tests.pipeline.benches import Bench, make_view
from tests.support.frames import make_frame

DARK = Condition((Problem.DARK,))


class Conditioned(Scene):
    def __init__(self, condition: Condition | None) -> None:
        self._condition = condition

    @property
    def condition(self) -> Condition | None:
        return self._condition


class DarkBelow100:
    def examine(self, frame: Frame) -> Scene:
        value = int(frame.pixels.max())
        return Conditioned(None if value == 0 else DARK if value < 100 else Condition())


def test_of_a_plain_scene_nothing_is_told() -> None:
    assert PLAIN_SCENE.condition is None
    bench = Bench(make_view("gate", "front"))
    bench.run(make_frame(1, "front", 1))
    assert bench.sink.of("condition") == []


def test_each_change_is_told_once_of_each_view_of_the_camera() -> None:
    views = [make_view("gate", "front"), make_view("yard", "front"), make_view("door", "back")]
    bench = Bench(*views, scenes={"front": DarkBelow100()})
    frames = [make_frame(value, "front", i) for i, value in enumerate((200, 200, 50, 60, 0, 50, 250))]
    bench.run(*frames, make_frame(50, "back", 9))
    told = [Condition(), DARK, Condition()]
    assert bench.sink.of("condition") == [(name, one) for one in told for name in ("gate", "yard")]
