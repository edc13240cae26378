"""Views, and the inference thread, between fakes of their neighbours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.interface import Onlookers, SeenFrames, ShownFrames
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.overlap.choice import OverlapChoice
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.scene.interface import SceneStep
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.types import FULL_FRAME, Frame, Outcome, Roi
from tests.postprocess.benches import make_rules
from tests.support.classifiers import BrightnessClassifier
from tests.support.sinks import RecordingSink
from tests.support.waiting import wait_for


def make_view(
    name: str,
    camera: str = "front",
    classifier: BrightnessClassifier | None = None,
    region: Roi = FULL_FRAME,
    **rules: Any,
) -> View:
    """A view in which labels enter at once, where `rules` say nothing else."""
    classifier = BrightnessClassifier() if classifier is None else classifier
    made = make_rules(**({"confirm_s": 0.0} | rules))
    decider = ViewDecider(name, classifier.labels, "m", made)
    return View(name=name, camera=camera, region=region, classifier=classifier, decider=decider)


class Bench:
    """The thread with these views. `watchdog` counts what it is fed."""

    def __init__(
        self,
        *views: View,
        max_frames: int | None = None,
        scenes: Mapping[str, SceneStep] = MappingProxyType({}),
        shown_frames: ShownFrames | None = None,
        seen_frames: SeenFrames | None = None,
        onlookers: Onlookers | None = None,
        choice: OverlapChoice | None = None,
    ) -> None:
        self.frames = LatestFrames()
        self.sink = RecordingSink()
        self.health = HealthMonitor()
        self.watchdog = 0
        self.outlet = Outlet(self.sink, self.health, EventNumbers(MemorySpool()))
        self.pipeline = Pipeline(
            frames=self.frames,
            views=views,
            outlet=self.outlet,
            on_frame=self._fed,
            max_frames=max_frames,
            scenes=scenes,
            shown_frames=shown_frames,
            seen_frames=seen_frames,
            onlookers=onlookers,
            choice=choice,
        )

    def _fed(self) -> None:
        self.watchdog += 1

    def show(self, *frames: Frame) -> None:
        for frame in frames:
            self.frames.put_waiting(frame, lambda: False)

    def outcomes(self, camera: str) -> list[tuple[int, Outcome]]:
        """What became of the camera's frames, when the first of them are done with."""
        told: list[tuple[int, Outcome]] = []

        def hear() -> bool:
            told.extend(self.frames.settled(camera))
            return bool(told)

        wait_for(hear)
        return told

    def run(self, *frames: Frame) -> None:
        """Start, show these, and end when they are done."""
        self.pipeline.start()
        self.show(*frames)
        self.pipeline.drain()
        wait_for(lambda: self.pipeline.finished)
        assert self.pipeline.error is None
