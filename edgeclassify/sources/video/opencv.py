"""What USB cameras, network streams and video files have in common: OpenCV's VideoCapture."""

import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2

from edgeclassify.errors import SourceError
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.sources.support.native_log import silence_opencv
from edgeclassify.types import Frame, PixelFormat, Pixels

OpenCapture = Callable[[str, int, list[int]], Any]
"""Opens a VideoCapture: name, backend, parameters."""


class OpenCvSource(FrameSource):
    """grab() waits for a frame, retrieve() decodes it into a new BGR array.

    The wait is bounded by OpenCV's own timeouts where a subclass does not bound it by `timeout_s`.
    """

    def __init__(self, camera: str, capture: OpenCapture = cv2.VideoCapture) -> None:
        super().__init__(camera)
        self._open_capture = capture
        self._capture: Any = None
        self._sequence = 0

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame, BGR. Errors as in FrameSource.read."""
        if not self.skip(timeout_s):
            return None
        captured_at_ns, captured_at = time.monotonic_ns(), time.time()
        decoded, stored = self._capture.retrieve()
        if not decoded or stored is None:
            raise NoFrameInTimeError(f"{self.describe()}: a frame that can't be decoded.")
        frame = self._frame(stored)
        self._sequence += 1
        frame = replace(frame, sequence=self._sequence - 1, captured_at_ns=captured_at_ns, captured_at=captured_at)
        return self._timed(frame)

    def skip(self, timeout_s: float) -> bool:
        """Take the next frame without decoding it."""
        if self._capture is None:
            raise SourceError(f"{self.describe()}: is not open.")
        if self._capture.grab():
            return True
        return self._no_frame()

    def close(self) -> None:
        """Let the device, file or connection go."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    @abstractmethod
    def _no_frame(self) -> bool:
        """Nothing to grab: False for the end of the source, else raises SourceError."""

    def _timed(self, frame: Frame) -> Frame:
        """The frame with a time of its own, where the source knows one."""
        return frame

    def _frame(self, stored: Any) -> Frame:
        """What retrieve() gave, as a frame without time and number."""
        return self._bgr(stored)

    def _bgr(self, pixels: Pixels) -> Frame:
        return Frame(pixels, PixelFormat.BGR, pixels.shape[1], pixels.shape[0], self.camera, 0, 0, 0.0)

    def _start(self, name: str, backend: int, params: list[int]) -> bool:
        """Open VideoCapture; False when it can't."""
        self.close()
        silence_opencv()
        capture = self._open_capture(name, backend, params)
        if not capture.isOpened():
            capture.release()
            return False
        self._capture = capture
        return True

    def _position_ms(self) -> float:
        """Time of the frame that was grabbed last, in milliseconds, as the backend tells it."""
        return float(self._capture.get(cv2.CAP_PROP_POS_MSEC))
