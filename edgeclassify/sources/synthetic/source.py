"""The synthetic camera as a source: `synthetic:` or `synthetic:?size=640x480&fps=10&faults=stall@100`.

It serves trials, the demo and tests; see SyntheticOptions for all options, faults.py for the faults.
"""

import ctypes
import threading
import time
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qsl

from edgeclassify.errors import AbsentError, ConfigError, SourceError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.images.reading import read_image
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.sources.synthetic.faults import SYNTAX, Fault, FaultKind, FaultScript, parse_faults
from edgeclassify.sources.synthetic.pattern import (
    as_half_nv12,
    as_yuv420,
    draw_pattern,
    fit_image,
    with_noise,
)
from edgeclassify.types import Frame, PixelFormat, Pixels

SLOWER = 10
_FOREVER_S = 3600


@dataclass(frozen=True, slots=True)
class SyntheticOptions:
    """`size`: width and height in pixels. `fps`: frames per second, 0: as fast as they are read. `frames`: the
    source ends after so many, 0: never. `picture`: an image file to show in place of the test pattern.
    `faults`: see faults.py; `every`: the script of faults begins anew after so many frames, 0: never."""

    size: tuple[int, int] = (320, 240)
    fps: float = 10.0
    frames: int = 0
    picture: str = ""
    faults: tuple[Fault, ...] = ()
    every: int = 0


_EXAMPLES = {"size": "640x480", "picture": "photo.jpg", "faults": f"stall@100 ({SYNTAX})"}


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
            example = _EXAMPLES.get(key, "10")
            raise ConfigError(
                f"synthetic:{target}: expected a value like {key}={example}; found {text!r}."
            ) from error
    return SyntheticOptions(**values)


def _parse(key: str, text: str) -> Any:
    if key == "size":
        width, height = (int(part) for part in text.lower().split("x"))
        if not (16 <= width <= 8192 and 16 <= height <= 8192):
            raise ValueError(text)
        return width, height
    if key == "picture":
        return text
    if key == "faults":
        return parse_faults(text)
    number = float(text) if key == "fps" else int(text)
    if not 0 <= number <= 1e9:
        raise ValueError(text)
    return number


class SyntheticSource(FrameSource):
    """A test pattern or an image at a steady rate, as a live camera would give it, with faults by script."""

    keeps_device = True

    def __init__(self, camera: str, options: SyntheticOptions | None = None) -> None:
        super().__init__(camera)
        self.options = options or SyntheticOptions()
        self._script = FaultScript(self.options.faults, self.options.every)
        self._released = threading.Event()
        self._image: Pixels | None = None
        self._was_open = False
        self._sequence = 0
        self._due = 0.0
        self._last: Frame | None = None
        self._clock: int | None = None

    def open(self) -> None:
        """Raises AbsentError while it is unplugged by script, MissingInputError or ImageError for its image."""
        fault = self._script.now(self._sequence, time.monotonic())
        if fault is not None and fault.kind is FaultKind.UNPLUG and self._was_open:
            raise AbsentError(f"{self.describe()}: unplugged, as it was told.")
        if self.options.picture and self._image is None:
            self._image = fit_image(read_image(self.options.picture).pixels, self.options.size)
        if self._was_open:
            self._script.reopened()
        self._was_open = True
        self._start()

    def resume(self) -> None:
        """Start the stream again."""
        self._script.restarted()
        self._start()

    def pause(self) -> None:
        """Stop the stream."""

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame at its time; errors as in FrameSource.read, when the script asks for them."""
        if self.options.frames and self._sequence >= self.options.frames:
            return None
        fault = self._script.now(self._sequence, time.monotonic())
        kind = None if fault is None else fault.kind
        self._break(fault, timeout_s)
        self._wait_for_its_time(timeout_s, slower=SLOWER if kind is FaultKind.SLOW else 1)
        self._sequence += 1
        if kind is FaultKind.FREEZE and self._last is not None:
            return self._stamped(self._last)
        if kind is not FaultKind.REPEAT or self._last is None:
            self._last = self._draw(kind)
        self._clock = time.monotonic_ns()
        return self._stamped(self._last)

    def close(self) -> None:
        """Wake a read that waits; allowed from another thread too."""
        self._released.set()

    @property
    def clock(self) -> int | None:
        """Nanoseconds at which the last frame was made."""
        return self._clock

    @property
    def frame_interval_s(self) -> float | None:
        """By the frame rate."""
        return 1 / self.options.fps if self.options.fps else None

    def describe(self) -> str:
        """Size and rate of the pattern."""
        width, height = self.options.size
        return f"synthetic test pattern {width}x{height} at {self.options.fps:g} fps"

    def _start(self) -> None:
        self._released.clear()
        self._due = time.monotonic()

    def _break(self, fault: Fault | None, timeout_s: float) -> None:
        """What the fault does in place of a frame: wait, raise, or nothing."""
        match None if fault is None else fault.kind:
            case FaultKind.STALL:
                self._released.wait(timeout_s)
                raise NoFrameInTimeError(f"{self.describe()}: no frame for {timeout_s:g} s.")
            case FaultKind.ERROR | FaultKind.UNPLUG:
                raise SourceError(f"{self.describe()}: failed at frame {self._sequence}, as it was told.")
            case FaultKind.EXCEPTION:
                raise RuntimeError(f"unexpected at frame {self._sequence}, as it was told")
            case FaultKind.BLOCK:
                seconds = fault.seconds if fault is not None else 0.0
                self._released.wait(seconds or _FOREVER_S)
            case FaultKind.HANG:
                seconds = fault.seconds if fault is not None else 0.0
                # PyDLL keeps Python's lock during the call, as a faulty extension would.
                ctypes.PyDLL(None).usleep(int(min(seconds or _FOREVER_S, _FOREVER_S) * 1e6))
            case _:
                return

    def _wait_for_its_time(self, timeout_s: float, *, slower: int) -> None:
        interval_s = self.frame_interval_s or 0.0
        due = self._due + (slower - 1) * interval_s
        wait_s = due - time.monotonic()
        if wait_s > 0:
            self._released.wait(min(wait_s, timeout_s))
        if wait_s > timeout_s:
            raise NoFrameInTimeError(f"{self.describe()}: no frame for {timeout_s:g} s.")
        if interval_s:
            self._due = max(due + interval_s, time.monotonic())

    def _draw(self, kind: FaultKind | None) -> Frame:
        pixels = draw_pattern(self.options.size, self._sequence - 1)
        if self._image is not None:
            pixels = with_noise(self._image, self._sequence - 1)
        frame = Frame(
            pixels=pixels,
            pixel_format=PixelFormat.BGR,
            width=self.options.size[0],
            height=self.options.size[1],
            camera=self.camera,
            sequence=0,
            captured_at_ns=0,
            captured_at=0.0,
        )
        if kind is FaultKind.STRIDE:
            return as_yuv420(frame)
        return as_half_nv12(frame) if kind is FaultKind.FORMAT else frame

    def _stamped(self, frame: Frame) -> Frame:
        """The pixels as the frame of now."""
        return Frame(
            frame.pixels, frame.pixel_format, frame.width, frame.height, self.camera,
            self._sequence - 1, time.monotonic_ns(), time.time(),
        )  # fmt: skip
