"""The frames of a video, front to back."""

import math
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2

from edgeclassify.archive.interface import Item
from edgeclassify.archive.reading.images import path_of
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.reading.times import NAME, VIDEO, best_time
from edgeclassify.files import printable
from edgeclassify.sources.support.native_log import silence_opencv
from edgeclassify.types import Frame, PixelFormat

_LARGEST_STEP = 300
"""Frames that are passed over one by one: what lies further on is looked for by the video's own index."""


def read_frames(items: Sequence[Item]) -> Generator[ReadImage]:
    """Frames of one video, in rising order, each as an image. `taken_at`: when it began, and how far into it."""
    video = _Video(items[0].location)
    try:
        for item in items:
            yield video.read(item)
    finally:
        video.close()


class _Video:
    """One that is open, and the time at which it began."""

    def __init__(self, location: str) -> None:
        silence_opencv()
        self._location = location
        self._capture: Any = cv2.VideoCapture(location, cv2.CAP_FFMPEG)
        self._next = 0
        rate = float(self._capture.get(cv2.CAP_PROP_FPS)) if self._capture.isOpened() else 0.0
        self._rate = rate if math.isfinite(rate) and 0.01 < rate < 1000 else 25.0
        self._began, self._told_by = self._begin()

    def read(self, item: Item) -> ReadImage:
        """One frame."""
        path = path_of(item)
        number = item.frame or 0
        taken_at = None if self._began is None else self._began + number / self._rate
        found = self._decoded(number)
        if found is None:
            fault = f"{path}: expected a frame of a video, found none that can be decoded. Copy the video again."
            return ReadImage(item, path, None, taken_at, self._told_by, fault=fault)
        height, width = found.shape[:2]
        frame = Frame(found, PixelFormat.BGR, width, height, "", number, time.monotonic_ns(), time.time(), path)
        return ReadImage(item, path, frame, taken_at, self._told_by, None, width, height)

    def close(self) -> None:
        """Let go of the file."""
        self._capture.release()

    def _decoded(self, number: int) -> Any:
        if not self._capture.isOpened() or not self._go_to(number):
            return None
        decoded, pixels = self._capture.retrieve()
        return pixels if decoded else None

    def _go_to(self, number: int) -> bool:
        """Have that frame taken."""
        if number - self._next > _LARGEST_STEP or (self._next == 0 and number > 0):
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, number)
            at = round(self._capture.get(cv2.CAP_PROP_POS_FRAMES))
            if not self._next <= at <= number:  # it can't be looked for in this one
                self._capture.open(self._location, cv2.CAP_FFMPEG)
                at = 0
            self._next = at
        while self._next <= number:
            if not self._capture.grab():
                return False
            self._next += 1
        return True

    def _begin(self) -> tuple[float | None, str | None]:
        """A recording ends when its file is changed for the last time."""
        modified = None
        with suppress(OSError):
            modified = Path(self._location).stat().st_mtime
        frames = float(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)) if self._capture.isOpened() else 0.0
        if modified is not None and 0 < frames < 1e9:
            modified -= frames / self._rate
        began, told_by = best_time(None, Path(printable(self._location)).name, modified)
        return began, told_by if told_by in (None, NAME) else VIDEO
