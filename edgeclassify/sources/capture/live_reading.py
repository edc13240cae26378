"""Reading what is live: drained all the time, one fresh frame per interval, with a rest in between if wanted."""

import logging
import time

from edgeclassify.pixels import brightness
from edgeclassify.sources.capture.daynight import DayNight
from edgeclassify.sources.capture.driven_source import DrivenSource
from edgeclassify.sources.capture.freshness import Freshness
from edgeclassify.sources.interface import BrokenFrameError, NoFrameInTimeError, StalledError
from edgeclassify.types import Frame

log = logging.getLogger(__name__)

REPEATED_S = 0.01
"""Wait after a frame that is not new."""
REST_SLICE_S = 1.0


class _RepeatedError(NoFrameInTimeError):
    """A frame came whose content clock has not moved."""


class LiveReading:
    """From one start of a live source to its loss, again and again: what was seen of it before still counts."""

    def __init__(self, driven: DrivenSource, fresh: Freshness, daynight: DayNight | None) -> None:
        self._driven, self._fresh, self._daynight = driven, fresh, daynight

    def run(self) -> None:
        """Until the source ends or the stop is asked for. Raises SourceError when it is lost."""
        driven = self._driven
        due = handed_over = time.monotonic()
        self._fresh.excuse(due)
        while not driven.stop.is_set():
            # Never further away than one interval, which may have been shortened or hurried.
            due = min(due, handed_over + driven.rules.interval_s)
            wait_s = due - time.monotonic()
            try:
                if wait_s <= 0 or driven.hurry.is_set():
                    frame = self._read()
                    if frame is None or driven.stop.is_set():
                        return
                    self._look_at(frame)
                    driven.hurry.clear()
                    handed_over = time.monotonic()
                    due = max(due + driven.rules.interval_s, handed_over)
                    driven.is_back()
                    driven.handed_over()
                    driven.frames.put(frame)
                    del frame  # it may be lent
                elif self._rests(wait_s):
                    self._rest(handed_over)
                elif not self._skip(min(wait_s, driven.slice_s)):
                    return
            except NoFrameInTimeError as error:
                self._check_stall(error)

    def _read(self) -> Frame | None:
        """The next frame. Raises NoFrameInTimeError also for one that is not new."""
        driven = self._driven
        with driven.call():
            frame = driven.source.read(driven.slice_s)
        if frame is not None and not self._fresh.passed(driven.source.clock, time.monotonic()):
            raise _RepeatedError("the same frame as before")
        return frame

    def _skip(self, wait_s: float) -> bool:
        driven = self._driven
        with driven.call():
            skipped = driven.source.skip(wait_s)
        if skipped and not self._fresh.passed(driven.source.clock, time.monotonic()):
            raise _RepeatedError("the same frame as before")
        return skipped

    def _check_stall(self, error: NoFrameInTimeError) -> None:
        """No frame in time, or none that is new. Raises StalledError once that has lasted too long."""
        repeated = isinstance(error, _RepeatedError)
        try:
            self._fresh.check_stall(time.monotonic(), self._driven.source.frame_interval_s, repeated=repeated)
        except StalledError as stalled:
            if isinstance(error, BrokenFrameError):
                raise StalledError(f"{stalled}: what comes is broken ({str(error).rstrip('.')})") from error
            raise
        if repeated:
            self._driven.stop.wait(REPEATED_S)  # or a source that repeats itself at once would keep a core busy

    def _look_at(self, frame: Frame) -> None:
        """Raises FrozenError where it is frozen; changes the profile where night or day has come."""
        now, daynight, source = time.monotonic(), self._daynight, self._driven.source
        self._fresh.check_frozen(frame, now)
        if daynight is not None and daynight.changes(source.lux if daynight.in_lux else brightness(frame), now):
            log.info(
                "camera %s: %s profile",
                frame.camera,
                "night" if daynight.night else "day",
                extra={"camera": frame.camera},
            )
            with self._driven.call():
                source.use_night_profile(daynight.night)

    def _rests(self, wait_s: float) -> bool:
        rules = self._driven.rules
        if rules.least_rest_s is None or self._driven.captured == 0:
            return False
        return wait_s - rules.settle_s > rules.least_rest_s

    def _rest(self, handed_over: float) -> None:
        """Stop the camera until shortly before the next frame is due, then let it settle."""
        driven = self._driven
        with driven.call():
            driven.source.pause()
        driven.status.rests()
        # In slices, since the interval may be shortened meanwhile.
        while (
            left_s := handed_over + driven.rules.interval_s - driven.rules.settle_s - time.monotonic()
        ) > 0 and not driven.hurry.wait(min(left_s, REST_SLICE_S)):
            pass
        if driven.stop.is_set():
            return
        with driven.call():
            driven.source.resume()
        self._fresh.excuse(time.monotonic())
        settled = time.monotonic() + driven.rules.settle_s
        while not driven.stop.is_set() and (left_s := settled - time.monotonic()) > 0:
            try:
                self._skip(min(left_s, driven.slice_s))
            except NoFrameInTimeError as error:
                self._check_stall(error)
