"""Who hears of what views saw, and of what came of it."""

from collections.abc import Sequence

from edgeclassify.types import Event, Frame, Prediction, Roi, ViewState
from tests.pipeline.benches import Bench, make_view
from tests.pipeline.test_scene import ScriptedStep
from tests.support.frames import make_frame


class Heard:
    """Notes what it is offered."""

    def __init__(self) -> None:
        self.offered: list[tuple[str, int, bool, int]] = []
        self.pictures: list[bool] = []
        self.regions: list[Roi] = []
        self.events: list[Event] = []
        self.states: list[ViewState | None] = []

    def offer(
        self,
        view: str,
        frame: Frame,
        region: Roi,
        prediction: Prediction | None,
        state: ViewState | None,
        events: Sequence[Event],
        *,
        picture: bool,
    ) -> None:
        self.offered.append((view, frame.sequence, prediction is not None, len(events)))
        assert prediction is None or prediction.frame_sequence == frame.sequence
        self.pictures.append(picture)
        self.regions.append(region)
        self.events += events
        self.states.append(state)


def test_each_look_of_each_view_with_its_events() -> None:
    heard = Heard()
    bench = Bench(make_view("gate"), make_view("door", "back"), seen_frames=heard)
    bench.run(make_frame(255, sequence=1), make_frame(255, sequence=2), make_frame(0, "back", 3))
    assert heard.offered == [("gate", 1, True, 1), ("gate", 2, True, 0), ("door", 3, True, 1)]
    assert [event.seq for event in heard.events] == [1, 2]  # as they are kept
    assert [state.label for state in heard.states if state is not None] == ["day", "day", "night"]


def test_a_frame_in_which_nothing_moved_was_not_classified() -> None:
    heard = Heard()
    still = {"front": ScriptedStep(lambda view, mean: view == "gate")}
    Bench(make_view("gate"), make_view("yard"), scenes=still, seen_frames=heard).run(make_frame(255, sequence=1))
    assert heard.offered == [("gate", 1, False, 0), ("yard", 1, True, 1)]


def test_the_region_that_was_looked_at() -> None:
    heard, left, right = Heard(), Roi(0, 0, 0.5, 1), Roi(0.5, 0, 0.5, 1)
    scene = {"front": ScriptedStep(lambda view, mean: view == "yard")}  # of others it looks at a part
    bench = Bench(make_view("gate", region=left), make_view("yard", region=right), scenes=scene, seen_frames=heard)
    bench.run(make_frame(255, sequence=1))
    assert heard.regions == [Roi(0, 0, 0.25, 0.25), right]


def test_no_picture_where_a_profile_allows_none() -> None:
    heard, private = Heard(), make_view("gate")
    private.snapshots = False
    Bench(private, make_view("yard"), seen_frames=heard).run(make_frame(255, sequence=1))
    assert heard.pictures == [False, True]


def test_nothing_of_a_view_that_is_switched_off() -> None:
    heard, resting, asked = Heard(), make_view("gate"), make_view("yard")
    resting.enabled = asked.enabled = False
    asked.waiters.add()
    Bench(resting, asked, seen_frames=heard).run(make_frame(255, sequence=1))
    assert heard.offered == []
