"""Fakes that implement the stages' interfaces, for tests of what lies between the stages."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from edgeclassify.errors import SourceError
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.publish.interface import Sink, Spool, SpooledEvent
from edgeclassify.sources.interface import FrameSource
from edgeclassify.systemd import Notifier
from edgeclassify.types import (
    FULL_FRAME,
    Event,
    Frame,
    Health,
    ModelInfo,
    NodeInfo,
    Option,
    OptionValue,
    PixelFormat,
    Prediction,
    Roi,
    ViewRecord,
    ViewState,
)


def make_frame(value: int = 0, camera: str = "front", sequence: int = 0) -> Frame:
    """A small grey frame; `value` is the brightness."""
    pixels = np.full((8, 8, 3), value, np.uint8)
    return Frame(pixels, PixelFormat.BGR, 8, 8, camera, sequence, time.monotonic_ns(), time.time())


class BrightnessClassifier(ImageClassifier):
    """Knows two labels: the share of white is the score of "day", the rest that of "night"."""

    def __init__(self, name: str = "brightness") -> None:
        self.closed = False
        self.seen: list[tuple[int, Roi]] = []
        self._info = ModelInfo(name, f"/{name}.tflite", "0" * 64, "fake 1.0", 2, 8, 8)

    @property
    def info(self) -> ModelInfo:
        return self._info

    @property
    def labels(self) -> Sequence[str]:
        return ("night", "day")

    def classify(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prediction:
        self.seen.append((frame.sequence, roi))
        day = float(frame.pixels.mean()) / 255
        scores = np.array([1 - day, day], np.float32)
        return Prediction(
            scores, self.labels, 0.1, 0.2, frame.sequence, frame.captured_at_ns, frame.captured_at, frame.origin,
            frame.scene_ns,
        )  # fmt: skip

    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        return 8

    def close(self) -> None:
        self.closed = True


class RecordingSink(Sink):
    """Keeps what it is told, in order, as (kind, value)."""

    def __init__(self, spool: Spool | None = None, *, delivers: bool = True) -> None:
        """`spool`: events go through it; `delivers`: they count as delivered at once."""
        self.calls: list[tuple[str, Any]] = []
        self.running = False
        self.tried = threading.Event()
        """Cleared: a broker that gives no answer, not even a no."""
        self.tried.set()
        self._spool, self._delivers = spool, delivers
        self._lock = threading.Lock()

    def of(self, kind: str) -> list[Any]:
        with self._lock:
            return [value for name, value in self.calls if name == kind]

    def _note(self, kind: str, value: Any) -> None:
        with self._lock:
            self.calls.append((kind, value))

    def start(self) -> None:
        self.running = True
        self._note("start", None)

    def await_first_attempt(self, timeout_s: float) -> bool:
        self._note("await", timeout_s)
        return self.tried.wait(timeout_s)

    def stop(self, timeout_s: float) -> None:
        self.running = False
        self._note("stop", timeout_s)

    def publish_info(self, info: NodeInfo) -> None:
        self._note("info", info)

    def publish_availability(self, view: str, online: bool) -> None:
        self._note("availability", (view, online))

    def publish_state(self, state: ViewState) -> None:
        self._note("state", state)

    def publish_event(self, event: Event) -> None:
        self._note("event", event)
        if self._spool is not None:
            after = ViewRecord(event.view, event.seq, event.open)
            self._spool.append(SpooledEvent(event.seq, event.view, b"{}", after))
            if self._delivers:
                self._spool.delivered([event.seq])

    def publish_result(self, view: str, prediction: Prediction) -> None:
        self._note("result", (view, prediction))

    def publish_health(self, health: Health) -> None:
        self._note("health", health)

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        self._note("option", (view, option, value))

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        self._note("snapshot", (view, jpeg))


class RecordingNotifier(Notifier):
    """Keeps what systemd would be told."""

    def __init__(self) -> None:
        super().__init__("")
        self.sent: list[str] = []

    def _send(self, *lines: str) -> None:
        self.sent.append(lines[0])


class ScriptedSource(FrameSource):
    """A live source that yields one frame per brightness, `pause_s` apart, then keeps the last one."""

    def __init__(self, camera: str, brightness: Iterable[int], pause_s: float = 0.01, ends: bool = False) -> None:
        super().__init__(camera)
        self._script = list(brightness)
        self._pause_s = pause_s
        self._ends = ends
        self._numbers = itertools.count()
        self.is_open = False

    def open(self) -> None:
        self.is_open = True

    def read(self, timeout_s: float) -> Frame | None:
        time.sleep(self._pause_s)
        number = next(self._numbers)
        if number >= len(self._script) and self._ends:
            return None
        return make_frame(self._script[min(number, len(self._script) - 1)], self.camera, number)

    def close(self) -> None:
        self.is_open = False


class MissingSource(FrameSource):
    """A camera that can't be opened."""

    def __init__(self, camera: str, error: SourceError | None = None) -> None:
        super().__init__(camera)
        self.error = error or SourceError(f"camera {camera}: not connected.")

    def open(self) -> None:
        raise self.error

    def read(self, timeout_s: float) -> Frame | None:
        raise AssertionError("never opened")

    def close(self) -> None:
        pass


def wait_for(condition: Callable[[], object], timeout_s: float = 10.0) -> None:
    """Wait until `condition()` is true; fails the test when it does not become so."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
