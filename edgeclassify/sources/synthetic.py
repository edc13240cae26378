"""A camera that needs no hardware: a moving test pattern, for trials, the demo and tests.

`synthetic:` or `synthetic:?size=640x480&fps=10&frames=100`; see SyntheticOptions for all options.
"""

import threading
import time
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl

import numpy as np

from edgeclassify.errors import ConfigError, SourceError
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.types import Frame, PixelFormat, Pixels


@dataclass(frozen=True, slots=True)
class SyntheticOptions:
    """`size`: width and height in pixels. `fps`: frames per second, 0: as fast as they are read. `frames`: the
    source ends after so many, 0: never. `fail_after`: read() fails after so many frames since open().
    `stall_after`: after so many frames since open() no further one comes. Both 0: never."""

    size: tuple[int, int] = (320, 240)
    fps: float = 10.0
    frames: int = 0
    fail_after: int = 0
    stall_after: int = 0


def parse_options(target: str, defaults: SyntheticOptions | None = None) -> SyntheticOptions:
    """The options after `synthetic:`. Raises ConfigError for one that is unknown or makes no sense."""
    defaults = defaults or SyntheticOptions()
    values = {field.name: getattr(defaults, field.name) for field in fields(SyntheticOptions)}
    for key, text in parse_qsl(target.lstrip("?"), keep_blank_values=True):
        if key not in values:
            known = ", ".join(values)
            raise ConfigError(f"synthetic:{target}: expected the options {known}; found {key!r}.")
        try:
            values[key] = _parse(key, text)
        except ValueError as error:
            example = "640x480" if key == "size" else "10"
            raise ConfigError(
                f"synthetic:{target}: expected a value like {key}={example}; found {text!r}."
            ) from error
    return SyntheticOptions(**values)


def _parse(key: str, text: str) -> tuple[int, int] | float | int:
    if key == "size":
        width, height = (int(part) for part in text.lower().split("x"))
        if not (16 <= width <= 8192 and 16 <= height <= 8192):
            raise ValueError(text)
        return width, height
    number = float(text) if key == "fps" else int(text)
    if not 0 <= number <= 1e9:
        raise ValueError(text)
    return number


def draw_pattern(size: tuple[int, int], sequence: int) -> Pixels:
    """Test picture number `sequence`: a colour gradient with a bright square that moves; BGR uint8."""
    width, height = size
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(0, 160, width, dtype=np.uint8)
    pixels[:, :, 1] = np.linspace(0, 160, height, dtype=np.uint8)[:, np.newaxis]
    pixels[:, :, 2] = sequence * 4 % 160
    side = max(4, min(size) // 4)
    left = sequence * max(1, width // 64) % (width - side)
    top = (height - side) // 2
    pixels[top : top + side, left : left + side] = 255
    return pixels


class SyntheticSource(FrameSource):
    """The test pattern at a steady rate, as a live camera would give it."""

    def __init__(self, camera: str, options: SyntheticOptions | None = None) -> None:
        super().__init__(camera)
        self.options = options or SyntheticOptions()
        self._closed = threading.Event()
        self._sequence = 0
        self._since_open = 0
        self._due = 0.0

    def open(self) -> None:
        """Never fails."""
        self._closed.clear()
        self._since_open = 0
        self._due = time.monotonic()

    def read(self, timeout_s: float) -> Frame | None:
        """The next picture at its time; errors as in FrameSource.read, when the options ask for them."""
        options = self.options
        if options.frames and self._sequence >= options.frames:
            return None
        if options.fail_after and self._since_open >= options.fail_after:
            raise SourceError(f"{self.describe()}: failed after {options.fail_after} frames, as it was told.")
        stalled = options.stall_after and self._since_open >= options.stall_after
        wait_s = timeout_s if stalled else self._due - time.monotonic()
        if wait_s > 0:
            self._closed.wait(min(wait_s, timeout_s))
        if stalled or wait_s > timeout_s:
            raise NoFrameInTimeError(f"{self.describe()}: no frame for {timeout_s:g} s.")
        now = time.monotonic()
        if options.fps:
            self._due = max(self._due + 1 / options.fps, now)
        self._since_open += 1
        self._sequence += 1
        return Frame(
            pixels=draw_pattern(options.size, self._sequence - 1),
            pixel_format=PixelFormat.BGR,
            width=options.size[0],
            height=options.size[1],
            camera=self.camera,
            sequence=self._sequence - 1,
            captured_at_ns=time.monotonic_ns(),
            captured_at=time.time(),
        )

    def close(self) -> None:
        """Wake a read that waits."""
        self._closed.set()

    def describe(self) -> str:
        """Size and rate of the pattern."""
        width, height = self.options.size
        return f"synthetic test pattern {width}x{height} at {self.options.fps:g} fps"
