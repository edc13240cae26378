"""The capture thread of one camera, and the hand-off from all of them to inference.

Each thread opens its source, reads it, and opens it again when it breaks or stalls: the restart ladder.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from edgeclassify.errors import ImageError, MissingInputError, SourceError
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.types import Frame

log = logging.getLogger(__name__)

BACK_OFF_S = 0.5
"""Wait before the first re-open; it doubles with each further one."""
MAX_BACK_OFF_S = 10.0
GIVEN_UP_S = 60.0
"""Wait between two quiet tries of a camera that counts as gone, while the daemon lives on for others."""
READ_SLICE_S = 0.5
"""Longest single wait inside a source's read: how soon a stop is noticed."""


class LatestFrames:
    """Hand-off from the capture threads to inference: one slot per camera, the newest frame wins.

    Drop policy: `put` overwrites a frame that nobody took, and counts it as dropped; `put_waiting` waits
    instead. `take` goes round the cameras, so that a fast one can't starve a slow one.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._slots: dict[str, Frame] = {}
        self._turns: deque[str] = deque()
        self._dropped: Counter[str] = Counter()
        self._closed = False

    def put(self, frame: Frame) -> None:
        """Hand over a frame; one of the same camera that still waits is dropped."""
        with self._changed:
            if frame.camera in self._slots:
                self._dropped[frame.camera] += 1
            self._store(frame)

    def put_waiting(self, frame: Frame, cancelled: Callable[[], bool]) -> bool:
        """Hand over a frame once the camera's slot is empty; nothing is dropped.

        Returns False, without having handed it over, when closed or when `cancelled()` (looked at after each
        wake()) says so.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or cancelled() or frame.camera not in self._slots)
            if self._closed or frame.camera in self._slots:
                return False
            self._store(frame)
            return True

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame of the next camera in turn; None when none came in `timeout_s` or it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._slots, timeout_s)
            if self._closed:
                return None
            for camera in self._turns:
                if camera in self._slots:
                    self._turns.remove(camera)
                    self._turns.append(camera)
                    self._changed.notify_all()
                    return self._slots.pop(camera)
            return None

    def close(self) -> None:
        """Wake everybody; from now on nothing is handed over. Frames that wait are let go."""
        with self._changed:
            self._closed = True
            self._slots.clear()
            self._changed.notify_all()

    def wake(self) -> None:
        """Let waiting put_waiting() calls look at their `cancelled` again."""
        with self._changed:
            self._changed.notify_all()

    @property
    def waiting(self) -> bool:
        """True while a frame waits to be taken."""
        with self._changed:
            return bool(self._slots)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Frames dropped so far, per camera."""
        with self._changed:
            return dict(self._dropped)

    def _store(self, frame: Frame) -> None:
        if self._closed:
            return
        if frame.camera not in self._turns:
            self._turns.append(frame.camera)
        self._slots[frame.camera] = frame
        self._changed.notify_all()


class CaptureState(StrEnum):
    """Where a capture thread stands. FINISHED: the source came to its end. FAILED: it can't be had."""

    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    FINISHED = "finished"
    FAILED = "failed"


class CaptureThread:
    """Drives one source and hands its frames to LatestFrames.

    Live sources are drained all the time and at most one frame per `interval_s` is handed over, so that it is
    a fresh one. Others wait until the frame before was taken, and at least `interval_s`: nothing is dropped.

    Restart ladder: a SourceError, or no frame for `stall_timeout_s`, closes the source and opens it again
    after 0.5 s, doubling to 10 s. After `restart_attempts` re-opens in a row without a frame the state is
    FAILED and `error` holds the reason. What can't heal fails at once: MissingInputError, and an ImageError
    of open(). An ImageError of read() is one bad picture of several: it is logged, counted in
    `skipped_images`, and the next one is read. Whatever else escapes from a source is a fault of ours or a
    library's: logged with its traceback, then treated as a SourceError.

    FAILED says that the ladder is at its end; whether the daemon ends too is not decided here. Until it is
    stopped the thread goes on trying, quietly, every 60 s.

    `on_available(camera, True)` is called from this thread with the first frame and with the first after a
    loss, `on_available(camera, False)` when the source is lost or has failed. It must not raise or block.
    """

    def __init__(
        self,
        source: FrameSource,
        frames: LatestFrames,
        *,
        interval_s: float = 0.0,
        stall_timeout_s: float = 10.0,
        restart_attempts: int = 5,
        on_available: Callable[[str, bool], None] = lambda camera, available: None,
    ) -> None:
        self.camera = source.camera
        self.frames_captured = 0
        self.skipped_images = 0
        self.restarts = 0
        self.state = CaptureState.STARTING
        self.error: SourceError | None = None
        self._source = source
        self._frames = frames
        self.interval_s = interval_s
        """Seconds between two frames that are handed over; may be changed at any time."""
        self._stall_timeout_s = stall_timeout_s
        self._restart_attempts = restart_attempts
        self._on_available = on_available
        self._available: bool | None = None
        self._call_began: float | None = None
        self._attempts = 0
        self._stop = threading.Event()
        self._hurry = threading.Event()
        # A daemon thread: a driver call that never returns must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name=f"capture-{source.camera}", daemon=True)

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
        return self.state in (CaptureState.FINISHED, CaptureState.FAILED)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def hurry(self) -> None:
        """Hand over the next frame as soon as there is one, whatever the interval."""
        self._hurry.set()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Ask the thread to end and wait for it; False (and a warning) when the source does not let go."""
        self._stop.set()
        self._hurry.set()
        self._frames.wake()
        if self._thread.ident is None:
            return True
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            name = self._source.describe()
            log.warning("camera %s: a call into %s does not return; leaving it", self.camera, name)
            return False
        return True

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._session()
                return
            except SourceError as error:
                self.error = error
            except Exception as error:
                log.exception("camera %s: unexpected error in %s", self.camera, self._source.describe())
                self.error = SourceError(f"{self._source.describe()}: {type(error).__name__}: {error}")
                self.error.__cause__ = error
            finally:
                with self._call():
                    self._source.close()
            if not self._next_attempt(self.error):
                return

    def _session(self) -> None:
        """From open to the end of the source or to the stop; raises SourceError when it breaks."""
        with self._call():
            self._source.open()
        if self._source.live:
            self._read_live()
        else:
            self._read_all()
        if self._stop.is_set():
            return
        if self.error is not None and self.frames_captured == 0:
            self._fail(self.error)
            return
        self.state = CaptureState.FINISHED
        log.info("camera %s: end of %s", self.camera, self._source.describe())

    def _read_live(self) -> None:
        due = heard = handed_over = time.monotonic()
        while not self._stop.is_set():
            slice_s = min(READ_SLICE_S, self._stall_timeout_s)
            try:
                # Never further away than one interval, which may have been shortened or hurried.
                due = min(due, handed_over + self.interval_s)
                if time.monotonic() < due and not self._hurry.is_set():
                    with self._call():
                        skipped = self._source.skip(slice_s)
                    if not skipped:
                        return
                    heard = time.monotonic()
                    continue
                with self._call():
                    frame = self._source.read(slice_s)
            except NoFrameInTimeError as error:
                self._check_stall(heard, error)
                continue
            if frame is None:
                return
            self._hurry.clear()
            heard = handed_over = time.monotonic()
            due = max(due + self.interval_s, heard)
            self._delivered()
            self._frames.put(frame)

    def _read_all(self) -> None:
        heard = time.monotonic()
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                with self._call():
                    frame = self._source.read(min(READ_SLICE_S, self._stall_timeout_s))
            except NoFrameInTimeError as error:
                self._check_stall(heard, error)
                continue
            except ImageError as error:
                self.skipped_images += 1
                self.error = error
                log.error("camera %s: left out: %s", self.camera, error)
                heard = time.monotonic()
                continue
            if frame is None or not self._frames.put_waiting(frame, self._stop.is_set):
                return
            self._delivered()
            self._pause_until(started)
            heard = time.monotonic()

    def _pause_until(self, started: float) -> None:
        """Wait for the rest of the interval, which may be changed meanwhile, or until it is cut short."""
        while not self._stop.is_set() and (left := started + self.interval_s - time.monotonic()) > 0:
            if self._hurry.wait(min(left, READ_SLICE_S)):
                break
        self._hurry.clear()

    def _check_stall(self, heard: float, error: SourceError) -> None:
        if time.monotonic() - heard >= self._stall_timeout_s:
            raise SourceError(
                f"{self._source.describe()}: no frame for {self._stall_timeout_s:g} s (stall_timeout_s)."
            ) from error

    def _delivered(self) -> None:
        self.frames_captured += 1
        self._attempts = 0
        if self.state is not CaptureState.RUNNING:
            if self.state in (CaptureState.RESTARTING, CaptureState.FAILED):
                log.info("camera %s: frames are back from %s", self.camera, self._source.describe())
                self.error = None
            self.state = CaptureState.RUNNING
            self._tell(True)

    def _next_attempt(self, error: SourceError | None) -> bool:
        """After a loss: wait for the next re-open; False when there is none (failed, or stopped)."""
        if error is None or self._stop.is_set():
            return False
        final = isinstance(error, (MissingInputError, ImageError)) or self._attempts >= self._restart_attempts
        if final or self.state is CaptureState.FAILED:
            self._fail(error)
            wait_s = GIVEN_UP_S
        else:
            wait_s = self._climb(error)
        if self._stop.wait(wait_s):
            return False
        self.restarts += 1
        return True

    def _climb(self, error: SourceError) -> float:
        """One rung further: seconds to wait before the next re-open."""
        if self.state is not CaptureState.RESTARTING:
            self.state = CaptureState.RESTARTING
            log.warning("camera %s: lost, opening it again: %s", self.camera, error)
            self._tell(False)
        wait_s: float = min(BACK_OFF_S * 2**self._attempts, MAX_BACK_OFF_S)
        self._attempts += 1
        return wait_s

    def _fail(self, error: SourceError) -> None:
        self.error = error
        self.state = CaptureState.FAILED
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
