"""The capture thread of one camera: opens its source, reads it, and brings it back when it is lost."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from edgeclassify.errors import SourceError
from edgeclassify.redaction import redacted_text, scrubbed
from edgeclassify.sources.capture.camera_state import FINAL, CameraStatus
from edgeclassify.sources.capture.daynight import DayNight
from edgeclassify.sources.capture.driven_source import DrivenSource
from edgeclassify.sources.capture.file_reading import FileReading
from edgeclassify.sources.capture.freshness import Freshness, FrozenError
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import SETTLED_S, Ladder, Rung, Step
from edgeclassify.sources.capture.live_reading import LiveReading
from edgeclassify.sources.capture.rules import CaptureRules
from edgeclassify.sources.interface import FrameSource, StalledError
from edgeclassify.types import CameraHealth, CameraState

log = logging.getLogger(__name__)


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

    `on_available`: see CameraStatus; it is called from this thread.
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
        self.status = CameraStatus(source.camera, on_available)
        freeze_s = source.freeze_timeout_s if rules.freeze_timeout_s is None else rules.freeze_timeout_s
        # Frozen pictures are known by waiting: only a longer time of frames shows that one has gone.
        settled_s = max(SETTLED_S, 1.5 * freeze_s)
        ladder = Ladder(attempts=rules.restart_attempts, keeps_device=source.keeps_device, settled_s=settled_s)
        self._driven = DrivenSource(source, frames, rules, self.status, ladder)
        self._daynight = None if rules.night is None else DayNight(rules.night, source.camera)
        fresh = Freshness(
            now=time.monotonic(),
            stall_timeout_s=rules.stall_timeout_s,
            stall_frames=rules.stall_frames,
            least_stall_s=source.least_stall_s,
            freeze_timeout_s=freeze_s,
        )
        live = LiveReading(self._driven, fresh, self._daynight)
        self._reading = live if source.live else FileReading(self._driven)
        self._running = False
        self._unexpected = ""
        # A daemon thread: a driver call that never returns must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name=f"capture-{source.camera}", daemon=True)

    # --- from other threads ----------------------------------------------------------------------------

    @property
    def rules(self) -> CaptureRules:
        """What it follows now."""
        return self._driven.rules

    @property
    def frames_captured(self) -> int:
        """Frames handed over."""
        return self._driven.captured

    @property
    def worked(self) -> bool:
        """Has it ever given a frame, or waited for one as it should?"""
        return self._driven.worked

    @property
    def skipped_images(self) -> int:
        """Pictures that were left out, since they can't be decoded."""
        return self._driven.skipped_images

    @property
    def dropped(self) -> int:
        """Frames of this camera that a newer one overwrote before they were taken."""
        return self._driven.frames.dropped.get(self.camera, 0)

    @property
    def stuck_s(self) -> float:
        """Seconds since the source was called without having returned yet; 0 between calls."""
        return self._driven.stuck_s

    @property
    def settled(self) -> bool:
        """Have frames come for SETTLED_S without a loss?"""
        return self._driven.settled

    @property
    def state(self) -> CameraState:
        """Where the camera stands."""
        return self.status.state

    @property
    def error(self) -> SourceError | None:
        """Why it is lost."""
        return self.status.error

    @property
    def ended(self) -> bool:
        """True when no more frames will come: FINISHED or FAILED."""
        return self.state in (CameraState.FINISHED, CameraState.FAILED)

    @property
    def final(self) -> bool:
        """Has it failed of what trying again can't heal, and never worked?"""
        return self.state is CameraState.FAILED and isinstance(self.error, FINAL) and not self.worked

    @property
    def delivers(self) -> bool:
        """Are frames to be expected from it now, by the interval?"""
        return self.state is CameraState.RUNNING and not self.source.waits

    def health(self, fresh_processes: int) -> CameraHealth:
        """Its figures now."""
        last, status = self._driven.last_handed_over, self.status
        return CameraHealth(
            name=self.camera,
            state=status.state,
            frame_age_s=None if last is None else time.monotonic() - last,
            frames=self.frames_captured,
            dropped=self.dropped,
            skipped=self.skipped_images,
            copied=self.source.copied,
            stalls=status.stalls,
            freezes=status.freezes,
            restarts=status.restarts,
            reopens=status.reopens,
            fresh_processes=fresh_processes,
            profile="night" if self._daynight is not None and self._daynight.night else "day",
            error=None if status.error is None else scrubbed(str(status.error)),
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def follows_all_but_interval(self, rules: CaptureRules) -> bool:
        """Are these its rules, whatever their interval?"""
        return replace(rules, interval_s=0.0) == replace(self.rules, interval_s=0.0)

    def set_interval(self, interval_s: float) -> None:
        """Seconds between two frames that are handed over, from now on."""
        self._driven.rules = replace(self.rules, interval_s=interval_s)

    def hold(self, held: bool) -> None:
        """Nobody looks at its frames now, or somebody does again: pictures in a watched folder wait meanwhile."""
        self._driven.held = held

    def hurry(self) -> None:
        """Hand over the next frame as soon as there is one, whatever the interval."""
        self._driven.hurry.set()

    def acknowledge(self) -> None:
        """Tell the source which frames have been classified; where no thread of ours does it any more."""
        self._driven.tell_settled()

    def ask_to_stop(self) -> None:
        """Ask the thread to end; see stop()."""
        self._driven.stop.set()
        self._driven.hurry.set()
        self._driven.frames.wake()

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
            while not self._driven.stop.is_set():
                error = self._session(rung)
                # After a stop nobody wants to hear of it: another thread may have the camera by now.
                if error is None or self._driven.stop.is_set():
                    return
                step = self._next_step(error)
                if step.rung is Rung.REOPEN:
                    self._close()
                if step.thorough:
                    with self._driven.call():
                        self.source.renew()
                if self._driven.stop.wait(step.wait_s):
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
            self._reading.run()
        except SourceError as error:
            return _without_frames(error)
        except Exception as error:
            said, self._unexpected = self._unexpected, f"{type(error).__name__}: {redacted_text(str(error))}"
            if said != self._unexpected:  # each try of months may end like this
                log.exception("camera %s: unexpected error in %s", self.camera, self.source.describe())
            return SourceError(f"{self.source.describe()}: {self._unexpected}")
        self._conclude()
        return None

    def _begin(self, rung: Rung | None) -> None:
        """Open the source, or only restart its stream."""
        driven = self._driven
        self.status.count(rung)
        if rung is Rung.RESTART:
            with driven.call():
                self.source.pause()
            with driven.call():
                self.source.resume()
            return
        with driven.call():
            self.source.open()
        if self._daynight is not None and self._daynight.night:
            with driven.call():
                self.source.use_night_profile(True)
        if self.source.waits:
            driven.is_back()

    def _conclude(self) -> None:
        driven = self._driven
        if driven.stop.is_set():
            return
        if driven.bad_picture is not None and driven.captured == 0:
            self.status.failed(driven.bad_picture)
        else:
            self.status.ended(self.source.describe())

    def _next_step(self, error: SourceError) -> Step:
        """The source was lost: say so, and take a rung of the ladder."""
        driven, ladder = self._driven, self._driven.ladder
        driven.settled = False
        if isinstance(error, StalledError | FrozenError):
            error = type(error)(f"{self.source.describe()}: {error}.")
        final = isinstance(error, FINAL) and not driven.worked  # what has worked may work again
        step = ladder.give_up() if final else ladder.lost(error, running=self._running)
        if ladder.given_up:
            self.status.failed(error)
        else:
            self.status.lost(error, step)
        return step

    def _close(self) -> None:
        with self._driven.call():
            self.source.close()


def _without_frames(error: SourceError) -> SourceError:
    """The error without its tracebacks, which would keep what the calls held: a frame, and with it a buffer."""
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        link.__traceback__ = None
        seen.append(link)
        link = link.__cause__ or link.__context__
    return error
