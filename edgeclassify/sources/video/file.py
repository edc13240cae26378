"""A video file as a source: every frame, or at its own pace."""

import os
import time
from dataclasses import replace
from pathlib import Path

import cv2

from edgeclassify.errors import ImageError, MissingInputError
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.video.opencv import OpenCapture, OpenCvSource
from edgeclassify.types import Frame

LATE_S = 0.1
"""A frame that is later than that is passed over."""


class VideoFileSource(OpenCvSource):
    """A video file, frame by frame, as fast as it is read; with `loop` again and again.

    Its frames count by the film's own time, whatever the pace: `scene_ns` is the position, and goes on over the
    rounds of `loop`; `captured_at` counts back from the file's last change, which is when a recording ended.
    `realtime`: at its own pace, as a camera would give it: what comes too fast for the reader is left out, and the
    time is that of the reading.
    """

    def __init__(
        self, camera: str, path: str, *, loop: bool = False, realtime: bool = False,
        capture: OpenCapture = cv2.VideoCapture,
    ) -> None:  # fmt: skip
        super().__init__(camera, capture)
        self.path = path
        self.loop = loop
        self.live = realtime
        self._in_round = 0
        self._began: float | None = None
        self._first_ms = 0.0
        self._has_grabbed = False
        self._scene_ms = -1.0
        self._round_ms = 0.0
        self._started_at = 0.0

    def open(self) -> None:
        """Raises MissingInputError when the file is not there, ImageError when it is no video."""
        path = Path(self.path)
        size = _size(path)
        if not self._start(str(path), cv2.CAP_FFMPEG, []):
            raise ImageError(
                f"{path}: expected a video (MP4, MKV, AVI, …), found {size} bytes that are none or are cut off. "
                "Copy or convert it again."
            )
        self._in_round = 0
        self._began = None
        self._has_grabbed = False
        self._round_ms = 0.0 if self._scene_ms < 0 else self._scene_ms + self._step_ms
        self._started_at = path.stat().st_mtime - self._length_s()

    def skip(self, timeout_s: float) -> bool:
        """Take the next frame without decoding it; False at the end (never with `loop`)."""
        if not self.live:
            return self._advance(timeout_s)
        while True:
            if not self._has_grabbed and not self._advance(timeout_s):
                return False
            self._has_grabbed = True
            early_s = self._due() - time.monotonic()
            if early_s > timeout_s:
                time.sleep(timeout_s)
                raise NoFrameInTimeError(f"{self.path}: its next frame is not due yet.")
            time.sleep(max(0.0, early_s))
            self._has_grabbed = False
            if early_s > -LATE_S:
                return True

    @property
    def frame_interval_s(self) -> float | None:
        """By the frame rate that the file states."""
        fps = 0.0 if self._capture is None else float(self._capture.get(cv2.CAP_PROP_FPS))
        return 1 / fps if 0.001 < fps < 1000 else None

    def describe(self) -> str:
        """The file's path."""
        return self.path

    def _advance(self, timeout_s: float) -> bool:
        if super().skip(timeout_s):
            self._in_round += 1
            # Some containers tell no position, or jump back: the film's time never does.
            self._scene_ms = max(self._scene_ms + 1.0, self._round_ms + self._position_ms())
            return True
        return False

    def _timed(self, frame: Frame) -> Frame:
        if self.live:
            return frame
        at = frame.captured_at if self.loop else self._started_at + self._scene_ms / 1000
        return replace(frame, scene_ns=round(self._scene_ms * 1e6), captured_at=at)

    @property
    def _step_ms(self) -> float:
        return 1000 * (self.frame_interval_s or 0.04)

    def _length_s(self) -> float:
        frames = float(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        return frames * self._step_ms / 1000 if 0 < frames < 1e9 else 0.0

    def _due(self) -> float:
        """When the frame that was grabbed is to be shown, in monotonic seconds."""
        position_ms = self._position_ms()
        if self._began is None:
            self._began, self._first_ms = time.monotonic(), position_ms
        return self._began + (position_ms - self._first_ms) / 1000

    def _no_frame(self) -> bool:
        if self._in_round == 0:
            self._in_round = -1
            raise ImageError(
                f"{self.path}: expected a video, found one without a frame. Copy or convert it again."
            )
        if self.loop and self._in_round > 0:
            self.open()
            return bool(self._capture.grab()) or self._no_frame()
        return False


def _size(path: Path) -> int:
    """Bytes of a file that can be read; raises MissingInputError or ImageError for anything else."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError as error:
        raise MissingInputError(f"{path}: expected a video file, found nothing there. Check the path.") from error
    except IsADirectoryError as error:
        raise MissingInputError(f"{path}: expected a video file, found a folder. Use images:FOLDER.") from error
    except OSError as error:
        raise MissingInputError(
            f"{path}: expected a video file, can't be read: {error.strerror}. Check its owner and mode."
        ) from error
    if size == 0:
        raise ImageError(f"{path}: expected a video, found an empty file (0 bytes). Copy it again.")
    return size
