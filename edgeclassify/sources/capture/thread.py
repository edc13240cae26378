"""The capture thread of one camera, as other threads see it: its figures, and what may be asked of it."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from edgeclassify.errors import SourceError
from edgeclassify.health import CameraHealth
from edgeclassify.redaction import scrubbed
from edgeclassify.sources.capture.camera_state import FINAL, CameraStatus
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.daynight import DayNight
from edgeclassify.sources.capture.driven_source import DrivenSource
from edgeclassify.sources.capture.file_reading import FileReading
from edgeclassify.sources.capture.freshness import Freshness
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import WAITS, Ladder, Waits
from edgeclassify.sources.capture.live_reading import LiveReading
from edgeclassify.sources.capture.loop import CaptureLoop
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import CameraState

log = logging.getLogger(__name__)


class CaptureThread:
    """Drives one source and hands its frames to LatestFrames.

    Live sources are drained all the time and at most one frame per `interval_s` is handed over, so that it is
    a fresh one. Others wait until the frame before was taken, and at least `interval_s`: nothing is dropped.

    What comes after a loss CaptureLoop decides; here is what other threads may know and ask of it. An ImageError
    of read() is one bad image of several: it is logged, counted in `skipped_images`, and the next one is read.

    FAILED says that the restart ladder is at its end; whether the daemon ends too is not decided here. Nothing is:
    each member is one question or request of another thread, which the parts below answer; that makes it long.

    `on_available`: see CameraStatus; it is called from this thread. `waits`: of the ladder.
    """

    def __init__(
        self,
        source: FrameSource,
        frames: LatestFrames,
        rules: CaptureRules,
        on_available: Callable[[str, bool], None] = lambda camera, available: None,
        waits: Waits = WAITS,
    ) -> None:
        self.camera = source.camera
        self.source = source
        self.status = CameraStatus(source.camera, on_available)
        freeze_s = source.freeze_timeout_s if rules.freeze_timeout_s is None else rules.freeze_timeout_s
        # Frozen frames are known by waiting: only a longer time of frames shows that one has gone.
        waits = replace(waits, settled_s=max(waits.settled_s, 1.5 * freeze_s))
        ladder = Ladder(attempts=rules.restart_attempts, keeps_device=source.keeps_device, waits=waits)
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
        loop = CaptureLoop(self._driven, live if source.live else FileReading(self._driven), self._daynight)
        # A daemon thread: a driver call that never returns must not keep the process alive.
        self._thread = threading.Thread(target=loop.run, name=f"capture-{source.camera}", daemon=True)

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
        """True once it has given a frame, or waited for one as it should."""
        return self._driven.worked

    @property
    def skipped_images(self) -> int:
        """Images that were left out, since they can't be decoded."""
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
        """True while frames have come for `settled_s` without a loss."""
        return self._driven.settled

    @property
    def state(self) -> CameraState:
        """What state the camera is in."""
        return self.status.state

    @property
    def error(self) -> SourceError | None:
        """Why it is lost."""
        return self.status.error

    @property
    def ended(self) -> bool:
        """True where no more frames will come: FINISHED or FAILED."""
        return self.state in (CameraState.FINISHED, CameraState.FAILED)

    @property
    def final(self) -> bool:
        """True where it has failed of what trying again can't mend, and never worked."""
        return self.state is CameraState.FAILED and isinstance(self.error, FINAL) and not self.worked

    @property
    def delivers(self) -> bool:
        """True while frames are to be expected from it, by the interval."""
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
        """True where these are its rules, whatever their interval."""
        return replace(rules, interval_s=0.0) == replace(self.rules, interval_s=0.0)

    def set_interval(self, interval_s: float) -> None:
        """Seconds between two frames that are handed over, from now on."""
        self._driven.rules = replace(self.rules, interval_s=interval_s)

    def hold(self, held: bool) -> None:
        """Nobody looks at its frames now, or somebody does again: images in a watched folder wait meanwhile."""
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
            log.warning(
                "camera %s: a call into %s does not return; leaving it",
                self.camera,
                name,
                extra={"camera": self.camera},
            )
            return False
        return True
