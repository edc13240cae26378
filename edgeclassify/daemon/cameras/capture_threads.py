"""The capture threads of all cameras.

They outlive a reload that leaves their camera as it is, and one that changes only what can be changed while the
stream runs.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from edgeclassify.config import LEAST_REST_S, CameraConfig
from edgeclassify.daemon.assembly import Parts, PlannedSource
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.recovery import Recovery, Remedy
from edgeclassify.errors import AbsentError, EdgeClassifyError, FreshProcessError, SourceError
from edgeclassify.logs import show_stacks
from edgeclassify.sources.capture.daynight import NightRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.rules import CaptureRules
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.types import CameraHealth, CameraState

log = logging.getLogger(__name__)

STUCK = "a call into its driver does not return."
ABSENT_S = 60.0
"""So long what is absent counts as about to come back."""
WORKING = (CameraState.RUNNING, CameraState.RESTING)


def capture_rules(camera: CameraConfig, interval_s: float) -> CaptureRules:
    """What of a camera's config its capture thread follows."""
    night = None
    if camera.night is not None:
        below, above, in_lux = camera.night.levels
        night = NightRules(below, above, in_lux, camera.night.dwell_s)
    return CaptureRules(
        interval_s=interval_s,
        stall_timeout_s=camera.stall_timeout_s,
        stall_frames=camera.stall_frames,
        freeze_timeout_s=camera.freeze_timeout_s,
        restart_attempts=camera.restart_attempts,
        least_rest_s=LEAST_REST_S if camera.stop_between else None,
        settle_s=camera.settle_s,
        night=night,
    )


@dataclass(slots=True)
class _Running:
    """A capture thread, and what it was made from."""

    capture: CaptureThread
    made_from: object


class Cameras:
    """Used by the daemon's thread. What it and the capture threads know of a camera goes to `availability`."""

    def __init__(self, recovery: Recovery, availability: Availability) -> None:
        self.frames = LatestFrames()
        self._recovery = recovery
        self._availability = availability
        self._running: dict[str, _Running] = {}
        self._given_up: set[str] = set()
        self._stuck: set[str] = set()
        self._stuck_times: Counter[str] = Counter()
        self._restarts_before = self._dropped_before = self._skipped_before = 0

    # --- what is seen of them --------------------------------------------------------------------------

    @property
    def dropped(self) -> int:
        """Frames overwritten by a newer one before they were taken."""
        return self._dropped_before + sum(capture.dropped for capture in self._captures)

    @property
    def skipped(self) -> int:
        """Pictures left out, since they can't be decoded."""
        return self._skipped_before + sum(capture.skipped_images for capture in self._captures)

    @property
    def restarts(self) -> int:
        """Streams restarted and cameras opened again."""
        return self._restarts_before + sum(
            capture.status.restarts + capture.status.reopens for capture in self._captures
        )

    @property
    def health(self) -> tuple[CameraHealth, ...]:
        """Figures of each camera."""
        return tuple(map(self._health_of, self._captures))

    @property
    def states(self) -> str:
        """Each camera's state, for people."""
        return ", ".join(f"{one.name} {one.state}" for one in self.health)

    @property
    def ended(self) -> bool:
        """Will no more frames come, and has at least one camera come to its end?"""
        captures = self._captures
        return all(c.ended for c in captures) and any(c.state is CameraState.FINISHED for c in captures)

    @property
    def failure(self) -> EdgeClassifyError | None:
        """Why a camera has failed, if one has."""
        failed = [capture for capture in self._captures if capture.state is CameraState.FAILED]
        return _camera_error(failed) if failed else None

    @property
    def quiet(self) -> bool:
        """Is no frame to be expected now from any camera: are all lost, resting, or waiting for pictures?"""
        return not any(c.delivers and c.camera not in self._stuck for c in self._captures)

    def _health_of(self, capture: CaptureThread) -> CameraHealth:
        figures = capture.health(self._recovery.in_vain(capture.camera, capture.source.describe()))
        figures = replace(figures, stalls=figures.stalls + self._stuck_times[capture.camera])
        if capture.camera not in self._stuck:
            return figures
        # Its thread can't say so.
        return replace(figures, state=CameraState.FAILED, error=f"{capture.source.describe()}: {STUCK}")

    # --- start, change, stop ---------------------------------------------------------------------------

    def run(self, parts: Parts) -> None:
        """Bring what runs in line with the config: keep, change, stop and start cameras.

        Cameras that are to stay are changed first. Raises SourceError where one refuses its new settings.
        """
        wanted = {planned.camera.name: planned for planned in parts.sources}
        kept = {name for name, planned in wanted.items() if self._keeps(planned, parts)}
        for name in set(self._running) - kept:
            ended = self._end(name)
            if name not in wanted:  # somebody else may want the camera now
                ended.source.renew()
                self._availability.forget(name)
        for name, planned in wanted.items():
            if name not in kept:
                self._begin(planned, parts)
        self._running = {name: self._running[name] for name in wanted}

    def follow_views(self, parts: Parts) -> None:
        """A view has been switched, or its interval changed."""
        for planned in parts.sources:
            _follow_views(self._running[planned.camera.name].capture, planned.camera, parts)

    def hurry(self, camera: str) -> None:
        """Hand over the camera's next frame at once."""
        self._running[camera].capture.hurry()

    def stop(self, deadline: float) -> None:
        """End all, by then (monotonic seconds)."""
        for capture in self._captures:
            capture.ask_to_stop()
        for capture in self._captures:
            capture.stop(max(0.05, deadline - time.monotonic()))

    def acknowledge(self) -> None:
        """Inference has ended: tell the sources what it is done with."""
        for capture in self._captures:
            capture.acknowledge()

    def _keeps(self, planned: PlannedSource, parts: Parts) -> bool:
        """Does the thread of this camera go on, with its settings changed where that can be done?"""
        running = self._running.get(planned.camera.name)
        if running is None or running.capture.state is CameraState.FAILED:
            return False
        capture = running.capture
        if planned.made_from != running.made_from:
            rules = capture_rules(planned.camera, parts.interval_of(planned.camera))
            if capture.ended or not capture.follows_all_but_interval(rules):
                return False
            if not capture.source.adopt(planned.make()):
                return False
            running.made_from = planned.made_from
        _follow_views(capture, planned.camera, parts)
        return True

    def _begin(self, planned: PlannedSource, parts: Parts) -> None:
        rules = capture_rules(planned.camera, parts.interval_of(planned.camera))
        name = planned.camera.name
        capture = CaptureThread(planned.make(), self.frames, rules, self._availability.voice(name))
        self._running[name] = _Running(capture, planned.made_from)
        _follow_views(capture, planned.camera, parts)
        capture.start()

    def _end(self, name: str) -> CaptureThread:
        capture = self._running.pop(name).capture
        capture.stop()
        capture.acknowledge()
        self._restarts_before += capture.status.restarts + capture.status.reopens
        self._dropped_before += capture.dropped
        self._skipped_before += capture.skipped_images
        self.frames.forget(name)
        self._given_up.discard(name)
        self._stuck.discard(name)
        del self._stuck_times[name]
        return capture

    # --- looking after them ----------------------------------------------------------------------------

    def watch(self) -> None:
        """Look after the cameras: called again and again.

        Raises FreshProcessError where only a new process may help, and the error of a camera where none is left
        and none can come back.
        """
        self._watch_stuck()
        for capture in self._captures:
            if capture.settled:
                self._recovery.settled(capture.camera)
        if self._captures and all(map(self._is_final, self._captures)):
            raise _camera_error(self._captures)
        self._report_given_up()
        if not self.ended:
            for capture in self._beyond_help():
                self._help(capture)

    @property
    def _captures(self) -> list[CaptureThread]:
        return [running.capture for running in self._running.values()]

    def _beyond_help(self) -> Iterator[CaptureThread]:
        """Cameras that a fresh process may bring back, and nothing less."""
        for capture in self._captures:
            failed = capture.state is CameraState.FAILED and not self._is_final(capture)
            if capture.camera in self._stuck or (failed and not isinstance(capture.error, AbsentError)):
                yield capture

    def _is_final(self, capture: CaptureThread) -> bool:
        """Has it failed for good? Not one that worked in the process before: what a bus said once may be wrong."""
        return capture.final and not self._recovery.worked_before(capture.camera, capture.source.describe())

    def _help(self, capture: CaptureThread) -> None:
        stuck_s = capture.stuck_s if capture.camera in self._stuck else 0.0
        lost_s = max(stuck_s, capture.status.lost_s)
        others = any(self._works_or_may(other) for other in self._captures if other is not capture)
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
        """Does a camera deliver, or is it still being started or brought back?"""
        if capture.ended or capture.camera in self._stuck:
            return False
        if capture.state in WORKING or not isinstance(capture.error, AbsentError):
            return True
        return capture.status.down_s < ABSENT_S

    def _report_given_up(self) -> None:
        """Say once that a camera is gone; it is tried on, so it may come back."""
        failed = [capture for capture in self._captures if capture.state is CameraState.FAILED]
        for capture in failed:
            if capture.camera not in self._given_up:
                log.error("camera %s: given up for now: %s", capture.camera, capture.error)
        self._given_up = {capture.camera for capture in failed}

    def _watch_stuck(self) -> None:
        """A call into a driver that does not return: its camera is offline."""
        stuck = {
            capture.camera
            for capture in self._captures
            if capture.stuck_s > capture.rules.stall_timeout_s + capture.source.longest_call_s
        }
        for camera in stuck - self._stuck:
            log.error("camera %s: %s", camera, STUCK)
            self._stuck_times[camera] += 1
        for camera in stuck ^ self._stuck:
            self._availability.note_stuck(camera, camera in stuck)
        self._stuck = stuck


def _follow_views(capture: CaptureThread, camera: CameraConfig, parts: Parts) -> None:
    """As often as the views want it; where none is switched on it keeps its pictures, if it can."""
    capture.set_interval(parts.interval_of(camera))
    capture.hold(not parts.is_watched(camera.name))


def _camera_error(failed: Sequence[CaptureThread]) -> EdgeClassifyError:
    """Why the first of the failed cameras is gone."""
    error = failed[0].error
    return error if error is not None else SourceError(f"camera {failed[0].camera}: gone")
