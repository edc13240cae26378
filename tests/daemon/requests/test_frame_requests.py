"""Requests that wait for a frame: each is answered once, whatever becomes of the frame."""

from pathlib import Path

import pytest

from edgeclassify.config import SnapshotConfig
from edgeclassify.daemon.requests.frame_requests import LOOK_TIMEOUT_S, FrameRequests
from edgeclassify.errors import EdgeClassifyError, ModelError
from edgeclassify.pipeline.interface import ViewResult
from edgeclassify.pipeline.view import View
from edgeclassify.publish.snapshots import Snapshot, SnapshotTaker
from edgeclassify.types import Command, Frame, Request, Response, Roi, ViewState
from tests.pipeline.benches import make_view
from tests.support.classifiers import BrightnessClassifier
from tests.support.clock import Clock
from tests.support.frames import make_frame


class Taker(SnapshotTaker):
    """Takes what a test can compare."""

    def __init__(self) -> None:
        super().__init__(config=SnapshotConfig(), folder=None, publish=None)
        self.taken: list[tuple[int, Roi, ViewState]] = []

    def take_now(self, frame: Frame, roi: Roi, state: ViewState) -> Snapshot:
        self.taken.append((frame.sequence, roi, state))
        return Snapshot(state.view, b"12345", 40, 30, Path("/kept.jpg"), published=True)


class Node:
    """One with these views, that notes which cameras were hurried."""

    no_snapshots_because = "nobody wants any"

    def __init__(self, *views: View) -> None:
        self.views = views
        self.snapshots: SnapshotTaker | None = None
        self.hurried: list[str] = []

    def view(self, name: str | None) -> View:
        found = [view for view in self.views if name in (None, view.name)]
        if not found:
            raise EdgeClassifyError(f"no view {name}")
        return found[0]

    def hurry(self, camera: str) -> None:
        self.hurried.append(camera)


class Bench:
    """Two views of one camera, and who asks."""

    def __init__(self) -> None:
        self.clock = Clock(100.0)
        self.gate, self.door = make_view("gate", region=Roi(0, 0, 0.5, 0.5)), make_view("door")
        self.node = Node(self.gate, self.door)
        self.requests = FrameRequests(self.node, clock=self.clock)
        self.heard: list[Response] = []

    def answer(self, response: Response) -> None:
        self.heard.append(response)

    def begin(self, number: int = 1, command: Command = Command.CLASSIFY_NOW, view: str | None = "gate") -> None:
        self.requests.begin(Request(command, number, view, asker=self))

    def look(self, view: View, brightness: int = 204) -> ViewResult:
        """A frame has come."""
        frame = make_frame(brightness, sequence=3)
        prediction = BrightnessClassifier().classify(frame)
        result = ViewResult(frame, prediction, view.look(prediction))
        view.waiters.answer(result)
        return result

    @property
    def errors(self) -> list[str | None]:
        self.requests.settle()
        return [response.error for response in self.heard]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_camera_is_hurried_and_the_frame_is_answered_once(bench: Bench) -> None:
    bench.begin()
    assert bench.node.hurried == ["front"]
    assert bench.errors == []
    bench.look(bench.gate)
    assert bench.heard == []  # until the daemon's thread looks
    assert bench.errors == [None]
    assert bench.errors == [None]
    (response,) = bench.heard
    assert (response.command, response.transaction) == ("classify_now", 1)
    assert response.data["view"] == "gate"
    assert response.data["top"][0] == {"label": "day", "score": 0.8}


def test_who_waits_for_another_view_waits_on(bench: Bench) -> None:
    bench.begin(1)
    bench.begin(2, view="door")
    bench.begin(3)
    bench.look(bench.gate)
    assert bench.errors == [None, None]
    assert [response.transaction for response in bench.heard] == [1, 3]
    bench.look(bench.door)
    assert bench.errors == [None, None, None]


def test_a_frame_is_waited_for_so_long_and_no_longer(bench: Bench) -> None:
    bench.begin()
    bench.clock.now = 100.0 + LOOK_TIMEOUT_S - 0.01
    assert bench.errors == []
    bench.clock.now = 100.0 + LOOK_TIMEOUT_S
    assert bench.errors == ["view gate: no frame within 15 s"]
    bench.look(bench.gate)  # too late, and nobody is told twice
    assert len(bench.errors) == 1


def test_how_long_is_for_the_daemon_to_say(bench: Bench) -> None:
    bench.requests = FrameRequests(bench.node, 0.5, bench.clock)
    bench.begin()
    bench.clock.now += 0.5
    assert bench.errors == ["view gate: no frame within 0.5 s"]


def test_a_frame_that_can_not_be_classified_is_an_error(bench: Bench) -> None:
    bench.begin()
    bench.gate.waiters.refuse(ModelError("it broke"))
    assert bench.errors == ["it broke"]


def test_none_waits_over_a_stop(bench: Bench) -> None:
    bench.begin(1)
    bench.begin(2, view="door")
    bench.requests.drop()
    over = "the daemon stops"
    assert [(one.transaction, one.error, one.data) for one in bench.heard] == [(1, over, {}), (2, over, {})]
    bench.look(bench.gate)
    bench.requests.drop()
    assert len(bench.errors) == 2


def test_who_waits_goes_on_waiting_for_the_view_that_takes_the_place(bench: Bench) -> None:
    bench.begin(1)
    bench.begin(2, view="door")
    bench.look(bench.door)
    bench.clock.now += 10.0
    bench.node.views, gate = (make_view("gate"),), bench.gate
    bench.requests.move()
    assert [(one.transaction, one.error) for one in bench.heard] == [(2, None)], "it had its frame"
    bench.look(gate)
    assert bench.errors == [None]
    bench.look(bench.node.views[0])
    assert bench.errors == [None, None]
    assert bench.node.hurried == ["front", "front", "front"]


def test_the_time_to_wait_goes_on_too_and_a_view_that_is_gone_is_an_error(bench: Bench) -> None:
    bench.begin(1)
    bench.begin(2, view="door")
    bench.clock.now += LOOK_TIMEOUT_S - 1.0
    bench.node.views = (make_view("gate"),)
    bench.requests.move()
    assert bench.errors == ["no view door"]
    bench.clock.now += 1.0
    assert bench.errors == ["no view door", f"view gate: no frame within {LOOK_TIMEOUT_S:g} s"]


def test_an_example_is_made_by_who_teaches(bench: Bench) -> None:
    taught: list[tuple[object, str, int]] = []
    bench.requests = FrameRequests(
        bench.node, teach=lambda request, view, look: taught.append((request, view.name, look.frame.sequence))
    )
    bench.begin(command=Command.TEACH_ADD)
    bench.look(bench.gate)
    assert bench.errors == [], "it answers itself"
    assert [(view, number) for _, view, number in taught] == [("gate", 3)]


def test_a_view_that_is_not_there(bench: Bench) -> None:
    with pytest.raises(EdgeClassifyError, match="no view yard"):
        bench.begin(view="yard")
    assert bench.node.hurried == []
    assert bench.errors == []


def test_a_snapshot(bench: Bench) -> None:
    bench.node.snapshots = taker = Taker()
    bench.begin(command=Command.SNAPSHOT)
    result = bench.look(bench.gate)
    assert bench.errors == [None]
    assert taker.taken == [(3, Roi(0, 0, 0.5, 0.5), result.state)]
    data = bench.heard[0].data
    assert (data["view"], data["bytes"], data["width"], data["height"]) == ("gate", 5, 40, 30)
    assert (data["path"], data["published"]) == ("/kept.jpg", True)


def test_no_snapshot_where_nobody_may_take_one(bench: Bench) -> None:
    with pytest.raises(EdgeClassifyError, match="nobody wants any"):
        bench.begin(command=Command.SNAPSHOT)
    assert bench.node.hurried == []
    assert not bench.gate.waiters
    bench.begin()  # scores need no snapshot
    bench.look(bench.gate)
    assert bench.errors == [None]


def test_no_snapshot_where_nobody_may_any_more(bench: Bench) -> None:
    bench.node.snapshots = Taker()
    bench.begin(command=Command.SNAPSHOT)
    bench.node.snapshots = None
    bench.look(bench.gate)
    assert bench.errors == ["nobody wants any"]
