"""What is counted over time: frames and their rate, latency, events, what was written in a day."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from edgeclassify import machine
from edgeclassify.health.figures import FIGURES, Health
from edgeclassify.types import Prediction

WINDOW = 512
"""Predictions over which percentiles and the frame rate are computed."""

DAY_S = 86_400.0
WRITTEN_STEP_S = 900.0
"""How finely the last 24 hours are remembered."""


class HealthMonitor:
    """Counts what the stages tell it, and reports all figures. Thread-safe.

    `clock`: monotonic seconds. `bytes_written`: how many this process has sent to storage; None: nobody knows.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        bytes_written: Callable[[], int | None] = machine.bytes_written,
    ) -> None:
        self._clock, self._bytes_written = clock, bytes_written
        self._started = clock()
        self._lock = threading.Lock()
        self._latencies_ms: deque[float] = deque(maxlen=WINDOW)
        self._finished: deque[float] = deque(maxlen=WINDOW)
        self._frames = self._still_frames = 0
        self._last_capture: float | None = None
        self._events = 0
        self._written: deque[tuple[float, int]] = deque()

    @property
    def frames(self) -> int:
        """Frames that were inferred and handed over since start."""
        return self._frames

    @property
    def frames_seen(self) -> int:
        """Frames that were looked at since start, those among them in which nothing had moved."""
        return self._frames + self._still_frames

    @property
    def latency_ms(self) -> float | None:
        """Milliseconds from frame to scores, the median of the last ones; None: there were none."""
        with self._lock:
            return _percentile(sorted(self._latencies_ms), 0.50)

    def record_inference(self, prediction: Prediction) -> None:
        """The model has looked at one view of a frame."""
        with self._lock:
            self._latencies_ms.append(prediction.ms)

    def record_frame(self, captured_at_ns: int) -> None:
        """All views of a frame have been inferred and handed over."""
        with self._lock:
            self._frames += 1
            self._finished.append(self._clock())
            self._last_capture = captured_at_ns / 1e9

    def record_still_frame(self, captured_at_ns: int) -> None:
        """No view has classified a frame, since nothing had moved in it."""
        with self._lock:
            self._still_frames += 1
            self._last_capture = captured_at_ns / 1e9

    def record_event(self) -> None:
        """An event was handed over."""
        with self._lock:
            self._events += 1

    def bytes_written_day(self) -> int | None:
        """Bytes that this process sent to storage within the last 24 hours, to a quarter of an hour."""
        total, now = self._bytes_written(), self._clock()
        if total is None:
            return None
        with self._lock:
            marks = self._written
            if not marks or now - marks[-1][0] >= WRITTEN_STEP_S:
                marks.append((now, total if marks else 0))
            while len(marks) > 1 and now - marks[1][0] >= DAY_S:
                marks.popleft()
            return total - marks[0][1]

    def report(self, **counters: Any) -> Health:
        """All figures now. `counters`: by their names those that other stages keep."""
        read = {name: figure.read() for name, figure in FIGURES.items() if figure.read is not None}
        return Health(**read, **self._statistics(), **counters)

    def _statistics(self) -> dict[str, Any]:
        now = self._clock()
        with self._lock:
            latencies, finished = sorted(self._latencies_ms), list(self._finished)
            frames, still_frames, last = self._frames, self._still_frames, self._last_capture
        return {
            "uptime_s": now - self._started,
            "frame_age_s": None if last is None else max(0.0, now - last),
            "fps": _rate(finished, now),
            "frames": frames,
            "still_frames": still_frames,
            "inference_ms_p50": _percentile(latencies, 0.50),
            "inference_ms_p95": _percentile(latencies, 0.95),
            "bytes_written_day": self.bytes_written_day(),
            "events": self._events,
        }


def _percentile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def _rate(finished: list[float], now: float) -> float:
    """Frames per second over the window; it falls while no frame comes."""
    span = now - finished[0] if finished else 0.0
    return len(finished) / span if span > 0 else 0.0
