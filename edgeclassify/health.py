"""Figures of the running daemon: frame age, rate, latency, temperature, memory, trust in the clock."""

import ctypes
import resource
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from edgeclassify.types import CameraHealth, Health, Prediction

WINDOW = 512
"""Predictions over which percentiles and the frame rate are computed."""

DAY_S = 86_400.0
WRITTEN_STEP_S = 900.0
"""How finely the last 24 hours are remembered."""

THERMAL_ZONE = Path("/sys/class/thermal/thermal_zone0/temp")
THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
STATM = Path("/proc/self/statm")
IO = Path("/proc/self/io")

TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_BYTES = 512  # larger than struct timex on every architecture


class HealthMonitor:
    """Collects counters from the stages and reads the machine's. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._lock = threading.Lock()
        self._latencies_ms: deque[float] = deque(maxlen=WINDOW)
        self._finished: deque[float] = deque(maxlen=WINDOW)
        self._frames = 0
        self._last_capture: float | None = None
        self._events = 0
        self._written: deque[tuple[float, int]] = deque()

    @property
    def frames(self) -> int:
        """Frames that were inferred and handed over since start."""
        return self._frames

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

    def record_event(self) -> None:
        """An event was handed over."""
        with self._lock:
            self._events += 1

    def bytes_written_day(self) -> int | None:
        """Bytes that this process sent to storage within the last 24 hours, to a quarter of an hour."""
        total, now = bytes_written(), self._clock()
        if total is None:
            return None
        with self._lock:
            marks = self._written
            if not marks or now - marks[-1][0] >= WRITTEN_STEP_S:
                marks.append((now, total if marks else 0))
            while len(marks) > 1 and now - marks[1][0] >= DAY_S:
                marks.popleft()
            return total - marks[0][1]

    def report(
        self,
        *,
        dropped: int,
        restarts: int,
        spool_depth: int,
        spool_dropped: int,
        spool_on_disk: bool,
        skipped: int = 0,
        snapshots_dropped: int = 0,
        snapshots_skipped: int = 0,
        cameras: tuple[CameraHealth, ...] = (),
    ) -> Health:
        """All figures now; the counters that other stages keep are passed in."""
        now = self._clock()
        with self._lock:
            latencies, finished = sorted(self._latencies_ms), list(self._finished)
            frames, last = self._frames, self._last_capture
        return Health(
            ts=time.time(),
            uptime_s=now - self._started,
            frame_age_s=None if last is None else max(0.0, now - last),
            fps=_rate(finished, now),
            frames=frames,
            inference_ms_p50=_percentile(latencies, 0.50),
            inference_ms_p95=_percentile(latencies, 0.95),
            dropped=dropped,
            skipped=skipped,
            restarts=restarts,
            spool_depth=spool_depth,
            spool_dropped=spool_dropped,
            temperature_c=temperature_c(),
            throttled=throttled(),
            rss_bytes=rss_bytes(),
            bytes_written=bytes_written(),
            bytes_written_day=self.bytes_written_day(),
            spool_on_disk=spool_on_disk,
            events=self._events,
            snapshots_dropped=snapshots_dropped,
            snapshots_skipped=snapshots_skipped,
            clock_synchronised=clock_synchronised(),
            cameras=cameras,
        )


def temperature_c(path: Path = THERMAL_ZONE) -> float | None:
    """Temperature of the processor in degrees Celsius, None where the kernel does not tell."""
    value = _integer(path)
    return None if value is None else value / 1000


def throttled(path: Path = THROTTLED) -> bool | None:
    """Is a Raspberry Pi slowed down now by heat or low voltage? None elsewhere.

    The low four bits of the firmware's word say "now", the high ones "since boot" (vcgencmd get_throttled).
    """
    value = _integer(path, base=16)
    return None if value is None else bool(value & 0xF)


def rss_bytes(path: Path = STATM) -> int | None:
    """Resident memory of this process in bytes."""
    try:
        pages = int(path.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize()


def bytes_written(path: Path = IO) -> int | None:
    """Bytes that this process caused to be sent to storage (what wears an SD card)."""
    try:
        fields = dict(line.split(": ") for line in path.read_text().splitlines())
        return int(fields["write_bytes"])
    except (OSError, ValueError, KeyError):
        return None


def clock_synchronised() -> bool | None:
    """Does the kernel believe its wall clock? A Pi has no clock of its own: after boot, not before NTP."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        state = libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))  # modes = 0: only read
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR


def _integer(path: Path, base: int = 10) -> int | None:
    try:
        return int(path.read_text().strip(), base)
    except (OSError, ValueError):
        return None


def _percentile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def _rate(finished: list[float], now: float) -> float:
    """Frames per second over the window; it falls while no frame comes."""
    span = now - finished[0] if finished else 0.0
    return len(finished) / span if span > 0 else 0.0
