"""Frames that lie in memory, and a sink that takes nothing: what stands beside the stages that are measured."""

from collections.abc import Callable, Sequence
from itertools import count
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from edgeclassify.publish.interface import EventSink
from edgeclassify.types import Event, Frame, Moment, Outcome, PixelFormat

WIDTH, HEIGHT = 640, 480
CAMERA = "memory"


class MemoryFrames:
    """Always has a frame, as a camera that is faster than the network. As of `pipeline.interface.Frames`."""

    def __init__(self, pixels: Sequence[NDArray[np.uint8]], clock: Callable[[int], Moment] | None = None) -> None:
        """`pixels`: (HEIGHT * 3 / 2, WIDTH), each in its turn. `clock`: when a frame is captured, by its number;
        None: when it is taken."""
        self._pixels, self._numbers, self._clock = pixels, count(1), clock

    def take(self, timeout_s: float = 0.0) -> "MemoryLease":
        """The next one; nobody has to wait."""
        return MemoryLease(self.frame())

    def frame(self) -> Frame:
        """The next one."""
        number = next(self._numbers)
        pixels = self._pixels[number % len(self._pixels)]
        now = Moment.now() if self._clock is None else self._clock(number)
        return Frame(pixels, PixelFormat.YUV420, WIDTH, HEIGHT, CAMERA, number, now.ns, now.at)


class MemoryLease:
    """As of `pipeline.interface.Lease`."""

    __slots__ = ("frame",)
    waited = True

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def __enter__(self) -> "MemoryLease":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nobody waits for it."""

    def settle(self, outcome: Outcome) -> None:
        """Nobody asks."""


class SilentSink(EventSink):
    """Takes what it is told, and does nothing with it."""

    def start(self) -> None:
        """Nothing is to be started."""

    def stop(self, timeout_s: float) -> None:
        """Nothing is to be stopped."""

    def publish_event(self, event: Event) -> None:
        """It is gone."""
