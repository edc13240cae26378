"""The running threads of one config: capture threads, their hand-off, and the inference thread."""

import logging
import time
from collections.abc import Callable, Sequence

from edgeclassify.daemon.assembly import Parts
from edgeclassify.errors import EdgeClassifyError, SourceError
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline import Pipeline, Snapshots
from edgeclassify.publish.interface import Publisher
from edgeclassify.sources.capture import CaptureThread, LatestFrames

log = logging.getLogger(__name__)

STUCK_GRACE_S = 30.0
"""How long after its stall timeout a call into a source counts as one that will never return."""


class Line:
    """Started once, stopped once. `on_progress` is called for each frame that went through while no call hangs.

    `max_frames`: end after so many frames; `snapshots`: None where no picture is taken.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        publisher: Publisher,
        health: HealthMonitor,
        on_progress: Callable[[], None],
        max_frames: int | None,
        snapshots: Snapshots | None,
    ) -> None:
        self._parts, self._publisher, self._on_progress = parts, publisher, on_progress
        self._given_up: set[str] = set()
        self._stuck: set[str] = set()
        frames = LatestFrames()
        self._pipeline = Pipeline(
            frames=frames,
            views=parts.views,
            publisher=publisher,
            health=health,
            on_frame=self._frame_done,
            max_frames=max_frames,
            snapshots=snapshots,
        )
        self._captures = tuple(
            CaptureThread(
                source=source,
                frames=frames,
                interval_s=parts.interval_of(camera),
                stall_timeout_s=camera.stall_timeout_s,
                restart_attempts=camera.restart_attempts,
                on_available=self._available,
            )
            for source, camera in zip(parts.sources, parts.config.camera, strict=True)
        )

    @property
    def finished(self) -> bool:
        """Has inference ended by itself? Raises what it broke of, or why no camera is left."""
        if not self._pipeline.finished:
            return False
        if self._pipeline.error is not None:
            raise self._pipeline.error
        if failed := self._failed():
            raise _camera_error(failed)
        return True

    @property
    def dropped(self) -> int:
        """Frames overwritten by a newer one before they were taken."""
        return sum(capture.dropped for capture in self._captures)

    @property
    def restarts(self) -> int:
        """Camera re-opens."""
        return sum(capture.restarts for capture in self._captures)

    @property
    def cameras(self) -> str:
        """Each camera's state, for people."""
        return ", ".join(f"{capture.camera} {capture.state}" for capture in self._captures)

    def start(self) -> None:
        """Inference first, so that somebody waits for the first frame."""
        self._pipeline.start()
        for capture in self._captures:
            capture.start()

    def watch(self) -> None:
        """Look after the cameras: called again and again.

        Drains when the input has ended; raises SourceError when all cameras are gone.
        """
        self._watch_stuck()
        failed = self._failed()
        if not all(capture.ended for capture in self._captures):
            self._report_given_up(failed)
        elif len(failed) < len(self._captures):
            self._pipeline.drain()
        else:
            raise _camera_error(failed)

    def hurry(self, camera: str) -> None:
        """Hand over the camera's next frame at once."""
        for capture in self._captures:
            if capture.camera == camera:
                capture.hurry()

    def renew_intervals(self) -> None:
        """A view's interval has been changed."""
        for capture, camera in zip(self._captures, self._parts.config.camera, strict=True):
            capture.interval_s = self._parts.interval_of(camera)

    def stop(self, deadline: float, patience_s: float = 0.0) -> None:
        """By then (monotonic seconds). Capture first: frames that were handed over are still inferred.

        `patience_s`: how much longer the frame that is being inferred is waited for.
        """
        for capture in self._captures:
            capture.stop(max(0.05, (deadline - time.monotonic()) / 2))
        if not self._pipeline.stop(max(0.05, deadline - time.monotonic()) + patience_s):
            log.warning("inference did not end in time")

    def _frame_done(self) -> None:
        if not self._stuck:
            self._on_progress()

    def _available(self, camera: str, online: bool) -> None:
        for view in self._parts.views_of(camera):
            self._publisher.publish_availability(view.name, online)

    def _failed(self) -> list[CaptureThread]:
        return [capture for capture in self._captures if capture.state == "failed"]

    def _report_given_up(self, failed: Sequence[CaptureThread]) -> None:
        """Say once that a camera is gone while others work; it is tried on, so it may come back."""
        for capture in failed:
            if capture.camera not in self._given_up:
                log.error("camera %s: given up for now: %s", capture.camera, capture.error)
        self._given_up = {capture.camera for capture in failed}

    def _watch_stuck(self) -> None:
        """A call into a driver that does not return: its camera is offline, and progress counts no more."""
        stuck = {
            capture.camera
            for capture, camera in zip(self._captures, self._parts.config.camera, strict=True)
            if capture.stuck_s > camera.stall_timeout_s + STUCK_GRACE_S
        }
        for camera in stuck - self._stuck:
            log.error("camera %s: a call into its driver does not return; only a restart can help", camera)
            self._available(camera, False)
        for capture in self._captures:
            # The capture thread knows nothing of having been stuck, so it would not say that it is back.
            if capture.camera in self._stuck - stuck and capture.state == "running":
                self._available(capture.camera, True)
        self._stuck = stuck


def _camera_error(failed: Sequence[CaptureThread]) -> EdgeClassifyError:
    """Why the first of the failed cameras is gone."""
    error = failed[0].error
    return error if error is not None else SourceError(f"camera {failed[0].camera}: gone")
