"""Codes frames in a thread of its own, which stands back behind inference."""

import logging
import os
import threading
import time
from collections.abc import Callable

from edgeclassify.errors import ImageError
from edgeclassify.once import Once
from edgeclassify.pictures.jpeg import frame_jpeg
from edgeclassify.types import Frame
from edgeclassify.web.pictures.interface import Picture, Size

log = logging.getLogger(__name__)

QUALITY = 75
NICENESS = 10
"""Of this thread alone: where the processor is short, inference comes first."""


class Coder:
    """`give` from any thread. `sides`: pixels of the longer side of each size; `done` is called in its thread.

    Drop policy: a frame that still waits is replaced by a newer one of its camera.
    """

    def __init__(self, sides: dict[Size, int], done: Callable[[Picture], None]) -> None:
        self._sides, self._done = sides, done
        self._changed = threading.Condition()
        self._waiting: dict[str, tuple[Frame, frozenset[Size]]] = {}
        self._ending = False
        self._thread: threading.Thread | None = None
        self._faults = Once()
        self.coded = 0
        """Pictures that were made."""

    def start(self) -> None:
        """Begin, where it has not begun yet."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="page pictures", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End, within so many seconds."""
        with self._changed:
            self._ending = True
            self._waiting.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def is_busy_with(self, camera: str) -> bool:
        """True while a frame of the camera waits."""
        return camera in self._waiting

    def give(self, frame: Frame, sizes: frozenset[Size]) -> None:
        """A frame with pixels that last."""
        with self._changed:
            if not self._ending:
                self._waiting[frame.camera] = frame, sizes
                self._changed.notify_all()

    def _run(self) -> None:
        _stand_back()
        while (taken := self._take()) is not None:
            frame, sizes = taken
            for size in sizes:
                self._code(frame, size)
            del frame, taken

    def _take(self) -> tuple[Frame, frozenset[Size]] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            return None if self._ending else self._waiting.pop(next(iter(self._waiting)))

    def _code(self, frame: Frame, size: Size) -> None:
        try:
            jpeg = frame_jpeg(frame, QUALITY, self._sides[size], in_a_hurry=True).data
        except ImageError as error:
            if self._faults.is_news(frame.camera, str(error)):
                log.error(
                    "camera %s: no picture for the page: %s", frame.camera, error, extra={"camera": frame.camera}
                )
            return
        except Exception as error:  # noqa: BLE001 - the thread's top: others look on
            if self._faults.is_news(frame.camera, str(error)):
                log.error(
                    "camera %s: no picture for the page",
                    frame.camera,
                    exc_info=error,
                    extra={"camera": frame.camera},
                )
            return
        self.coded += 1
        self._done(Picture(frame.camera, size, self.coded, jpeg, time.monotonic(), frame.captured_at))


def _stand_back() -> None:
    try:
        # Of a thread: Linux has its niceness by the thread's own number.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    except OSError as error:
        log.debug("the page's pictures are coded with everybody's priority: %s", error)
