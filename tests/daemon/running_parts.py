"""What runs in a daemon, made between fakes and not started."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from edgeclassify.config import CameraConfig, Config, parse_config
from edgeclassify.daemon.assembly import Factories, assemble
from edgeclassify.daemon.assembly.models import ClassifierFactory
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.cameras.recovery import Recovery
from edgeclassify.daemon.current_sink import CurrentSink
from edgeclassify.daemon.health_figures import HealthFigures
from edgeclassify.daemon.kept.kept_state import KeptState
from edgeclassify.daemon.process.service_manager import ServiceManager
from edgeclassify.daemon.publishing import SinkContext
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.self_description import DaemonRun
from edgeclassify.errors import PublishError
from edgeclassify.health import HealthMonitor
from edgeclassify.publish.interface import Sink
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import ModelChoice
from tests.support.classifiers import BrightnessClassifier
from tests.support.notifier import RecordingNotifier
from tests.support.sinks import RecordingSink
from tests.support.sources import BrightnessSource

CAMERA = {"name": "front", "source": "synthetic:", "interval_s": 0.05}


def config_of(**sections: Any) -> Config:
    """One camera, one view, where `sections` say nothing else. It keeps no state on disk."""
    document: Mapping[str, Any] = {"camera": [CAMERA], "view": [{"name": "gate", "confirm_s": 0}]}
    return parse_config({**document, **sections}, "test.toml", Path()).without_state()


class BrokenSink(RecordingSink):
    """Can't be started."""

    def start(self) -> None:
        raise PublishError("no thread")


class Whole:
    """The parts of a daemon, each of which a test can see. Nothing is kept on disk.

    `classifier`: what makes those; None: bright ones, which are noted.
    Of the host "impossible" no sink can be made; one of the host "broken" can't be started.
    """

    def __init__(
        self,
        config: Config,
        cameras: Callable[[Recovery, Availability], Cameras] = Cameras,
        classifier: ClassifierFactory | None = None,
        await_sink: Callable[[Sink], None] = lambda _: None,
    ) -> None:
        self.classifiers: list[BrightnessClassifier] = []
        self.sinks: list[RecordingSink] = []
        self.make_source: Callable[[CameraConfig], FrameSource] = _bright
        make_classifier = classifier or self._classifier
        self.factories = Factories(lambda camera, *_: self.make_source(camera), make_classifier)
        self.health, self.notifier, self.availability = HealthMonitor(), RecordingNotifier(), Availability()
        self.manager = ServiceManager(self.notifier, lambda: "as it is")
        self.kept = KeptState(config, None, lambda: None)
        self.spool = self.kept.spool
        self.cameras = cameras(Recovery(None, config.recovery), self.availability)
        parts = assemble(config, self.kept.options, factories=self.factories)
        labels = parts.shown_labels
        context = SinkContext(self.kept.spool, self.kept.published, lambda _: None, labels=labels)
        self.running = RunningParts(
            parts,
            current_sink=CurrentSink(self._sink, context, config),
            cameras=self.cameras,
            availability=self.availability,
            figures=HealthFigures(self.health, self.cameras, self.kept.spool, lambda: None),
            health=self.health,
            numbers=self.kept.numbers,
            tallies=self.kept.tallies,
            manager=self.manager,
            session=DaemonRun(),
            await_sink=await_sink,
            on_progress=lambda: None,
            max_frames=None,
            make_snapshots=self.factories.snapshots,
        )

    @property
    def sink(self) -> RecordingSink:
        """The newest."""
        return self.sinks[-1]

    def stop(self, deadline: float) -> None:
        """All threads."""
        self.cameras.stop(deadline)
        self.running.threads.stop_inference(deadline)
        self.running.threads.stop_snapshots(deadline)

    def _classifier(self, section: ModelChoice) -> BrightnessClassifier:
        self.classifiers.append(BrightnessClassifier(section.name))
        return self.classifiers[-1]

    def _sink(self, config: Config, context: SinkContext) -> RecordingSink:
        if config.mqtt.host == "impossible":
            raise PublishError("mqtt.tls.ca: no such file")
        made = BrokenSink if config.mqtt.host == "broken" else RecordingSink
        self.sinks.append(made(context.spool))
        return self.sinks[-1]


def _bright(camera: CameraConfig) -> FrameSource:
    return BrightnessSource(camera.name, [255])
