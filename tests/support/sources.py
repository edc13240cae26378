"""Cameras that do what a script says."""

import itertools
import time
from collections.abc import Iterable

from edgeclassify.errors import SourceError
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import (
    Frame,
)
from tests.support.frames import make_frame


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
