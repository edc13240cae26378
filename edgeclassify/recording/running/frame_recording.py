"""Images beside a recording: the inference thread offers frames, and a thread of its own codes and writes them.

Not the thread that writes the scores: coding takes its time, and a disk that is slow for images would lose inputs.
"""

import logging
import threading
from collections.abc import Collection
from pathlib import Path

from edgeclassify.errors import ImageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once
from edgeclassify.pictures.jpeg import frame_jpeg
from edgeclassify.pixels import to_keep
from edgeclassify.recording.format.frame_images import image_name
from edgeclassify.recording.running.frame_folder import FrameFolder
from edgeclassify.recording.running.frame_pace import RecordedPace
from edgeclassify.recording.running.interface import FrameBounds, FrameProgress
from edgeclassify.types import Frame

log = logging.getLogger(__name__)

QUALITY = 85
LONGEST_SIDE = 1280
"""Pixels: enough to see by, also in a small region of the frame, what a view has seen."""
END_S = 1.0
"""How long what waits may take to be written at the end."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A frame that may be kept: nobody wants its pixels back."""

    frame: Frame
    made_events: bool


class FrameRecording:
    """Of each camera one frame waits at most, and one is being written: the newest, those that made events first.

    Pixels that a camera has lent are copied at once; other frames are kept as they are, and what it takes to have
    them in the size for people is done by the thread. `views`: whose frames get images; None: those of all.
    """

    def __init__(self, folder: Path, bounds: FrameBounds, views: Collection[str] | None = None) -> None:
        self._folder, self._views = FrameFolder(folder, bounds), views
        self._pace = RecordedPace(bounds.interval_s)
        self._changed = threading.Condition()
        self._waiting: dict[str, _Waiting] = {}  # camera → its frame
        self._dropped = 0
        self._ended: str | None = None
        self._ending = False
        self._faults = Once()
        self._thread = threading.Thread(target=self._run, name="recording-frames", daemon=True)

    @property
    def folder(self) -> FrameFolder:
        """Where they go."""
        return self._folder

    @property
    def progress(self) -> FrameProgress:
        """How far it is; asked by any thread."""
        return FrameProgress(self._folder.images, self._folder.bytes, self._dropped, self._ended)

    def start(self) -> None:
        """Begin to write; the folder is there."""
        self._thread.start()

    def offer(self, view: str, frame: Frame, *, made_events: bool) -> None:
        """As of a FrameListener."""
        if self._ended is not None or self._ending or (self._views is not None and view not in self._views):
            return
        if not self._pace.is_due(frame, made_events=made_events):
            return
        with self._changed:
            before = self._waiting.get(frame.camera)
            if before is not None:
                self._dropped += 1
                if before.made_events and not made_events:
                    return
        waiting = _Waiting(to_keep(frame), made_events)
        with self._changed:
            self._waiting[frame.camera] = waiting
            self._changed.notify()

    def stop(self, why: str) -> None:
        """No more images, while the recording goes on; from any thread. Those that wait are not written."""
        with self._changed:
            if self._ended is not None:
                return
            self._ended = why
            self._waiting.clear()
            self._changed.notify()
        log.warning("recording: no more pictures: %s. What the deciders get is recorded on.", why)

    def end(self, timeout_s: float = END_S) -> None:
        """The recording ends: what waits is written, for at most `timeout_s` seconds."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while (frame := self._next()) is not None:
                self._write(frame)
        except Exception:
            log.exception("recording: pictures end by a fault in edgeclassify")
            self.stop("a fault in edgeclassify, see its log")

    def _next(self) -> Frame | None:
        """The frame that waits longest; None: there are no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending or self._ended is not None)
            if self._ended is not None or not self._waiting:
                return None
            return self._waiting.pop(next(iter(self._waiting))).frame

    def _write(self, frame: Frame) -> None:
        try:
            jpeg = frame_jpeg(frame, QUALITY, LONGEST_SIDE)
        except ImageError as error:
            with self._changed:
                self._dropped += 1
            if self._faults.is_news(frame.camera):
                log.error("recording: no picture: %s", error)
            return
        fault = self._folder.add(image_name(frame.camera, frame.captured_at, frame.captured_at_ns), jpeg.data)
        if fault is not None:
            self.stop(fault)
