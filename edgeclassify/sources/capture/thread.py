"""The capture thread of one camera: opens its source, reads it, and brings it back when it is lost."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from edgeclassify.errors import ImageError, MissingInputError, SourceError, SourceSetupError, SourceUnusableError
from edgeclassify.pixels import brightness
from edgeclassify.sources.capture.daynight import DayNight
from edgeclassify.sources.capture.freshness import Freshness, FrozenError
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import SETTLED_S, Ladder, Rung, Step
from edgeclassify.sources.capture.rules import CaptureRules
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError, StalledError
from edgeclassify.types import CameraHealth, CameraState, Frame

log = logging.getLogger(__name__)

READ_SLICE_S = 0.2
"""Longest single wait inside a source's read: how soon a stop is noticed."""
REPEATED_S = 0.01
"""Wait after a frame that is not new."""
LEAST_REST_S = 2.0
"""A camera is not stopped between two frames for less than that."""

FINAL = (MissingInputError, ImageError, SourceSetupError, SourceUnusableError)
"""What trying again in this process can't heal."""


class _RepeatedError(NoFrameInTimeError):
    """A frame came whose content clock has not moved."""


class CaptureThread:
    """Drives one source and hands its frames to LatestFrames.

    Live sources are drained all the time and at most one frame per `interval_s` is handed over, so that it is
    a fresh one. Others wait until the frame before was taken, and at least `interval_s`: nothing is dropped.

    A SourceError, a stall and a frozen picture (see Freshness) lead up the restart ladder (see Ladder). At its end
    the state is FAILED and `error` holds the reason. What can't heal fails at once (FINAL); an ImageError of
    read() is one bad picture of several: it is logged, counted in `skipped_images`, and the next one is read.
    Whatever else escapes from a source is a fault of ours or a library's: logged with its traceback, then treated
    as a SourceError.

    FAILED says that the ladder is at its end; whether the daemon ends too is not decided here. Until it is
    stopped the thread goes on trying, quietly.

    `on_available(camera, True)` is called from this thread with the first frame and with the first after a
    loss, `on_available(camera, False)` when the source is lost or has failed. It must not raise or block.
    """

    def __init__(
        self,
        source: FrameSource,
        frames: LatestFrames,
        rules: CaptureRules,
        on_available: Callable[[str, bool], None] = lambda camera, available: None,
    ) -> None:
        self.camera = source.camera
        self.source = source
        self.frames_captured = 0
        self.skipped_images = 0
        self.restarts = self.reopens = self.stalls = self.freezes = 0
        self.state = CameraState.STARTING
        self.error: SourceError | None = None
        self.settled = False
        """True once frames have come for SETTLED_S without a loss."""
        self.lost_since: float | None = time.monotonic()
        """Monotonic seconds; None while frames come."""
        self._rules = rules
        self._frames = frames
        self._on_available = on_available
        self._available: bool | None = None
        self._running = False
        self._call_began: float | None = None
        self._last_handed_over: float | None = None
        self._daynight = None if rules.night is None else DayNight(rules.night)
        freeze_s = source.freeze_timeout_s if rules.freeze_timeout_s is None else rules.freeze_timeout_s
        self._fresh = Freshness(
            now=time.monotonic(),
            stall_timeout_s=rules.stall_timeout_s,
            stall_frames=rules.stall_frames,
            least_stall_s=source.least_stall_s,
            freeze_timeout_s=freeze_s,
        )
        # Frozen pictures are known by waiting: only a longer time of frames shows that one has gone.
        self._ladder = Ladder(
            attempts=rules.restart_attempts,
            keeps_device=source.keeps_device,
            settled_s=max(SETTLED_S, 1.5 * freeze_s),
        )
        self._stop = threading.Event()
        self._hurry = threading.Event()
        # A daemon thread: a driver call that never returns must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name=f"capture-{source.camera}", daemon=True)

    # --- from other threads ----------------------------------------------------------------------------

    @property
    def rules(self) -> CaptureRules:
        """What it follows now."""
        return self._rules

    @property
    def dropped(self) -> int:
        """Frames of this camera that a newer one overwrote before they were taken."""
        return self._frames.dropped.get(self.camera, 0)

    @property
    def stuck_s(self) -> float:
        """Seconds since the source was called without having returned yet; 0 between calls."""
        began = self._call_began
        return 0.0 if began is None else time.monotonic() - began

    @property
    def ended(self) -> bool:
        """True when no more frames will come: FINISHED or FAILED."""
        return self.state in (CameraState.FINISHED, CameraState.FAILED)

    @property
    def delivers(self) -> bool:
        """Are frames to be expected from it now, by the interval?"""
        return self.state is CameraState.RUNNING and not self.source.waits

    @property
    def final(self) -> bool:
        """Has it failed of what trying again can't heal?"""
        return self.state is CameraState.FAILED and isinstance(self.error, FINAL)

    def health(self, fresh_processes: int) -> CameraHealth:
        """Its figures now."""
        last = self._last_handed_over
        return CameraHealth(
            name=self.camera,
            state=self.state,
            frame_age_s=None if last is None else time.monotonic() - last,
            frames=self.frames_captured,
            dropped=self.dropped,
            copied=self.source.copied,
            stalls=self.stalls,
            freezes=self.freezes,
            restarts=self.restarts,
            reopens=self.reopens,
            fresh_processes=fresh_processes,
            profile="night" if self._daynight is not None and self._daynight.night else "day",
            error=None if self.error is None else str(self.error),
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def follows_all_but_interval(self, rules: CaptureRules) -> bool:
        """Are these its rules, whatever their interval?"""
        return replace(rules, interval_s=0.0) == replace(self._rules, interval_s=0.0)

    def set_interval(self, interval_s: float) -> None:
        """Seconds between two frames that are handed over, from now on."""
        self._rules = replace(self._rules, interval_s=interval_s)

    def hurry(self) -> None:
        """Hand over the next frame as soon as there is one, whatever the interval."""
        self._hurry.set()

    def acknowledge(self) -> None:
        """Tell the source which frames have been classified; where no thread of ours does it any more."""
        self.source.processed(self._frames.finished(self.camera))

    def ask_to_stop(self) -> None:
        """Ask the thread to end; see stop()."""
        self._stop.set()
        self._hurry.set()
        self._frames.wake()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Ask the thread to end and wait for it; False (and a warning) when the source does not let go."""
        self.ask_to_stop()
        if self._thread.ident is None:
            return True
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            name = self.source.describe()
            log.warning("camera %s: a call into %s does not return; leaving it", self.camera, name)
            return False
        return True

    # --- the thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        rung: Rung | None = None
        try:
            while not self._stop.is_set():
                error = self._session(rung)
                if error is None:
                    return
                step = self._next_step(error)
                if step.rung is Rung.REOPEN:
                    self._close()
                if self._stop.wait(step.wait_s):
                    return
                rung = step.rung
        finally:
            self._close()

    def _session(self, rung: Rung | None) -> SourceError | None:
        """From a start of the source to its loss, which is returned; None: it came to its end, or to the stop."""
        self._running = False
        try:
            self._begin(rung)
            self._running = True
            if self.source.live:
                self._read_live()
            else:
                self._read_all()
        except SourceError as error:
            return error
        except Exception as error:
            log.exception("camera %s: unexpected error in %s", self.camera, self.source.describe())
            wrapped = SourceError(f"{self.source.describe()}: {type(error).__name__}: {error}")
            wrapped.__cause__ = error
            return wrapped
        self._conclude()
        return None

    def _begin(self, rung: Rung | None) -> None:
        """Open the source, or only restart its stream."""
        if rung is Rung.RESTART:
            self.restarts += 1
            with self._call():
                self.source.pause()
            with self._call():
                self.source.resume()
            return
        if rung is Rung.REOPEN:
            self.reopens += 1
        with self._call():
            self.source.open()
        if self._daynight is not None and self._daynight.night:
            self.source.use_night_profile(True)
        if self.source.waits:
            self._is_back()

    def _conclude(self) -> None:
        if self._stop.is_set():
            return
        if self.error is not None and self.frames_captured == 0:
            self._fail(self.error)
            return
        self.state, self.lost_since = CameraState.FINISHED, None
        log.info("camera %s: end of %s", self.camera, self.source.describe())

    def _close(self) -> None:
        with self._call():
            self.source.close()

    # --- frames ----------------------------------------------------------------------------------------

    def _read_live(self) -> None:
        fresh = self._fresh
        due = handed_over = time.monotonic()
        fresh.excuse(due)
        while not self._stop.is_set():
            # Never further away than one interval, which may have been shortened or hurried.
            due = min(due, handed_over + self._rules.interval_s)
            wait_s = due - time.monotonic()
            try:
                if wait_s <= 0 or self._hurry.is_set():
                    frame = self._read(fresh)
                    if frame is None:
                        return
                    if not self._passes(frame, fresh):
                        continue
                    self._hurry.clear()
                    handed_over = time.monotonic()
                    due = max(due + self._rules.interval_s, handed_over)
                    self._hand_over(frame)
                elif self._rests(wait_s):
                    self._rest(due, fresh)
                elif not self._skip(min(wait_s, READ_SLICE_S), fresh):
                    return
            except NoFrameInTimeError as error:
                self._check_stall(fresh, error)

    def _check_stall(self, fresh: Freshness, error: NoFrameInTimeError) -> None:
        """No frame in time, or none that is new. Raises StalledError once that has lasted too long."""
        repeated = isinstance(error, _RepeatedError)
        fresh.check_stall(time.monotonic(), self.source.frame_interval_s, repeated=repeated)
        if repeated:
            self._stop.wait(REPEATED_S)  # or a source that repeats itself at once would keep a core busy

    def _read(self, fresh: Freshness) -> Frame | None:
        """The next frame. Raises NoFrameInTimeError also for one that is not new."""
        with self._call():
            frame = self.source.read(min(READ_SLICE_S, self._rules.stall_timeout_s))
        if frame is not None and not fresh.passed(self.source.clock, time.monotonic()):
            raise _RepeatedError("the same frame as before")
        return frame

    def _skip(self, wait_s: float, fresh: Freshness) -> bool:
        with self._call():
            skipped = self.source.skip(wait_s)
        if skipped and not fresh.passed(self.source.clock, time.monotonic()):
            raise _RepeatedError("the same frame as before")
        return skipped

    def _passes(self, frame: Frame, fresh: Freshness) -> bool:
        """Looks at a new frame; False where it is not to be handed over. Raises FrozenError."""
        now = time.monotonic()
        fresh.check_frozen(frame, now)
        daynight = self._daynight
        if daynight is None:
            return True
        if daynight.changes(self.source.lux if daynight.in_lux else brightness(frame), now):
            name = "night" if daynight.night else "day"
            log.info("camera %s: %s profile", self.camera, name)
            with self._call():
                self.source.use_night_profile(daynight.night)
        return True

    def _rests(self, wait_s: float) -> bool:
        rules = self._rules
        return rules.stop_between and self.frames_captured > 0 and wait_s - rules.settle_s > LEAST_REST_S

    def _rest(self, due: float, fresh: Freshness) -> None:
        """Stop the camera until shortly before the next frame is due, then let it settle."""
        with self._call():
            self.source.pause()
        self.state = CameraState.RESTING
        self._hurry.wait(max(0.0, due - self._rules.settle_s - time.monotonic()))
        if self._stop.is_set():
            return
        with self._call():
            self.source.resume()
        fresh.excuse(time.monotonic())
        settled = time.monotonic() + self._rules.settle_s
        while not self._stop.is_set() and (left_s := settled - time.monotonic()) > 0:
            try:
                self._skip(min(left_s, READ_SLICE_S), fresh)
            except NoFrameInTimeError as error:
                self._check_stall(fresh, error)

    def _hand_over(self, frame: Frame) -> None:
        self._is_back()
        self.frames_captured += 1
        self._last_handed_over = time.monotonic()
        self._frames.put(frame)

    def _read_all(self) -> None:
        heard = time.monotonic()
        while not self._stop.is_set():
            started = time.monotonic()
            self.source.processed(self._frames.finished(self.camera))
            try:
                with self._call():
                    frame = self.source.read(min(READ_SLICE_S, self._rules.stall_timeout_s))
            except NoFrameInTimeError as error:
                self._check_silence(heard, error)
                continue
            except ImageError as error:
                self.skipped_images += 1
                self.error = error
                log.error("camera %s: left out: %s", self.camera, error)
                heard = time.monotonic()
                continue
            if frame is None or not self._frames.put_waiting(frame, self._stop.is_set):
                return
            self._is_back()
            self.frames_captured += 1
            self._last_handed_over = time.monotonic()
            del frame
            self._pause_until(started)
            heard = time.monotonic()

    def _check_silence(self, heard: float, error: SourceError) -> None:
        timeout_s = self._rules.stall_timeout_s
        if not self.source.waits and time.monotonic() - heard >= timeout_s:
            raise StalledError(f"no new frame for {timeout_s:.3g} s") from error

    def _pause_until(self, started: float) -> None:
        """Wait for the rest of the interval, which may be changed meanwhile, or until it is cut short."""
        while not self._stop.is_set() and (left := started + self._rules.interval_s - time.monotonic()) > 0:
            if self._hurry.wait(min(left, READ_SLICE_S)):
                break
        self._hurry.clear()

    # --- loss and return -------------------------------------------------------------------------------

    def _is_back(self) -> None:
        """A new frame has come."""
        self.settled = self._ladder.well(time.monotonic())
        if self.state is CameraState.RUNNING:
            return
        if self.state in (CameraState.RESTARTING, CameraState.FAILED):
            log.info("camera %s: frames are back from %s", self.camera, self.source.describe())
            self.error = None
        self.state, self.lost_since = CameraState.RUNNING, None
        self._tell(True)

    def _next_step(self, error: SourceError) -> Step:
        """Count and say the loss, and take a rung of the ladder."""
        self.settled = False
        if self.lost_since is None:
            self.lost_since = time.monotonic()
        if isinstance(error, StalledError | FrozenError):
            self.stalls += isinstance(error, StalledError)
            self.freezes += isinstance(error, FrozenError)
            error = type(error)(f"{self.source.describe()}: {error}.")
        ladder = self._ladder
        step = ladder.give_up() if isinstance(error, FINAL) else ladder.lost(error, running=self._running)
        if self._ladder.given_up:
            self._fail(error)
        else:
            self._say_lost(error, step)
            self.error, self.state = error, CameraState.RESTARTING
        return step

    def _say_lost(self, error: SourceError, step: Step) -> None:
        """Once per loss, and again when it is of another kind."""
        first = self.state is not CameraState.RESTARTING
        if first or type(error) is not type(self.error):
            what = "restarting its stream" if step.rung is Rung.RESTART else "opening it again"
            log.warning("camera %s: lost, %s: %s", self.camera, what, error)
        if first:
            self._tell(False)

    def _fail(self, error: SourceError) -> None:
        self.error = error
        self.state = CameraState.FAILED
        self._tell(False)

    @contextmanager
    def _call(self) -> Iterator[None]:
        """Around each call into the source, so that another thread can see one that does not return."""
        self._call_began = time.monotonic()
        try:
            yield
        finally:
            self._call_began = None

    def _tell(self, available: bool) -> None:
        if self._available is not available:
            self._available = available
            self._on_available(self.camera, available)
