"""Cameras that do what a script says."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from edgeclassify.errors import SourceError
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.types import Frame
from tests.support.frames import make_frame

ReadOutcome = Frame | int | Exception | None
ReadStep = ReadOutcome | Callable[[], ReadOutcome]
"""What one read() gives: a frame or its number, an exception that is raised, None (the end); or a call for it."""


class ScriptedSource(FrameSource):
    """Does what the script says, one step per read.

    Each part of the script is what one open() makes available; an exception in place of a part is raised by
    open(). The last part repeats. Where a part is at its end nothing more comes in time.
    """

    def __init__(
        self, *script: Iterable[ReadStep] | Exception, camera: str = "front", live: bool | None = None
    ) -> None:
        super().__init__(camera)
        if live is not None:
            self.live = live
        self.opened = self.closed = self.reads = 0
        self.is_open = False
        self._script = list(script)
        self._steps: Iterator[ReadStep] = iter(())

    def open(self) -> None:
        self.opened += 1
        part = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(part, Exception):
            raise part
        self._steps = iter(part)
        self.is_open = True

    def read(self, timeout_s: float) -> Frame | None:
        self.reads += 1
        step = next(self._steps, NoFrameInTimeError("nothing more in the script"))
        outcome = step() if callable(step) else step
        if isinstance(outcome, NoFrameInTimeError):
            time.sleep(min(timeout_s, 0.005))
        if isinstance(outcome, Exception):
            raise outcome
        return make_frame(camera=self.camera, sequence=outcome) if isinstance(outcome, int) else outcome

    def close(self) -> None:
        self.closed += 1
        self.is_open = False


class BrightnessSource(ScriptedSource):
    """Yields one frame per brightness, `pause_s` apart; then the last one again and again, or (`ends`) the end."""

    def __init__(self, camera: str, brightness: Iterable[int], pause_s: float = 0.01, ends: bool = False) -> None:
        super().__init__(_shots(camera, list(brightness), pause_s, ends), camera=camera)


def _shots(camera: str, brightness: Sequence[int], pause_s: float, ends: bool) -> Iterator[ReadStep]:
    for number in itertools.count():
        time.sleep(pause_s)
        if number >= len(brightness) and ends:
            yield None
        else:
            yield make_frame(brightness[min(number, len(brightness) - 1)], camera, number)


class MissingSource(ScriptedSource):
    """A camera that can't be opened."""

    def __init__(self, camera: str, error: SourceError | None = None) -> None:
        super().__init__(error or SourceError(f"camera {camera}: not connected."), camera=camera)
