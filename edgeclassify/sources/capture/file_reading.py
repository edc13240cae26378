"""Reading what waits for its reader: files and folders, where every frame counts."""

import logging
import time

from edgeclassify.errors import ImageError, SourceError
from edgeclassify.sources.capture.driven_source import DrivenSource
from edgeclassify.sources.interface import NoFrameInTimeError, StalledError

log = logging.getLogger(__name__)


class FileReading:
    """Each frame waits until the one before was taken, and at least the interval: nothing is dropped."""

    def __init__(self, driven: DrivenSource) -> None:
        self._driven = driven

    def run(self) -> None:
        """Until the source ends or the stop is asked for. Raises SourceError when it is lost."""
        driven = self._driven
        heard = time.monotonic()
        while not driven.stop.is_set():
            started = time.monotonic()
            with driven.call():
                driven.tell_settled()
            if driven.held and driven.source.waits and not driven.hurry.is_set():
                driven.stop.wait(driven.slice_s)
                continue
            try:
                with driven.call():
                    frame = driven.source.read(driven.slice_s)
            except NoFrameInTimeError as error:
                self._check_silence(heard, error)
                continue
            except ImageError as error:
                self._leave_out(error)
                heard = time.monotonic()
                continue
            # After a stop another thread may have given this frame.
            if frame is None or driven.stop.is_set() or not driven.frames.put_waiting(frame, driven.stop.is_set):
                return
            del frame
            driven.is_back()
            driven.handed_over()
            self._pause_until(started)
            heard = time.monotonic()

    def _leave_out(self, error: ImageError) -> None:
        driven = self._driven
        driven.skipped_images += 1
        driven.bad_image = error
        log.error("camera %s: left out: %s", driven.source.camera, error, extra={"camera": driven.source.camera})

    def _check_silence(self, heard: float, error: SourceError) -> None:
        timeout_s = self._driven.rules.stall_timeout_s
        if not self._driven.source.waits and time.monotonic() - heard >= timeout_s:
            raise StalledError(f"no new frame for {timeout_s:.3g} s") from error

    def _pause_until(self, started: float) -> None:
        """Wait for the rest of the interval, which may be changed meanwhile, or until it is cut short."""
        driven = self._driven
        while not driven.stop.is_set() and (left := started + driven.rules.interval_s - time.monotonic()) > 0:
            if driven.hurry.wait(min(left, driven.slice_s)):
                break
        driven.hurry.clear()
