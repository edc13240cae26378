"""A daemon in a thread of this process, with fakes around it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeclassify.config import CameraConfig, Config, parse_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.assembly import Factories
from edgeclassify.daemon.node import Node
from edgeclassify.daemon.publishing import SinkContext
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.supervisor import Timing
from edgeclassify.errors import EdgeClassifyError, ModelError, PublishError
from edgeclassify.publish.snapshots import SnapshotTaker
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import ModelChoice, Request
from tests.support.classifiers import BrightnessClassifier
from tests.support.notifier import RecordingNotifier
from tests.support.sinks import RecordingSink
from tests.support.sources import BrightnessSource
from tests.support.waiting import patient, wait_for

DEFAULT_TIMING = Timing()


class NotingTaker(SnapshotTaker):
    """Notes that it was started and stopped."""

    started = stopped = False

    def start(self) -> None:
        self.started = True
        super().start()

    def stop(self, timeout_s: float) -> None:
        super().stop(timeout_s)
        self.stopped = True


class Bench:
    """A daemon in a thread, with sources and classifiers of the test's choice."""

    def __init__(
        self,
        folder: Path,
        *,
        make_sink: Callable[..., RecordingSink] = RecordingSink,
        notifier: RecordingNotifier | None = None,
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        self.folder = folder
        self.sources: dict[str, Callable[[str], FrameSource]] = {}
        self.classifiers: dict[str, BrightnessClassifier] = {}
        self.make_classifier: Callable[[str], BrightnessClassifier] = BrightnessClassifier
        self.sinks: list[RecordingSink] = []
        self.notifier = RecordingNotifier() if notifier is None else notifier
        self.document: dict[str, Any] = {"camera": [{"name": "front", "source": "synthetic:", "interval_s": 0}]}
        self.takers: list[SnapshotTaker] = []
        self.make_taker: Callable[..., SnapshotTaker] = NotingTaker
        self.ask: Callable[[Request], None] = lambda _: None
        """Leaves a request, once a sink was made."""
        self.raised: EdgeClassifyError | None = None
        self.delivers = True
        self.mute = False
        self._make_sink = make_sink
        self.make_source: Callable[..., FrameSource] = self._source
        self.daemon = Daemon(
            lambda: self.load(),
            make_sink=self._publish,
            factories=Factories(lambda *camera: self.make_source(*camera), self._open, self._snapshots),
            notifier=self.notifier,
            timing=timing,
        )
        self.thread = threading.Thread(target=self._run, name="daemon-under-test")

    def load(self) -> Config:
        node = {"name": "n", "state_dir": str(self.folder), **self.document.get("node", {})}
        # The bytes that count are the process's: those of all tests that ran in it before.
        spool = {"max_bytes_written_day": 0, **self.document.get("spool", {})}
        document = {**self.document, "node": node, "spool": spool}
        return parse_config(document, "test.toml", self.folder)

    def _source(self, camera: CameraConfig, *_: object) -> FrameSource:
        make = self.sources.get(camera.name)
        return BrightnessSource(camera.name, [255]) if make is None else make(camera.name)

    def _open(self, section: ModelChoice) -> BrightnessClassifier:
        if section.name == "broken":
            raise ModelError("broken.tflite: damaged")
        classifier = self.make_classifier(section.name)
        self.classifiers[section.name] = classifier
        return classifier

    def _publish(self, config: Config, around: SinkContext) -> RecordingSink:
        if config.mqtt.host == "impossible":
            raise PublishError("mqtt.tls.ca: no such file")
        self.ask = around.on_request
        self.sinks.append(self._make_sink(around.spool, delivers=self.delivers))
        if self.mute:
            self.sink.tried.clear()
        return self.sink

    def _snapshots(self, config: Config, publish: Callable[[str, bytes], None]) -> SnapshotTaker | None:
        if not config.snapshot.mqtt:
            return None
        self.takers.append(self.make_taker(config=config.snapshot, folder=None, publish=publish))
        return self.takers[-1]

    @property
    def taker(self) -> "NotingTaker":
        """The newest who takes snapshots."""
        taker = self.takers[-1]
        assert isinstance(taker, NotingTaker)
        return taker

    @property
    def sink(self) -> RecordingSink:
        return self.sinks[-1]

    @property
    def node(self) -> Node:
        """What may be asked of it, once it has started."""
        assert self.daemon.node is not None
        return self.daemon.node

    @property
    def running(self) -> RunningParts:
        """What runs, once it has started."""
        assert self.daemon.running is not None
        return self.daemon.running

    def _run(self) -> None:
        try:
            self.daemon.run()
        except EdgeClassifyError as error:
            self.raised = error

    def start(self) -> None:
        self.thread.start()
        wait_for(lambda: "READY=1" in self.notifier.sent or not self.thread.is_alive())

    def reload(self) -> None:
        ready = self.notifier.sent.count("READY=1")
        self.daemon.request_reload()
        wait_for(lambda: self.notifier.sent.count("READY=1") > ready)

    def stop(self) -> None:
        self.daemon.request_stop()
        self.thread.join(patient(5))
        assert not self.thread.is_alive()


def view(name: str, **rules: object) -> dict[str, object]:
    return {"name": name, "confirm_s": 0, **rules}
