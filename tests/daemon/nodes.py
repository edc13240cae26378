"""A daemon in a thread of this process with the production sink on a real broker, and somebody who asks it.

Cameras and classifiers are fakes: lamps whose brightness the test sets, and eyes that know day from night.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeclassify.config import CameraConfig, Config, parse_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.assembly import Factories
from edgeclassify.daemon.current_sink import SinkFactory
from edgeclassify.daemon.publishing import SnapshotFactory, make_sinks, make_snapshot_taker
from edgeclassify.daemon.supervisor import Timing
from edgeclassify.errors import EdgeClassifyError, ModelError
from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.view import View
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import Frame, ModelChoice, Prediction
from tests.support.broker import HOST, Observer
from tests.support.classifiers import BrightnessClassifier
from tests.support.frames import make_frame
from tests.support.notifier import RecordingNotifier
from tests.support.waiting import patient, wait_for

BASE = "edgeclassify/n"
DEFAULT_TIMING = Timing()


class Lamp(FrameSource):
    """A live camera of grey frames; `brightness` 0-255."""

    def __init__(self, camera: str) -> None:
        super().__init__(camera)
        self.brightness = 255
        self.on_close: Callable[[], None] = lambda: None
        self._numbers = itertools.count()

    def open(self) -> None:
        pass

    def read(self, timeout_s: float) -> Frame | None:
        time.sleep(0.01)
        return make_frame(self.brightness, self.camera, next(self._numbers))

    def close(self) -> None:
        self.on_close()


class Eye(BrightnessClassifier):
    """`broken`: the message of the ModelError that it raises instead of seeing."""

    broken: str | None = None

    def infer(self, prepared: Prepared) -> Prediction:
        if self.broken is not None:
            raise ModelError(self.broken)
        return super().infer(prepared)


class Node:
    """The daemon and what is seen of it over MQTT."""

    def __init__(
        self,
        folder: Path,
        port: int,
        observer: Observer,
        *,
        make_sink: SinkFactory = make_sinks,
        snapshots: SnapshotFactory = make_snapshot_taker,
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        self.folder, self.observer = folder, observer
        self.lamps: dict[str, Lamp] = {}
        self.eyes: dict[str, Eye] = {}
        self.make_source: Callable[[str], FrameSource] = self._lamp
        self.notifier = RecordingNotifier()
        self.document: dict[str, Any] = {
            "mqtt": {"host": HOST, "port": port},
            "camera": [{"name": "front", "source": "synthetic:", "interval_s": 0}],
            "view": [{"name": "gate", "confirm_s": 0}],
        }
        self.raised: EdgeClassifyError | None = None
        self._numbers = itertools.count(1)
        factories = Factories(self._make_source, self._open, snapshots)
        self.daemon = Daemon(
            lambda: self.load(), make_sink=make_sink, factories=factories, notifier=self.notifier, timing=timing
        )
        self.thread = threading.Thread(target=self._run, name="daemon-under-test")

    def load(self) -> Config:
        node = {"name": "n", "state_dir": str(self.folder), **self.document.get("node", {})}
        return parse_config({**self.document, "node": node}, "test.toml", self.folder)

    def start(self) -> "Node":
        self.thread.start()
        wait_for(lambda: "READY=1" in self.notifier.sent)
        wait_for(self._listens)
        return self

    def _listens(self) -> bool:
        """Does it answer? What is asked before it has subscribed is lost."""
        self.post("ping")
        time.sleep(0.05)
        return bool(self.of("/response/ping"))

    def stop(self) -> None:
        self.daemon.request_stop()
        self.thread.join(patient(5))
        assert not self.thread.is_alive()

    @property
    def eye(self) -> Eye | None:
        """The classifier of [model]."""
        return self.eyes.get("builtin")

    @property
    def seen(self) -> int:
        """How many frames were classified."""
        return 0 if self.eye is None else len(self.eye.seen)

    @property
    def views(self) -> tuple[View, ...]:
        """The views, running."""
        assert self.daemon.node is not None
        return self.daemon.node.views

    # --- what comes over MQTT --------------------------------------------------------------------------

    def of(self, topic: str) -> list[bytes]:
        return self.observer.of(topic)

    def events(self, view: str = "gate") -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.of(f"/{view}/event")]

    def state(self, view: str = "gate") -> dict[str, Any]:
        """The newest."""
        found: dict[str, Any] = json.loads(self.of(f"{BASE}/{view}/state")[-1])
        return found

    def option(self, option: str, view: str = "gate") -> bytes:
        """What it is shown to be set to."""
        shown = self.of(f"/{view}/{option}/state")
        return shown[-1] if shown else b""

    # --- what is asked ---------------------------------------------------------------------------------

    def post(self, command: str, **body: Any) -> int:
        """Ask, and don't wait: the transaction."""
        transaction = next(self._numbers)
        payload = json.dumps({"transaction": transaction, **body}).encode()
        self.observer.publish(f"{BASE}/request/{command}", payload, False)
        return transaction

    def answers(self, transaction: int) -> list[dict[str, Any]]:
        every = [json.loads(m.payload) for m in list(self.observer.received) if "/response/" in m.topic]
        return [answer for answer in every if answer["transaction"] == transaction]

    def ask(self, command: str, **body: Any) -> dict[str, Any]:
        """The answer's data."""
        answer = self.answer_to(self.post(command, **body))
        assert answer["error"] is None, answer
        data: dict[str, Any] = answer["data"]
        return data

    def refused(self, command: str, **body: Any) -> str:
        """The error that it is answered with."""
        answer = self.answer_to(self.post(command, **body))
        assert answer["status"] == "error", answer
        assert answer["data"] == {}
        return str(answer["error"])

    def answer_to(self, transaction: int) -> dict[str, Any]:
        wait_for(lambda: self.answers(transaction), 5)
        (answer,) = self.answers(transaction)
        return answer

    def set_option(self, option: str, text: str, view: str = "gate") -> None:
        self.observer.publish(f"{BASE}/{view}/{option}/set", text.encode(), False)

    # --- parts -----------------------------------------------------------------------------------------

    def _lamp(self, camera: str) -> Lamp:
        return self.lamps.setdefault(camera, Lamp(camera))

    def _make_source(self, camera: CameraConfig, *_: object) -> FrameSource:
        return self.make_source(camera.name)

    def _open(self, section: ModelChoice) -> Eye:
        self.eyes[section.name] = eye = Eye(section.name)
        return eye

    def _run(self) -> None:
        try:
            self.daemon.run()
        except EdgeClassifyError as error:
            self.raised = error
