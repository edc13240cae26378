"""What those hear who look at every frame, whether or not a view wants it."""

from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.types import Frame, Roi
from tests.pipeline.benches import Bench, make_view
from tests.pipeline.test_scene import CORNER, LEFT, ScriptedStep
from tests.support.frames import make_frame


class Looking(Onlookers):
    """Notes the numbers of frames, and (view, number, region) of looks."""

    def __init__(self) -> None:
        self.frames: list[int] = []
        self.looks: list[tuple[str, int, Roi]] = []

    def offer(self, frame: Frame) -> None:
        self.frames.append(frame.sequence)

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        assert frame.sequence == self.frames[-1]
        self.looks.append((view, frame.sequence, region))


def test_each_frame_once_however_many_views_look_at_it() -> None:
    looking = Looking()
    bench = Bench(make_view("gate"), make_view("yard"), make_view("door", "back"), onlookers=looking)
    bench.run(make_frame(255, sequence=1), make_frame(0, "back", 2))
    assert looking.frames == [1, 2]
    assert [(view, number) for view, number, _ in looking.looks] == [("gate", 1), ("yard", 1), ("door", 2)]


def test_a_frame_that_no_view_wants_is_shown_all_the_same() -> None:
    looking, resting = Looking(), make_view("gate")
    resting.enabled = False
    Bench(resting, onlookers=looking).run(make_frame(255, sequence=1))
    assert (looking.frames, looking.looks) == ([1], [])


def test_the_part_that_is_looked_at_and_nothing_of_what_is_still() -> None:
    looking = Looking()
    scene = {"front": ScriptedStep(lambda view, mean: view == "yard")}
    views = make_view("gate", region=LEFT), make_view("yard")
    Bench(*views, scenes=scene, onlookers=looking).run(make_frame(255, sequence=1))
    assert looking.looks == [("gate", 1, CORNER)]
