"""The hand-off, and the capture thread with its restart ladder."""

import gc
import itertools
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from edgeclassify.errors import (
    AbsentError,
    ImageError,
    MissingInputError,
    SourceError,
    SourceSetupError,
    SourceUnusableError,
)
from edgeclassify.sources.capture import ladder, live_reading
from edgeclassify.sources.capture.camera_state import CameraStatus
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.daynight import NightRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import WAITS, NextAttempt, Rung, Waits
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.interface import BrokenFrameError, FrameSource, NoFrameInTimeError
from edgeclassify.types import CameraState, Frame, Outcome
from tests.sources.capture.taking import take_frame, take_lease
from tests.support.frames import make_frame
from tests.support.optional import present
from tests.support.sources import ReadStep, ScriptedSource
from tests.support.waiting import patient, wait_for

Run = Callable[..., CaptureThread]
QUICK = Waits(back_off_s=0.002, max_back_off_s=0.01)


@pytest.fixture
def frames() -> Iterator[LatestFrames]:
    hand_off = LatestFrames()
    yield hand_off
    hand_off.close()


@pytest.fixture
def run(frames: LatestFrames) -> Iterator[Run]:
    """Starts capture threads and stops them at the end."""
    threads = []

    def start(
        source: FrameSource,
        on_available: Callable[[str, bool], None] = lambda *_: None,
        waits: Waits = WAITS,
        **rules: Any,
    ) -> CaptureThread:
        thread = CaptureThread(source, frames, CaptureRules(**rules), on_available, waits)
        threads.append(thread)
        thread.start()
        return thread

    yield start
    frames.close()
    for thread in threads:
        thread.stop(3)


class TestLive:
    def test_hands_over_frames_and_tells_of_it(self, frames: LatestFrames, run: Run) -> None:
        told = []
        thread = run(ScriptedSource([0, 1, 2]), on_available=lambda *args: told.append(args))
        wait_for(lambda: thread.frames_captured == 3)
        assert take_frame(frames, 0).sequence == 2
        assert thread.dropped == 2
        assert thread.state is CameraState.RUNNING
        assert told == [("front", True)]

    def test_is_drained_between_intervals(self, frames: LatestFrames, run: Run) -> None:
        """Of many frames a second at most one per interval is read, all others are skipped, none waits."""

        class Camera(ScriptedSource):
            number = skips = 0

            def read(self, timeout_s: float) -> Frame:
                time.sleep(0.001)
                self.number += 1
                self.reads += 1
                return make_frame(sequence=self.number)

            def skip(self, timeout_s: float) -> bool:
                time.sleep(0.001)
                self.number += 1
                self.skips += 1
                return True

        source = Camera([])
        started = time.monotonic()
        thread = run(source, interval_s=0.05)
        taken = [take_frame(frames).sequence for _ in range(5)]
        assert thread.stop(2)
        assert source.reads <= (time.monotonic() - started) / 0.05 + 2
        assert source.skips > source.reads
        assert source.number == source.reads + source.skips
        assert taken == sorted(set(taken))

    def test_breaks_and_heals(self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture) -> None:
        told = []
        source = ScriptedSource([0, SourceError("cable")], SourceError("still"), SourceError("still"), [1])
        with caplog.at_level(logging.INFO):
            thread = run(source, on_available=lambda *args: told.append(args), waits=QUICK)
            wait_for(lambda: thread.frames_captured == 2)
        assert told == [("front", True), ("front", False), ("front", True)]
        assert thread.status.reopens == 3
        assert thread.state is CameraState.RUNNING
        assert thread.error is None
        assert source.closed == 3
        assert [r.levelname for r in caplog.records] == ["WARNING", "INFO"]
        assert "cable" in caplog.records[0].message

    def test_stall_opens_again(self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture) -> None:
        source = ScriptedSource([0], [1])
        thread = run(source, stall_timeout_s=0.05, waits=QUICK)
        wait_for(lambda: thread.frames_captured == 2)
        assert source.opened == 2
        assert "no new frame for 0.05 s" in caplog.text

    def test_short_gaps_are_no_stall(self, frames: LatestFrames, run: Run) -> None:
        gap = [NoFrameInTimeError("gap")] * 3
        source = ScriptedSource([0, *gap, 1, *gap, 2])
        thread = run(source, stall_timeout_s=5)
        wait_for(lambda: thread.frames_captured == 3)
        assert source.opened == 1

    def test_gives_up_after_the_attempts(
        self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture
    ) -> None:
        told = []
        source = ScriptedSource(SourceError("not there"))
        thread = run(source, restart_attempts=3, on_available=lambda *args: told.append(args), waits=QUICK)
        wait_for(lambda: thread.ended)
        assert thread.state is CameraState.FAILED
        assert source.opened == 4
        assert source.closed == 4
        assert str(thread.error) == "not there"
        assert told == [("front", False)]
        assert [r.levelname for r in caplog.records] == ["WARNING"]

    def test_a_camera_that_was_given_up_is_tried_on_quietly(
        self,
        frames: LatestFrames,
        run: Run,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        told = []
        source = ScriptedSource(*[SourceError("not there")] * 6, [7])
        run(
            source,
            restart_attempts=1,
            on_available=lambda *args: told.append(args),
            waits=replace(QUICK, given_up_s=0.02),
        )
        wait_for(lambda: told == [("front", False), ("front", True)])
        assert sum(record.levelname == "WARNING" for record in caplog.records) == 1

    def test_a_call_that_does_not_return_can_be_seen(self, frames: LatestFrames, run: Run) -> None:
        entered, release = threading.Event(), threading.Event()

        class Stuck(ScriptedSource):
            def read(self, timeout_s: float) -> Frame | None:
                entered.set()
                release.wait(patient(10))
                return super().read(timeout_s)

        thread = run(Stuck([1]))
        entered.wait(patient(10))
        wait_for(lambda: thread.stuck_s > 0.05)
        release.set()
        wait_for(lambda: thread.frames_captured == 1)

    def test_re_opens_without_a_frame_count(self, frames: LatestFrames, run: Run) -> None:
        source = ScriptedSource([SourceError("opens, but reads nothing")])
        thread = run(source, restart_attempts=2, waits=QUICK)
        wait_for(lambda: thread.ended)
        assert source.opened == 3

    def test_frames_for_a_while_reset_the_count(self, frames: LatestFrames, run: Run) -> None:
        script: list[list[ReadStep]] = [[n, SourceError("x")] for n in range(8)]
        source = ScriptedSource(*script, SourceError("x"))
        thread = run(source, restart_attempts=1, waits=replace(QUICK, settled_s=0.0))
        wait_for(lambda: thread.ended)
        assert thread.frames_captured == 8

    def test_single_frames_do_not_reset_the_count(self, frames: LatestFrames, run: Run) -> None:
        """A camera that gives one frame after each opening would be opened again for ever."""
        script: list[list[ReadStep]] = [[n, SourceError("x")] for n in range(8)]
        source = ScriptedSource(*script, SourceError("x"))
        thread = run(source, restart_attempts=3, waits=QUICK)
        wait_for(lambda: thread.state is CameraState.FAILED)
        assert thread.frames_captured == 4

    def test_no_attempts(self, frames: LatestFrames, run: Run) -> None:
        source = ScriptedSource(SourceError("x"))
        thread = run(source, restart_attempts=0)
        wait_for(lambda: thread.ended)
        assert source.opened == 1

    def test_waits_as_its_ladder_says(self, frames: LatestFrames, run: Run) -> None:
        opened_at: list[float] = []

        class Timed(ScriptedSource):
            def open(self) -> None:
                opened_at.append(time.monotonic())
                super().open()

        waits = Waits(back_off_s=0.02, max_back_off_s=0.06, given_up_s=0.3)
        run(Timed(SourceError("x")), waits=waits, restart_attempts=3)
        wait_for(lambda: len(opened_at) == 6)
        pauses = [after - before for before, after in itertools.pairwise(opened_at)]
        expected = [0.02, 0.04, 0.06, 0.3, 0.3]
        assert all(least <= pause < least + 0.2 for pause, least in zip(pauses, expected, strict=True)), pauses

    def test_an_unexpected_error_is_logged_and_heals(
        self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture
    ) -> None:
        source = ScriptedSource([ZeroDivisionError("bug")], [5])
        thread = run(source, waits=QUICK)
        wait_for(lambda: thread.frames_captured == 1)
        assert "ZeroDivisionError" in caplog.text
        assert "Traceback" in caplog.text

    def test_the_end_of_a_stream_is_its_end(self, frames: LatestFrames, run: Run) -> None:
        thread = run(ScriptedSource([0, None]))
        wait_for(lambda: thread.ended)
        assert thread.state is CameraState.FINISHED


class SteadySource(FrameSource):
    """Gives a frame every 5 ms, with a clock and a brightness that the test sets; notes what is done to it."""

    keeps_device = True

    def __init__(self, brightness: int | None = None) -> None:
        super().__init__("front")
        self.calls: list[str] = []
        self.still = False
        self.brightness = brightness
        self.measured_lux: float | None = None
        self.fault: SourceError | None = None
        self._number = 0
        self._clock = 0

    def open(self) -> None:
        self.calls.append("open")

    def pause(self) -> None:
        self.calls.append("pause")

    def resume(self) -> None:
        self.calls.append("resume")
        self.still = False

    def close(self) -> None:
        self.calls.append("close")

    def renew(self) -> None:
        self.calls.append("renew")

    def read(self, timeout_s: float) -> Frame:
        time.sleep(0.005)
        if self.fault is not None:
            raise self.fault
        self._number += 1
        if not self.still:
            self._clock = self._number
        frame = make_frame(7 if self.brightness is None else self.brightness, sequence=self._number)
        frame.pixels[0, 0] = 255  # not all alike: such a picture says nothing
        if self.brightness is None:
            frame.pixels[1, :] = self._number % 200
        return frame

    @property
    def clock(self) -> int:
        return self._clock

    @property
    def lux(self) -> float | None:
        return self.measured_lux

    def use_night_profile(self, night: bool) -> None:
        self.calls.append("night" if night else "day")


class TestFreshness:
    def test_a_clock_that_stands_still_is_a_stall(self, frames: LatestFrames, run: Run) -> None:
        source = SteadySource()
        thread = run(source, stall_timeout_s=0.1)
        wait_for(lambda: thread.frames_captured > 3)
        source.still = True
        wait_for(lambda: thread.state is CameraState.RESTARTING or thread.status.restarts)
        wait_for(lambda: thread.state is CameraState.RUNNING)
        assert (thread.status.stalls, thread.status.restarts, thread.status.reopens) == (1, 1, 0)
        assert source.calls == ["open", "pause", "resume"]

    def test_what_a_restart_does_not_move_is_still_not_new(self, frames: LatestFrames, run: Run) -> None:
        """After a restart of the stream the old frame comes once more: nobody must take it for a new one."""

        class Stubborn(SteadySource):
            def resume(self) -> None:
                self.calls.append("resume")

            def open(self) -> None:
                super().open()
                self.still = False

        source, told = Stubborn(), []
        thread = run(source, stall_timeout_s=0.1, on_available=lambda _, online: told.append(online), waits=QUICK)
        wait_for(lambda: thread.frames_captured > 3)
        source.still = True
        wait_for(lambda: thread.status.reopens)
        wait_for(lambda: told == [True, False, True])
        assert (thread.status.stalls, thread.status.restarts, thread.status.reopens) == (2, 1, 1)

    def test_the_same_picture_for_too_long_is_frozen(
        self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture
    ) -> None:
        source = SteadySource(brightness=50)
        thread = run(source, freeze_timeout_s=0.1)
        wait_for(lambda: thread.status.freezes)
        wait_for(lambda: "bit by bit" in caplog.text)
        assert source.calls[:3] == ["open", "pause", "resume"]

    def test_after_the_restart_comes_the_reopening(self, frames: LatestFrames, run: Run) -> None:
        source = SteadySource(brightness=50)
        thread = run(source, freeze_timeout_s=0.05, restart_attempts=2, waits=QUICK)
        wait_for(lambda: thread.state is CameraState.FAILED)
        assert (thread.status.restarts, thread.status.reopens) == (1, 2)
        assert source.calls[:8] == ["open", "pause", "resume", "close", "open", "close", "renew", "open"]

    def test_pictures_that_differ_are_not_frozen(self, frames: LatestFrames, run: Run) -> None:
        thread = run(SteadySource(), freeze_timeout_s=0.05)
        wait_for(lambda: thread.frames_captured > 40)
        assert thread.status.freezes == 0


class TestRest:
    def test_the_camera_is_stopped_between_two_frames(self, frames: LatestFrames, run: Run) -> None:
        source = SteadySource()
        thread = run(source, interval_s=0.3, least_rest_s=0.05, settle_s=0.05)
        wait_for(lambda: thread.state is CameraState.RESTING)
        assert thread.health(0).state is CameraState.RESTING
        wait_for(lambda: thread.frames_captured == 3)
        assert source.calls[:5] == ["open", "pause", "resume", "pause", "resume"]
        assert thread.status.stalls == 0

    def test_an_interval_that_is_shortened_ends_the_rest(
        self, frames: LatestFrames, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_reading, "REST_SLICE_S", 0.05)
        thread = run(SteadySource(), interval_s=600, least_rest_s=2, settle_s=0.02)
        wait_for(lambda: thread.state is CameraState.RESTING)
        thread.set_interval(0.1)
        wait_for(lambda: thread.frames_captured >= 2)

    def test_hurry_ends_the_rest(self, frames: LatestFrames, run: Run) -> None:
        source = SteadySource()
        thread = run(source, interval_s=600, least_rest_s=2, settle_s=0.02)
        wait_for(lambda: thread.state is CameraState.RESTING)
        thread.hurry()
        wait_for(lambda: thread.frames_captured == 2)

    def test_stop_ends_the_rest(self, frames: LatestFrames) -> None:
        source = SteadySource()
        thread = CaptureThread(source, frames, CaptureRules(interval_s=600, least_rest_s=2))
        thread.start()
        wait_for(lambda: thread.state is CameraState.RESTING)
        assert thread.stop(2)
        assert source.calls == ["open", "pause", "close"]


class TestNight:
    LUX = NightRules(below=5, above=20, in_lux=True, dwell_s=0.02)

    def test_by_lux(self, frames: LatestFrames, run: Run) -> None:
        source = SteadySource()
        source.measured_lux = 100
        thread = run(source, night=self.LUX)
        wait_for(lambda: thread.frames_captured > 3)
        assert thread.health(0).profile == "day"
        source.measured_lux = 1
        wait_for(lambda: thread.health(0).profile == "night")
        source.measured_lux = 10  # between the two: nothing changes
        time.sleep(0.1)
        assert thread.health(0).profile == "night"
        source.measured_lux = 50
        wait_for(lambda: thread.health(0).profile == "day")
        assert source.calls == ["open", "night", "day"]

    def test_by_brightness(self, frames: LatestFrames, run: Run) -> None:
        source = SteadySource(brightness=5)
        thread = run(source, night=NightRules(below=0.2, above=0.5, in_lux=False, dwell_s=0.0))
        wait_for(lambda: thread.health(0).profile == "night")
        source.brightness = 200
        wait_for(lambda: thread.health(0).profile == "day")

    def test_the_night_survives_a_restart_of_the_source(self, frames: LatestFrames, run: Run) -> None:
        source = SteadySource()
        source.measured_lux = 1
        thread = run(source, night=self.LUX, stall_timeout_s=0.1, waits=QUICK)
        wait_for(lambda: thread.health(0).profile == "night")
        source.fault = SourceError("broke")
        wait_for(lambda: thread.status.restarts)
        source.fault = None
        wait_for(lambda: thread.state is CameraState.RUNNING)
        assert thread.health(0).profile == "night"

    def test_a_camera_without_lux_stays_with_the_day(
        self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture
    ) -> None:
        thread = run(SteadySource(), night=self.LUX)
        wait_for(lambda: thread.frames_captured > 5)
        assert thread.health(0).profile == "day"
        assert sum("below_brightness" in record.getMessage() for record in caplog.records) == 1


class TestAfterTheStop:
    def test_a_late_call_tells_nobody(self, frames: LatestFrames) -> None:
        """Another thread may have the camera by then, and must not be contradicted."""
        told, release, entered = list[bool](), threading.Event(), threading.Event()

        class Late(ScriptedSource):
            def read(self, timeout_s: float) -> Frame | None:
                if self.reads == 1:
                    entered.set()
                    release.wait(patient(10))
                return super().read(timeout_s)

        for last in (SourceError("late"), 1):
            told.clear()
            entered.clear()
            release.clear()
            source = Late([0, last])
            thread = CaptureThread(source, frames, CaptureRules(), lambda _, online: told.append(online))
            thread.start()
            assert entered.wait(patient(5))
            frames.take(1)
            assert not thread.stop(0.05)
            release.set()
            assert thread.stop(2)
            assert told == [True]
            assert not frames.waiting


def test_a_loss_holds_no_frame(frames: LatestFrames, run: Run) -> None:
    """Its traceback would keep a lent buffer until the next loss."""
    seen = []

    class Holding(ScriptedSource):
        def read(self, timeout_s: float) -> Frame:
            frame = present(super().read(timeout_s))
            seen.append(weakref.ref(frame.pixels))
            if self.reads == 3:
                raise SourceError("broke") from ValueError("inner")
            return frame

    thread = run(Holding([0, 1, 2], [3, 4, 5]), waits=QUICK)
    wait_for(lambda: thread.frames_captured >= 4)
    frames.take(1)
    gc.collect()
    assert seen[2]() is None


class TestAbsent:
    def test_it_uses_up_no_attempts(self) -> None:
        ladder_ = ladder.Ladder(attempts=1, keeps_device=False)
        for _ in range(30):
            ladder_.lost(AbsentError("unplugged"), running=False)
        assert ladder_.lost(SourceError("x"), running=True).wait_s == 0.5
        assert not ladder_.given_up

    def test_what_worked_is_not_given_up_at_once(self, frames: LatestFrames, run: Run) -> None:
        """A bus that falters may look like a camera that lacks something."""
        source = ScriptedSource([0, SourceError("x")], SourceSetupError("no such size"), [1])
        thread = run(source, restart_attempts=5, waits=QUICK)
        wait_for(lambda: thread.frames_captured == 2)
        assert not thread.final

    def test_what_is_absent_is_looked_for_without_end(
        self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture
    ) -> None:
        source = ScriptedSource(*[AbsentError("unplugged")] * 30, [1])
        thread = run(source, restart_attempts=2, waits=QUICK)
        wait_for(lambda: thread.frames_captured == 1)
        assert thread.status.reopens == 30
        assert sum(record.levelname == "WARNING" for record in caplog.records) == 1

    def test_software_that_is_missing_is_final(self, frames: LatestFrames, run: Run) -> None:
        thread = run(ScriptedSource(SourceUnusableError("no picamera2")))
        wait_for(lambda: thread.final)
        assert thread.status.reopens == 0

    def test_a_stall_of_broken_pictures_says_so(self, frames: LatestFrames, run: Run) -> None:
        broken = [BrokenFrameError("expected a JPEG, found half of one.")] * 100
        thread = run(ScriptedSource([0, *broken]), stall_timeout_s=0.1)
        wait_for(lambda: thread.status.stalls > 0)
        wait_for(lambda: thread.error is not None)
        assert "what comes is broken (expected a JPEG, found half of one)" in str(thread.error)

    def test_absence_is_not_counted_as_loss(self, frames: LatestFrames, run: Run) -> None:
        thread = run(ScriptedSource([0, AbsentError("gone")], AbsentError("gone"), SourceError("no video yet")))
        wait_for(lambda: str(thread.error) == "no video yet")
        time.sleep(0.1)
        # The first tries come after 0.5 s of absence, the ones that count after that.
        assert 0.1 <= thread.status.lost_s < thread.status.down_s - 0.3

    def test_a_moment_of_absence_does_not_begin_the_loss_anew(self) -> None:
        standing = CameraStatus("front", lambda *_: None)
        step = NextAttempt(Rung.REOPEN, 1.0)
        standing.lost(SourceError("no video"), step)
        time.sleep(0.2)
        standing.lost(AbsentError("gone"), step)
        time.sleep(0.2)
        standing.lost(SourceError("no video"), step)
        assert 0.2 <= standing.lost_s < 0.35
        assert standing.down_s >= 0.4

    def test_the_same_bug_again_and_again_is_one_traceback(
        self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture
    ) -> None:
        thread = run(ScriptedSource([ZeroDivisionError("x")]), restart_attempts=10)
        wait_for(lambda: thread.status.reopens >= 2)
        assert caplog.text.count("Traceback") == 1


class WaitingSource(ScriptedSource):
    """A watched folder: waits for ever, and hears what has been classified."""

    waits = True

    def __init__(self, *script: Iterable[ReadStep]) -> None:
        super().__init__(*script, live=False)
        self.heard: list[tuple[int, Outcome]] = []

    def processed(self, sequence: int, outcome: Outcome) -> None:
        self.heard.append((sequence, outcome))


class TestWaiting:
    def test_pictures_wait_while_nobody_looks(self, frames: LatestFrames, run: Run) -> None:
        source = WaitingSource([0, 1])
        thread = CaptureThread(source, frames, CaptureRules())
        thread.hold(True)
        thread.start()
        time.sleep(0.3)
        assert source.reads == 0
        thread.hold(False)
        assert take_frame(frames).sequence == 0
        assert thread.stop(2)

    def test_silence_is_no_stall_and_it_counts_as_available(self, frames: LatestFrames, run: Run) -> None:
        told = []
        thread = run(WaitingSource([]), stall_timeout_s=0.05, on_available=lambda *args: told.append(args))
        wait_for(lambda: told == [("front", True)])
        time.sleep(0.2)
        assert (thread.state, thread.status.stalls, thread.delivers) == (CameraState.RUNNING, 0, False)

    def test_hears_what_was_classified(self, frames: LatestFrames, run: Run) -> None:
        source = WaitingSource([0, 1])
        thread = run(source)
        first = take_lease(frames)
        first.settle(Outcome.SEEN)
        second = take_lease(frames)
        assert (first.frame.sequence, second.frame.sequence) == (0, 1)
        wait_for(lambda: source.heard == [(0, Outcome.SEEN)])
        second.settle(Outcome.UNSEEN)
        wait_for(lambda: source.heard == [(0, Outcome.SEEN), (1, Outcome.UNSEEN)])
        assert thread.stop(2)

    def test_hears_of_the_last_one_after_the_stop(self, frames: LatestFrames, run: Run) -> None:
        source = WaitingSource([0])
        thread = run(source)
        lease = take_lease(frames)
        assert thread.stop(2)
        lease.settle(Outcome.SEEN)
        thread.acknowledge()
        assert source.heard == [(0, Outcome.SEEN)]

    def test_one_is_let_through_for_who_asks_while_nobody_looks(self, frames: LatestFrames) -> None:
        thread = CaptureThread(WaitingSource([0, 1]), frames, CaptureRules())
        thread.hold(True)
        thread.start()
        thread.hurry()
        assert take_frame(frames).sequence == 0
        assert frames.take(0.3) is None
        assert thread.stop(2)

    def test_a_read_that_outlasts_the_stop_hands_nothing_over(self, frames: LatestFrames) -> None:
        """Another thread may have given that picture by then."""
        release = threading.Event()
        thread = CaptureThread(WaitingSource([lambda: release.wait(patient(30)) and 4, 5]), frames, CaptureRules())
        thread.start()
        assert not thread.stop(0.05)
        release.set()
        assert thread.stop(2)
        assert frames.take(0.1) is None

    def test_waiting_for_the_taker_it_hands_nothing_over_after_the_stop(self, frames: LatestFrames) -> None:
        thread = CaptureThread(WaitingSource([0, 1]), frames, CaptureRules())
        thread.start()
        wait_for(lambda: frames.waiting and thread.frames_captured == 1)
        time.sleep(0.05)  # the second waits now
        thread.ask_to_stop()
        assert thread.stop(2)
        assert take_frame(frames, 1).sequence == 0
        assert frames.take(0.1) is None


class TestFiles:
    def test_everything_in_order_nothing_dropped(self, frames: LatestFrames, run: Run) -> None:
        thread = run(ScriptedSource([*range(40), None], live=False))
        taken = []
        while not (thread.ended and not frames.waiting):
            if lease := frames.take(0.2):
                taken.append(lease.frame.sequence)
                time.sleep(0.001)
        assert taken == list(range(40))
        assert thread.state is CameraState.FINISHED
        assert thread.dropped == 0
        assert thread.error is None

    def test_interval_paces(self, frames: LatestFrames, run: Run) -> None:
        thread = run(ScriptedSource([0, 1, 2, 3, None], live=False), interval_s=0.05)
        times: list[float] = []
        while len(times) < 4:
            if frames.take(1):
                times.append(time.monotonic())
        assert times[3] - times[0] > 0.12
        wait_for(lambda: thread.ended)

    def test_a_bad_picture_is_left_out(
        self, frames: LatestFrames, run: Run, caplog: pytest.LogCaptureFixture
    ) -> None:
        thread = run(ScriptedSource([ImageError("bad.jpg"), 1, ImageError("worse.jpg"), 2, None], live=False))
        assert [take_frame(frames, 2).sequence, take_frame(frames, 2).sequence] == [1, 2]
        wait_for(lambda: thread.ended)
        assert thread.state is CameraState.FINISHED
        assert thread.skipped_images == 2
        assert "bad.jpg" in caplog.text
        assert "worse.jpg" in caplog.text

    def test_only_bad_pictures_are_a_failure(self, frames: LatestFrames, run: Run) -> None:
        thread = run(ScriptedSource([ImageError("bad.jpg"), None], live=False))
        wait_for(lambda: thread.ended)
        assert thread.state is CameraState.FAILED
        assert str(thread.error) == "bad.jpg"

    @pytest.mark.parametrize("error", [MissingInputError("no folder"), ImageError("no video")])
    def test_what_cannot_heal_fails_at_once(self, frames: LatestFrames, run: Run, error: SourceError) -> None:
        source = ScriptedSource(error, live=False)
        thread = run(source)
        wait_for(lambda: thread.ended)
        assert thread.state is CameraState.FAILED
        assert thread.error is error
        assert source.opened == 1
        assert thread.status.reopens == 0


class TestStop:
    @pytest.mark.parametrize("live", [True, False])
    def test_while_it_waits_for_frames(self, frames: LatestFrames, live: bool) -> None:
        thread = CaptureThread(ScriptedSource([0], live=live), frames, CaptureRules())
        thread.start()
        wait_for(lambda: thread.frames_captured == 1)
        started = time.monotonic()
        assert thread.stop(2)
        assert time.monotonic() - started < 1

    def test_while_it_waits_for_the_taker(self, frames: LatestFrames) -> None:
        thread = CaptureThread(ScriptedSource([0, 1, 2], live=False), frames, CaptureRules())
        thread.start()
        wait_for(lambda: frames.waiting)
        time.sleep(0.02)
        assert thread.stop(2)

    def test_during_the_back_off(self, frames: LatestFrames) -> None:
        source = ScriptedSource(SourceError("x"))
        thread = CaptureThread(source, frames, CaptureRules())
        thread.start()
        wait_for(lambda: thread.state is CameraState.RESTARTING)
        assert thread.stop(2)
        assert source.opened == 1

    def test_during_a_long_interval(self, frames: LatestFrames) -> None:
        thread = CaptureThread(ScriptedSource([0, 1], live=False), frames, CaptureRules(interval_s=3600))
        thread.start()
        wait_for(lambda: thread.frames_captured == 1)
        assert thread.stop(2)

    def test_before_it_started(self, frames: LatestFrames) -> None:
        assert CaptureThread(ScriptedSource([0]), frames, CaptureRules()).stop(0)

    def test_a_driver_that_never_returns_is_reported(
        self, frames: LatestFrames, caplog: pytest.LogCaptureFixture
    ) -> None:
        release = threading.Event()

        def stuck() -> None:
            release.wait(patient(30))

        thread = CaptureThread(ScriptedSource([stuck]), frames, CaptureRules())
        thread.start()
        assert not thread.stop(0.05)
        assert "does not return" in caplog.text
        release.set()
        assert thread.stop(2)

    def test_closes_the_source(self, frames: LatestFrames) -> None:
        source = ScriptedSource([0])
        thread = CaptureThread(source, frames, CaptureRules())
        thread.start()
        thread.stop()
        assert source.closed == 1
