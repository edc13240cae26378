"""The capture threads of all cameras.

They outlive a reload that leaves their camera as it is, and one that changes only what can be changed while the
stream runs.
"""

import time
from dataclasses import dataclass

from edgeclassify.config import LEAST_REST_S, CameraConfig
from edgeclassify.daemon.assembly import Parts, PlannedSource
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.care import CameraCare, all_ended, camera_error
from edgeclassify.daemon.cameras.recovery import Recovery
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import CameraHealth
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.daynight import NightRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.types import CameraState


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


@dataclass(frozen=True, slots=True)
class Counts:
    """What cameras have lost.

    `dropped`: frames overwritten by a newer one before they were taken. `skipped`: images left out, since they
    can't be decoded. `restarts`: streams restarted and cameras opened again.
    """

    dropped: int = 0
    skipped: int = 0
    restarts: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.dropped + other.dropped, self.skipped + other.skipped, self.restarts + other.restarts)


@dataclass(slots=True)
class _Running:
    """A capture thread, and what it was made from."""

    capture: CaptureThread
    made_from: object


class Cameras:
    """Used by the daemon's thread. What it and the capture threads know of a camera goes to `availability`."""

    def __init__(self, recovery: Recovery, availability: Availability) -> None:
        self.frames = LatestFrames()
        self._care = CameraCare(recovery, availability)
        self._availability = availability
        self._running: dict[str, _Running] = {}
        self._counted_before = Counts()

    # --- what is seen of them --------------------------------------------------------------------------

    @property
    def counts(self) -> Counts:
        """Of all cameras, those that are gone included."""
        return sum(map(_counts_of, self._captures), self._counted_before)

    @property
    def health(self) -> tuple[CameraHealth, ...]:
        """Figures of each camera."""
        return tuple(map(self._care.health_of, self._captures))

    @property
    def states(self) -> str:
        """Each camera's state, for people."""
        return ", ".join(f"{one.name} {one.state}" for one in self.health)

    @property
    def ended(self) -> bool:
        """True where no more frames will come, and at least one camera has come to its end."""
        return all_ended(self._captures)

    @property
    def failure(self) -> EdgeClassifyError | None:
        """Why a camera has failed, if one has."""
        failed = [capture for capture in self._captures if capture.state is CameraState.FAILED]
        return camera_error(failed) if failed else None

    @property
    def quiet(self) -> bool:
        """True while no frame is to be expected from any camera: all are lost, resting, or wait for images."""
        return not any(one.delivers and not self._care.is_stuck(one.camera) for one in self._captures)

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
        """Change the settings of this camera's running thread; True where it goes on with them."""
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
        self._counted_before += _counts_of(capture)
        self.frames.forget(name)
        self._care.forget(name)
        return capture

    def watch(self) -> None:
        """Look after the cameras: called again and again. Raises what CameraCare.watch() does."""
        self._care.watch(self._captures)

    @property
    def _captures(self) -> list[CaptureThread]:
        return [running.capture for running in self._running.values()]


def _follow_views(capture: CaptureThread, camera: CameraConfig, parts: Parts) -> None:
    """As often as the views want it; where none is switched on it keeps its images, if it can."""
    capture.set_interval(parts.interval_of(camera))
    capture.hold(not parts.is_watched(camera.name))


def _counts_of(capture: CaptureThread) -> Counts:
    restarts = capture.status.restarts + capture.status.reopens
    return Counts(capture.dropped, capture.skipped_images, restarts)
