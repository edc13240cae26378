"""Cameras that their own threads can't help: what is said of them, and when a fresh process is asked for."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import RecoveryConfig
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.care import ABSENT_S, STUCK, CameraCare, all_ended
from edgeclassify.daemon.cameras.recovery import OTHERS_WAIT_S, Recovery, Remedy
from edgeclassify.errors import AbsentError, FreshProcessError, MissingInputError, SourceError
from edgeclassify.sources.capture.camera_state import CameraStatus
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.types import CameraState
from tests.support.sources import ScriptedSource

STALL_S, CALL_S = 4.0, 3.0
LOST = SourceError("no answer")
RUNNING, FAILED, FINISHED = CameraState.RUNNING, CameraState.FAILED, CameraState.FINISHED


class Status(CameraStatus):
    """Where the test says how long it has been lost."""

    lost_s = 0.0
    down_s = 0.0


class Source(ScriptedSource):
    longest_call_s = CALL_S


class Capture(CaptureThread):
    """One that never runs, and is as the test says."""

    stuck_s = 0.0
    settled = False
    worked = False

    def __init__(self, camera: str, state: CameraState = RUNNING, error: SourceError | None = None) -> None:
        super().__init__(Source([], camera=camera), LatestFrames(), CaptureRules(stall_timeout_s=STALL_S))
        self.status = self.times = Status(camera, lambda *_: None)
        self.status.state, self.status.error = state, error


class Bench:
    """The care of some cameras. `heard`: what was said of the availability of each, a view of the same name."""

    def __init__(self, *captures: Capture, absent_s: float = ABSENT_S, **recovery: Any) -> None:
        self.captures = captures
        self.heard: list[tuple[str, bool]] = []
        self.recovery = Recovery(None, RecoveryConfig(**recovery), lambda: 1e9)
        self.availability = Availability()
        self.care = CameraCare(self.recovery, self.availability, absent_s)

    def watch(self) -> None:
        self.care.watch(self.captures)

    def vain(self, capture: Capture, *, worked: bool = False) -> None:
        self.recovery.take(Remedy.FRESH_PROCESS, capture.camera, capture.source.describe(), worked=worked)

    def in_vain(self, capture: Capture) -> int:
        return self.recovery.in_vain(capture.camera, capture.source.describe())


class TestStuck:
    @pytest.fixture
    def front(self) -> Capture:
        return Capture("front")

    @pytest.fixture
    def bench(self, front: Capture) -> Bench:
        return Bench(front, fresh_process=False)

    def test_only_after_the_longest_call_and_the_silence_that_is_allowed(
        self, bench: Bench, front: Capture
    ) -> None:
        front.stuck_s = STALL_S + CALL_S
        bench.watch()
        assert not bench.care.is_stuck("front")
        front.stuck_s += 0.01
        bench.watch()
        assert bench.care.is_stuck("front")

    def test_said_once_and_shown_until_the_call_returns(
        self, bench: Bench, front: Capture, caplog: pytest.LogCaptureFixture
    ) -> None:
        tell = bench.availability.reporter("front")
        bench.availability.show({"gate": "front"}, lambda *said: bench.heard.append(said))
        tell("front", True)
        front.stuck_s = 60.0
        bench.watch()
        bench.watch()
        assert caplog.messages == [f"camera front: {STUCK}"]
        assert bench.heard == [("gate", False), ("gate", True), ("gate", False)]
        told = bench.care.health_of(front)
        assert (told.state, told.stalls) == (FAILED, 1)
        assert told.error == f"{front.source.describe()}: {STUCK}"
        front.stuck_s = 0.0
        bench.watch()
        assert bench.heard[3:] == [("gate", True)]
        told = bench.care.health_of(front)
        assert (told.state, told.stalls, told.error) == (RUNNING, 1, None)

    def test_another_capture_thread_begins_anew(self, bench: Bench, front: Capture) -> None:
        front.stuck_s = 60.0
        bench.watch()
        bench.care.forget("front")
        assert not bench.care.is_stuck("front")
        assert bench.care.health_of(front).stalls == 0

    def test_it_needs_a_fresh_process(self, front: Capture) -> None:
        front.stuck_s = 60.0
        with pytest.raises(FreshProcessError, match=f"camera front: {STUCK} This process can't bring it back"):
            Bench(front).watch()


def test_figures_tell_how_often_a_fresh_process_was_in_vain() -> None:
    front = Capture("front")
    bench = Bench(front)
    bench.vain(front)
    bench.vain(front)
    assert bench.care.health_of(front).fresh_processes == 2


@pytest.mark.parametrize("settled", [False, True])
def test_what_was_in_vain_is_forgotten_only_of_a_camera_that_has_settled(settled: bool) -> None:
    front = Capture("front")
    front.settled = settled
    bench = Bench(front)
    bench.vain(front)
    bench.watch()
    assert bench.in_vain(front) == (0 if settled else 1)


class TestGivenUp:
    def test_said_once_until_it_is_back(self, caplog: pytest.LogCaptureFixture) -> None:
        front = Capture("front", FAILED, LOST)
        bench = Bench(front, Capture("back"))
        said = "camera front: given up for now: no answer"
        bench.watch()
        bench.watch()
        assert caplog.messages == [said]
        front.status.state = RUNNING
        bench.watch()
        front.status.state = FAILED
        bench.watch()
        assert caplog.messages == [said, said]

    def test_said_of_each_capture_thread(self, caplog: pytest.LogCaptureFixture) -> None:
        front = Capture("front", FAILED, LOST)
        bench = Bench(front, Capture("back"))
        bench.watch()
        bench.care.forget("front")
        bench.watch()
        assert len(caplog.messages) == 2


class TestFinal:
    def test_none_is_left_that_could_come_back(self) -> None:
        error = MissingInputError("no file")
        with pytest.raises(MissingInputError) as raised:
            Bench(Capture("front", FAILED, error), Capture("back", FAILED, MissingInputError("none"))).watch()
        assert raised.value is error

    def test_another_camera_may_still_work(self) -> None:
        Bench(Capture("front", FAILED, MissingInputError("no file")), Capture("back")).watch()

    def test_it_is_not_final_where_it_worked_in_the_process_before(self) -> None:
        front = Capture("front", FAILED, MissingInputError("no file"))
        bench = Bench(front)
        bench.vain(front, worked=True)
        bench.watch()  # the next fresh process is not due yet
        front.times.lost_s = 60.0
        with pytest.raises(FreshProcessError):
            bench.watch()

    def test_without_cameras_there_is_no_error(self) -> None:
        Bench().watch()


class TestFreshProcess:
    def test_at_once_where_no_other_camera_works(self) -> None:
        front = Capture("front", FAILED, LOST)
        front.worked = True
        bench = Bench(front)
        with pytest.raises(FreshProcessError) as raised:
            bench.watch()
        assert str(raised.value) == (
            "camera front: no answer. This process can't bring it back: ending, so that a fresh one may "
            "(recovery.fresh_process)."
        )
        assert bench.in_vain(front) == 1
        assert bench.recovery.worked_before("front", front.source.describe())

    @pytest.mark.parametrize("state", [RUNNING, CameraState.RESTING, CameraState.STARTING, CameraState.RESTARTING])
    def test_later_where_another_one_works_or_may(self, state: CameraState) -> None:
        front = Capture("front", FAILED, LOST)
        bench = Bench(front, Capture("back", state))
        front.times.lost_s = OTHERS_WAIT_S - 0.1
        bench.watch()
        front.times.lost_s = OTHERS_WAIT_S
        with pytest.raises(FreshProcessError):
            bench.watch()

    def test_a_call_that_does_not_return_counts_as_its_loss(self) -> None:
        front = Capture("front")
        bench = Bench(front, Capture("back"))
        front.stuck_s = OTHERS_WAIT_S - 0.1
        bench.watch()
        front.stuck_s = OTHERS_WAIT_S
        with pytest.raises(FreshProcessError):
            bench.watch()

    def test_one_that_is_stuck_or_has_ended_does_not_work(self) -> None:
        for other in (Capture("back"), Capture("back", FAILED, LOST)):
            other.stuck_s = 0.0 if other.ended else 60.0
            with pytest.raises(FreshProcessError):
                Bench(Capture("front", FAILED, LOST), other).watch()

    @pytest.mark.parametrize(("down_s", "works"), [(4.9, True), (5.0, False)])
    def test_one_that_is_absent_counts_for_a_while(self, down_s: float, works: bool) -> None:
        other = Capture("back", CameraState.RESTARTING, AbsentError("unplugged"))
        other.times.down_s = down_s
        bench = Bench(Capture("front", FAILED, LOST), other, absent_s=5.0)
        if works:
            bench.watch()
        else:
            with pytest.raises(FreshProcessError):
                bench.watch()

    def test_not_for_one_that_is_absent(self) -> None:
        Bench(Capture("front", FAILED, AbsentError("unplugged"))).watch()

    def test_not_where_all_input_has_ended(self) -> None:
        captures = Capture("front", FAILED, LOST), Capture("back", FINISHED)
        Bench(*captures).watch()
        assert all_ended(captures)
        assert not all_ended(captures[:1])
        assert not all_ended([Capture("front"), captures[1]])

    def test_a_reboot_is_asked_for_and_the_process_goes_on(self, tmp_path: Path) -> None:
        front = Capture("front", FAILED, LOST)
        bench = Bench(front, reboot=True, reboot_after=1, reboot_file=tmp_path / "reboot")
        bench.vain(front)
        bench.watch()
        assert "front" in (tmp_path / "reboot").read_text()
        assert bench.in_vain(front) == 1
