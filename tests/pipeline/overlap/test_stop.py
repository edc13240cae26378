"""What was taken ahead when all ends: it is finished where its camera lives on, and else dropped as a whole."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.health import HealthMonitor
from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.overlap.choice import FixedChoice
from edgeclassify.pipeline.view import View
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.images.source import ImagesSource
from edgeclassify.sources.images.watched.source import WatchedFolderSource
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import FULL_FRAME, Frame, Outcome, Prediction, Roi
from tests.pipeline.benches import make_view
from tests.pipeline.overlap.scripts import Run
from tests.pipeline.overlap.test_overlap import Hanging, Noted, at_once, frames, inferring_threads
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame
from tests.support.sinks import RecordingSink
from tests.support.waiting import patient, wait_for

__all__ = ["at_once"]
PATIENCE_S = 20.0
VIEWS = 4


def test_where_it_is_to_finish_the_frame_that_was_taken_ahead_is_inferred_and_no_other(at_once: None) -> None:
    hanging = Hanging(1)
    classifier = Noted(hanging)
    run = Run([make_view("gate", classifier=classifier)], frames(5), FixedChoice(overlaps=True))
    run.pipeline.start()
    assert hanging.there.wait(patient(PATIENCE_S))
    wait_for(lambda: ("prepare", 2) in classifier.calls)
    run.pipeline.stop(0, finish=True)
    hanging.let_go()
    assert run.pipeline.stop(patient(PATIENCE_S), finish=True)
    assert run.frames.outcomes == [(number, Outcome.SEEN) for number in (0, 1, 2)]
    assert run.frames.taken == [0, 1, 2]
    assert classifier.discarded == []


class LastOfMany:
    """The views of one camera. The last one's inference of the first frame lets all end, when the first view has
    prepared the next frame: the other views' turns at it come while it ends."""

    def __init__(self, *, finish: bool) -> None:
        self.classifiers = [Noted() for _ in range(VIEWS - 1)]
        self.classifiers.append(Noted(self._end))
        self._finish = finish
        views = [make_view(f"view{i}", classifier=one) for i, one in enumerate(self.classifiers)]
        self.run = Run(views, frames(5), FixedChoice(overlaps=True))

    def _end(self, number: int) -> None:
        if number == 0:
            wait_for(lambda: ("prepare", 1) in self.classifiers[0].calls)
            self.run.pipeline.stop(0, finish=self._finish)

    def play(self) -> None:
        self.run.play()
        assert self.run.pipeline.error is None
        assert inferring_threads() == []

    def inferred(self, number: int) -> list[bool]:
        return [("infer", number) in one.calls for one in self.classifiers]


@pytest.mark.parametrize("_", range(10))
def test_of_a_frame_that_is_dropped_no_view_is_told_anything(_: int, at_once: None) -> None:
    last = LastOfMany(finish=False)
    last.play()
    assert last.run.frames.outcomes == [(0, Outcome.SEEN)]
    assert last.inferred(0) == [True] * VIEWS
    assert last.inferred(1) == [False] * VIEWS
    for one in last.classifiers:  # what was prepared for it holds memory of a network
        assert one.discarded == [number for half, number in one.calls if (half, number) == ("prepare", 1)]
    assert {number for kind, _, number, *_ in last.run.audience.offered if kind in ("seen", "shown")} == {0}


@pytest.mark.parametrize("_", range(10))
def test_a_frame_that_is_finished_is_that_of_all_its_views(_: int, at_once: None) -> None:
    last = LastOfMany(finish=True)
    last.play()
    assert last.run.frames.outcomes == [(0, Outcome.SEEN), (1, Outcome.SEEN)]
    assert last.inferred(1) == [True] * VIEWS
    assert last.inferred(2) == [False] * VIEWS


class Stopping(BrightnessClassifier):
    """Lets its pipeline end, again and again, while one frame is inferred and another one is prepared."""

    def __init__(self, frames: LatestFrames, total: int) -> None:
        super().__init__()
        self.inferred: list[str] = []
        self.stops = 0
        self._frames, self._total, self._prepared = frames, total, 0
        self._stop: Callable[[], object] | None = None

    def next_pipeline(self, stop: Callable[[], object]) -> None:
        self._stop = stop

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        self._prepared += 1
        wait_for(lambda: self._frames.waiting or self._prepared == self._total)  # the camera is the faster one
        return super().prepare(frame, roi)

    def infer(self, prepared: Prepared) -> Prediction:
        number = len(self.inferred) + 1
        if self._stop is not None and number < self._total:
            wait_for(lambda: self._prepared > number)
            self._stop()
            self._stop, self.stops = None, self.stops + 1
        self.inferred.append(Path(prepared.origin or "").name)
        return super().infer(prepared)


class OverReloads:
    """One camera that lives on while one pipeline follows the other, as a reload has it."""

    def __init__(self, source: FrameSource, total: int) -> None:
        self.frames = LatestFrames()
        self.classifier = Stopping(self.frames, total)
        self.view = make_view("gate", "front", self.classifier)
        self.capture = CaptureThread(source, self.frames, CaptureRules())
        self._outlet = Outlet(RecordingSink(), HealthMonitor(), EventNumbers(MemorySpool()))

    def run(self, done: Callable[[], bool]) -> None:
        """Until it is."""
        self.capture.start()
        try:
            while not done():
                self._once(done)
        finally:
            self.capture.stop()

    def _once(self, done: Callable[[], bool]) -> None:
        wait_for(lambda: self.frames.waiting or done(), PATIENCE_S)
        pipeline = Pipeline(
            frames=self.frames, views=[self.view], outlet=self._outlet, on_frame=lambda: None,
            choice=FixedChoice(overlaps=True),
        )  # fmt: skip
        self.classifier.next_pipeline(lambda: pipeline.stop(0, finish=True))
        pipeline.start()
        wait_for(lambda: pipeline.finished or done(), PATIENCE_S)
        assert pipeline.stop(patient(PATIENCE_S), finish=True)
        assert pipeline.error is None


def write_pictures(folder: Path, count: int) -> list[str]:
    folder.mkdir()
    noise = np.random.default_rng(1)
    names = [f"p{i}.png" for i in range(count)]
    for name in names:
        assert cv2.imwrite(str(folder / name), noise.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    return names


def test_of_a_folder_of_images_each_is_looked_at_once_over_reloads(tmp_path: Path, at_once: None) -> None:
    names = write_pictures(tmp_path / "in", 16)
    over = OverReloads(ImagesSource("front", str(tmp_path / "in")), 16)
    over.run(lambda: len(over.classifier.inferred) >= 16)
    assert over.classifier.inferred == names
    assert over.classifier.stops == 8


def test_a_watched_folder_is_emptied_over_reloads_also_of_its_last_picture(tmp_path: Path, at_once: None) -> None:
    folder = tmp_path / "in"
    names = write_pictures(folder, 2)
    source = WatchedFolderSource("front", str(folder), after="delete", classified=tmp_path / "classified")
    over = OverReloads(source, 2)
    over.run(lambda: not list(folder.iterdir()))
    assert sorted(over.classifier.inferred) == names
    assert over.classifier.stops == 1


def test_a_turn_that_was_neither_inferred_nor_found_still_is_a_bug() -> None:
    """It must not be taken for one in which nothing has moved."""

    class Forgetful(Noted):
        def infer(self, prepared: Prepared) -> Prediction:
            super().infer(prepared)
            return None  # type: ignore[return-value]

    views: list[View] = [make_view("gate", classifier=Forgetful())]
    run = Run(views, [make_frame()], FixedChoice(overlaps=False))
    run.play()
    assert "view gate: expected a turn that was inferred or is still" in str(run.pipeline.error)
    assert run.frames.outcomes == []
