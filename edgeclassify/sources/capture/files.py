"""Reading what waits for its reader: files and folders, where every picture counts."""

import logging
import time

from edgeclassify.errors import ImageError, SourceError
from edgeclassify.sources.capture.drive import Drive
from edgeclassify.sources.interface import NoFrameInTimeError, StalledError

log = logging.getLogger(__name__)


class FileReading:
    """Each frame waits until the one before was taken, and at least the interval: nothing is dropped."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive

    def run(self) -> None:
        """Until the source ends or the stop is asked for. Raises SourceError when it is lost."""
        drive = self._drive
        heard = time.monotonic()
        while not drive.stop.is_set():
            started = time.monotonic()
            with drive.call():
                drive.tell_settled()
            if drive.held and drive.source.waits and not drive.hurry.is_set():
                drive.stop.wait(drive.slice_s)
                continue
            try:
                with drive.call():
                    frame = drive.source.read(drive.slice_s)
            except NoFrameInTimeError as error:
                self._check_silence(heard, error)
                continue
            except ImageError as error:
                self._leave_out(error)
                heard = time.monotonic()
                continue
            # After a stop another thread may have given this picture.
            if frame is None or drive.stop.is_set() or not drive.frames.put_waiting(frame, drive.stop.is_set):
                return
            del frame
            drive.is_back()
            drive.handed_over()
            self._pause_until(started)
            heard = time.monotonic()

    def _leave_out(self, error: ImageError) -> None:
        drive = self._drive
        drive.skipped_images += 1
        drive.bad_picture = error
        log.error("camera %s: left out: %s", drive.source.camera, error)

    def _check_silence(self, heard: float, error: SourceError) -> None:
        timeout_s = self._drive.rules.stall_timeout_s
        if not self._drive.source.waits and time.monotonic() - heard >= timeout_s:
            raise StalledError(f"no new frame for {timeout_s:.3g} s") from error

    def _pause_until(self, started: float) -> None:
        """Wait for the rest of the interval, which may be changed meanwhile, or until it is cut short."""
        drive = self._drive
        while not drive.stop.is_set() and (left := started + drive.rules.interval_s - time.monotonic()) > 0:
            if drive.hurry.wait(min(left, drive.slice_s)):
                break
        drive.hurry.clear()
