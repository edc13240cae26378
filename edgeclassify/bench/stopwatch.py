"""Where a frame's time goes: how long each stage took for it, without the stages within."""

import threading
import time
from array import array
from collections.abc import Callable
from enum import StrEnum
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Stage(StrEnum):
    """The stages of a frame's way, in its order."""

    CAPTURE_WAIT = "capture_wait"  # until there is a frame
    PREPROCESS = "preprocess"  # frame to input tensor
    INVOKE = "invoke"
    SCORES = "scores"  # outputs to scores
    DECIDE = "decide"  # scores to states and events
    SPOOL = "spool"  # events to disk
    PUBLISH = "publish"  # states and events to the sink, which sends them in a thread of its own


class _Within(threading.local):
    """What the stages within the one that runs have taken, in this thread."""

    ns = 0


class Stopwatch:
    """Adds up what stages take, frame by frame. Thread-safe.

    `lap` ends a frame. A stage that runs for the next frame meanwhile, in another thread, is counted for the one
    that ends: sums are right, and a frame's share is that of a neighbour. `clock`: nanoseconds, for stages and
    frames alike.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._within = _Within()
        self._of_frame = dict.fromkeys(Stage, 0)
        self._hit: set[Stage] = set()
        self.laps: dict[Stage, array[float]] = {stage: array("d") for stage in Stage}
        """What each stage took in the frames that it had to do with, in ms."""
        self.ends_ns = array("q")
        """When each frame ended, monotonic."""
        self.waits_ns = array("q")
        """How long each of them had been waited for."""
        self.ages_ms = array("d")
        """How long before its end each was captured."""
        self._captured_ns = 0

    def timed(self, stage: Stage, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the call gives; its time is the stage's, but for that of stages within it."""
        within = self._within
        outer, within.ns = within.ns, 0
        started = self._clock()
        try:
            return call(*args, **kwargs)
        finally:
            took = self._clock() - started
            self.add(stage, took - within.ns)
            within.ns = outer + took

    def add(self, stage: Stage, ns: int) -> None:
        """A stage took so long, in nanoseconds."""
        with self._lock:
            self._of_frame[stage] += ns
            self._hit.add(stage)

    def decided(self, captured_at_ns: int) -> None:
        """The frame that ends next was captured then (monotonic)."""
        self._captured_ns = captured_at_ns

    def lap(self) -> None:
        """A frame has been handed over."""
        now = self._clock()
        with self._lock:
            self.ends_ns.append(now)
            self.waits_ns.append(self._of_frame[Stage.CAPTURE_WAIT])
            if self._captured_ns:
                self.ages_ms.append((now - self._captured_ns) / 1e6)
            for stage in self._hit:
                self.laps[stage].append(self._of_frame[stage] / 1e6)
                self._of_frame[stage] = 0
            self._hit.clear()

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            for times in (*self.laps.values(), self.ages_ms):
                del times[:]
            for moments in (self.ends_ns, self.waits_ns):
                del moments[:]
            self._of_frame = dict.fromkeys(Stage, 0)
            self._hit.clear()
