"""What is done for cameras that their capture threads can't help: it is said, and a fresh process asked for."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.recovery import Recovery, Remedy
from edgeclassify.errors import AbsentError, EdgeClassifyError, FreshProcessError, SourceError
from edgeclassify.health import CameraHealth
from edgeclassify.logs import show_stacks
from edgeclassify.once import Once
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.types import CameraState

log = logging.getLogger(__name__)

STUCK = "a call into its driver does not return."
ABSENT_S = 60.0
WORKING = (CameraState.RUNNING, CameraState.RESTING)


class CameraCare:
    """Used by the daemon's thread. `absent_s`: so long what is absent counts as about to come back."""

    def __init__(self, recovery: Recovery, availability: Availability, absent_s: float = ABSENT_S) -> None:
        self._recovery, self._availability, self._absent_s = recovery, availability, absent_s
        self._given_up = Once()
        self._stuck: set[str] = set()
        self._stuck_times: Counter[str] = Counter()

    def is_stuck(self, camera: str) -> bool:
        """True while a call into the camera's driver does not return."""
        return camera in self._stuck

    def health_of(self, capture: CaptureThread) -> CameraHealth:
        """A camera's figures, with what its own thread can't say."""
        figures = capture.health(self._recovery.in_vain(capture.camera, capture.source.describe()))
        figures = replace(figures, stalls=figures.stalls + self._stuck_times[capture.camera])
        if capture.camera not in self._stuck:
            return figures
        return replace(figures, state=CameraState.FAILED, error=f"{capture.source.describe()}: {STUCK}")

    def forget(self, camera: str) -> None:
        """Its capture thread has ended: another one begins anew."""
        self._given_up.is_over(camera)
        self._stuck.discard(camera)
        del self._stuck_times[camera]

    def watch(self, captures: Sequence[CaptureThread]) -> None:
        """Look after the cameras: called again and again.

        Raises FreshProcessError where only a new process may help, and the error of a camera where none is left
        and none can come back.
        """
        self._watch_stuck(captures)
        for capture in captures:
            if capture.settled:
                self._recovery.settled(capture.camera)
        if captures and all(map(self._is_final, captures)):
            raise camera_error(captures)
        self._report_given_up(captures)
        if not all_ended(captures):
            for capture in self._beyond_help(captures):
                self._help(capture, captures)

    def _beyond_help(self, captures: Iterable[CaptureThread]) -> Iterator[CaptureThread]:
        """Cameras that a fresh process may bring back, and nothing less."""
        for capture in captures:
            failed = capture.state is CameraState.FAILED and not self._is_final(capture)
            if capture.camera in self._stuck or (failed and not isinstance(capture.error, AbsentError)):
                yield capture

    def _is_final(self, capture: CaptureThread) -> bool:
        """True where it has failed for good. One that worked in the process before has not: a bus may err once."""
        return capture.final and not self._recovery.worked_before(capture.camera, capture.source.describe())

    def _help(self, capture: CaptureThread, captures: Iterable[CaptureThread]) -> None:
        stuck_s = capture.stuck_s if capture.camera in self._stuck else 0.0
        lost_s = max(stuck_s, capture.status.lost_s)
        others = any(self._works_or_may(other) for other in captures if other is not capture)
        source = capture.source.describe()
        remedy = self._recovery.due(capture.camera, source, lost_s, alone=not others)
        if remedy is None:
            return
        self._recovery.take(remedy, capture.camera, source, worked=capture.worked)
        if remedy is Remedy.FRESH_PROCESS:
            if stuck_s:
                show_stacks()
            why = STUCK if stuck_s else str(capture.error).rstrip(".") + "."
            raise FreshProcessError(
                f"camera {capture.camera}: {why} This process can't bring it back: ending, so that a fresh one "
                "may (recovery.fresh_process)."
            )

    def _works_or_may(self, capture: CaptureThread) -> bool:
        """True while a camera delivers, or is still being started or brought back."""
        if capture.ended or capture.camera in self._stuck:
            return False
        if capture.state in WORKING or not isinstance(capture.error, AbsentError):
            return True
        return capture.status.down_s < self._absent_s

    def _report_given_up(self, captures: Iterable[CaptureThread]) -> None:
        """Say once that a camera is gone; it is tried on, so it may come back."""
        for capture in captures:
            if capture.state is not CameraState.FAILED:
                self._given_up.is_over(capture.camera)
            elif self._given_up.is_news(capture.camera):
                log.error(
                    "camera %s: given up for now: %s",
                    capture.camera,
                    capture.error,
                    extra={"camera": capture.camera},
                )

    def _watch_stuck(self, captures: Iterable[CaptureThread]) -> None:
        """A call into a driver that does not return: its camera is offline."""
        stuck = {
            capture.camera
            for capture in captures
            if capture.stuck_s > capture.rules.stall_timeout_s + capture.source.longest_call_s
        }
        for camera in stuck - self._stuck:
            log.error("camera %s: %s", camera, STUCK, extra={"camera": camera})
            self._stuck_times[camera] += 1
        for camera in stuck ^ self._stuck:
            self._availability.note_stuck(camera, camera in stuck)
        self._stuck = stuck


def all_ended(captures: Sequence[CaptureThread]) -> bool:
    """True where no more frames will come, and at least one camera has come to its end."""
    return all(one.ended for one in captures) and any(one.state is CameraState.FINISHED for one in captures)


def camera_error(failed: Sequence[CaptureThread]) -> EdgeClassifyError:
    """Why the first of the failed cameras is gone."""
    error = failed[0].error
    return error if error is not None else SourceError(f"camera {failed[0].camera}: gone")
