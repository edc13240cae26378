"""Who hears of the frames that views are shown."""

from edgeclassify.types import Frame
from tests.pipeline.benches import Bench, make_view
from tests.pipeline.test_scene import ScriptedStep
from tests.support.frames import make_frame


class Heard:
    """Notes what it is offered."""

    def __init__(self) -> None:
        self.offered: list[tuple[str, int, bool]] = []

    def offer(self, view: str, frame: Frame, *, made_events: bool) -> None:
        self.offered.append((view, frame.sequence, made_events))


def test_each_frame_that_a_decider_got_and_which_ones_made_events() -> None:
    heard = Heard()
    bench = Bench(make_view("gate"), make_view("door", "back"), shown_frames=heard)
    bench.run(make_frame(255, sequence=1), make_frame(255, sequence=2), make_frame(0, "back", 3))
    assert heard.offered == [("gate", 1, True), ("gate", 2, False), ("door", 3, True)]


def test_frames_in_which_nothing_moves_are_recorded_too() -> None:
    heard = Heard()
    still = {"front": ScriptedStep(lambda view, mean: view == "gate")}
    bench = Bench(make_view("gate"), make_view("yard"), scenes=still, shown_frames=heard)
    bench.run(make_frame(255, sequence=1))
    assert heard.offered == [("gate", 1, False), ("yard", 1, True)]


def test_not_those_of_which_nothing_followed() -> None:
    heard, resting, asked = Heard(), make_view("gate"), make_view("yard")
    resting.enabled = asked.enabled = False
    asked.waiters.add()
    bench = Bench(resting, asked, shown_frames=heard)
    bench.run(make_frame(255, sequence=1))
    assert heard.offered == []
