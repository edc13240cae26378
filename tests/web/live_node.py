"""A daemon in a thread of this process that serves the page, and browsers' ways to ask it.

Its camera is a lamp whose brightness the test sets; its classifier tells night from day by that.
"""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from edgeclassify.config import CameraConfig, Config, parse_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.assembly import Factories
from edgeclassify.daemon.publishing import make_sinks, make_snapshot_taker
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.types import Frame, ModelChoice, PixelFormat
from tests.support.broker import free_port
from tests.support.classifiers import BrightnessClassifier
from tests.support.notifier import RecordingNotifier
from tests.support.waiting import patient, wait_for

WIDTH, HEIGHT = 320, 240


class Lamp(FrameSource):
    """A live camera of grey frames; `brightness` 0-255; `is_lost`: it gives none."""

    def __init__(self, camera: str) -> None:
        super().__init__(camera)
        self.brightness = 255
        self.is_lost = False
        self._numbers = itertools.count()

    def open(self) -> None:
        pass

    def read(self, timeout_s: float) -> Frame | None:
        time.sleep(0.01)
        if self.is_lost:
            raise NoFrameInTimeError("the lamp is lost")
        pixels = np.full((HEIGHT, WIDTH, 3), self.brightness, np.uint8)
        # Its content moves: else it would count as frozen.
        pixels[0, 0] = next(self._numbers) % 256
        return Frame(
            pixels,
            PixelFormat.BGR,
            WIDTH,
            HEIGHT,
            self.camera,
            next(self._numbers),
            time.monotonic_ns(),
            time.time(),
        )

    def close(self) -> None:
        pass


class LiveNode:
    """Used in a `with` block. `document`: its config, to be changed before that, or before a reload."""

    def __init__(self, folder: Path, **document: Any) -> None:
        self.folder, self.port = folder, free_port()
        self.document: dict[str, Any] = {
            "node": {"name": "n", "state_dir": str(folder)},
            "mqtt": {"enabled": False},
            "web": {"enabled": True, "port": self.port, "fps": 20},
            "camera": [{"name": "front", "source": "synthetic:", "interval_s": 0.02}],
            "view": [{"name": "gate", "confirm_s": 0, "filter": "none"}],
        } | document
        self.lamps: dict[str, Lamp] = {}
        self._begin()

    def _begin(self) -> None:
        self.notifier = RecordingNotifier()
        self.daemon = Daemon(
            lambda: self.load(),
            make_sink=make_sinks,
            factories=Factories(self._source, self._open, make_snapshot_taker),
            notifier=self.notifier,
        )
        self._thread = threading.Thread(target=self.daemon.run, name="daemon-under-test")

    def load(self) -> Config:
        return parse_config(self.document, "test.toml", self.folder)

    def __enter__(self) -> "LiveNode":
        self._thread.start()
        wait_for(lambda: "READY=1" in self.notifier.sent or not self._thread.is_alive())
        assert self.daemon.page.address is not None
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.request_stop()
        self._thread.join(patient(10))
        assert not self._thread.is_alive()

    def restart(self) -> None:
        """Stopped and started anew."""
        self.__exit__()
        self._begin()
        self.__enter__()

    def reload(self) -> None:
        """Returns when the config is taken over."""
        ready = self.notifier.sent.count("READY=1")
        self.daemon.request_reload()
        wait_for(lambda: self.notifier.sent.count("READY=1") > ready)

    # --- how it is asked -------------------------------------------------------------------------------

    @property
    def lamp(self) -> Lamp:
        return self.lamps["front"]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @contextmanager
    def asked(self, path: str, **headers: str) -> Iterator[http.client.HTTPResponse]:
        """An answer, which is read by the test; the connection is closed behind it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patient(10))
        try:
            connection.request("GET", path, headers={key.replace("_", "-"): text for key, text in headers.items()})
            yield connection.getresponse()
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """What an endpoint answers in JSON."""
        with self.asked(path) as answer:
            assert answer.status == 200, answer.read()
            return json.loads(answer.read())

    def status(self, path: str) -> int:
        with self.asked(path) as answer:
            return answer.status

    # --- parts -----------------------------------------------------------------------------------------

    def _source(self, camera: CameraConfig, *_: object) -> FrameSource:
        return self.lamps.setdefault(camera.name, Lamp(camera.name))

    def _open(self, section: ModelChoice) -> BrightnessClassifier:
        return BrightnessClassifier(section.name)


class Events:
    """A stream of Server-Sent Events, read as a browser does."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        self._answer = answer
        self.last = ""

    def next(self) -> tuple[str, Any]:
        """The next message: its kind and data."""
        fields: dict[str, str] = {}
        while line := self._answer.readline().decode():
            if line != "\n":
                key, _, value = line.rstrip("\n").partition(": ")
                fields[key] = value
            elif "event" in fields:
                self.last = fields["id"]
                return fields["event"], json.loads(fields["data"])
            else:
                fields.clear()
        raise EOFError("the stream has ended")

    def await_kind(self, kind: str, **wanted: Any) -> Any:
        """The next message of that kind with these values."""
        deadline = time.monotonic() + patient(10)
        while time.monotonic() < deadline:
            found, data = self.next()
            if found == kind and all(data[key] == value for key, value in wanted.items()):
                return data
        raise AssertionError(f"no {kind} with {wanted} came")
