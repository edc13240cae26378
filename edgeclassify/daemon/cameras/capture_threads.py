"""The capture threads of all cameras.

They outlive a reload that leaves their camera as it is, and one that changes only what can be changed while the
stream runs.
"""

import time

from edgeclassify.daemon.assembly import Parts, PlannedSource
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.care import ABSENT_S, CameraCare, all_ended, camera_error
from edgeclassify.daemon.cameras.recovery import Recovery
from edgeclassify.daemon.cameras.running_camera import Counts, RunningCamera
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import CameraHealth
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.types import CameraState


class Cameras:
    """Used by the daemon's thread. What it and the capture threads know of a camera goes to `availability`."""

    def __init__(self, recovery: Recovery, availability: Availability, absent_s: float = ABSENT_S) -> None:
        """`absent_s`: see CameraCare."""
        self.frames = LatestFrames()
        self._care = CameraCare(recovery, availability, absent_s)
        self._availability = availability
        self._running: dict[str, RunningCamera] = {}
        self._counted_before = Counts()

    # --- what is seen of them --------------------------------------------------------------------------

    @property
    def counts(self) -> Counts:
        """Of all cameras, those that are gone included."""
        return sum((running.counts for running in self._running.values()), self._counted_before)

    @property
    def health(self) -> tuple[CameraHealth, ...]:
        """Figures of each camera."""
        return tuple(map(self._care.health_of, self._captures))

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
        kept = {
            name
            for name, planned in wanted.items()
            if (running := self._running.get(name)) is not None and running.follow(planned, parts)
        }
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
            self._running[planned.camera.name].follow_views(planned.camera, parts)

    def is_live(self, camera: str) -> bool:
        """True where what the camera shows goes on meanwhile: no file, no folder."""
        running = self._running.get(camera)
        return running is not None and running.capture.source.live

    def hurry(self, camera: str) -> None:
        """Hand over the camera's next frame at once."""
        self._running[camera].capture.hurry()

    def show_more(self, camera: str) -> None:
        """The same for who looks on: a camera that is gone by now is left alone, and so is one whose frames all
        count (files, folders)."""
        running = self._running.get(camera)
        if running is not None and running.capture.source.live:
            running.capture.hurry()

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

    def _begin(self, planned: PlannedSource, parts: Parts) -> None:
        name = planned.camera.name
        running = RunningCamera(planned, parts, self.frames, self._availability)
        self._running[name] = running
        running.capture.start()

    def _end(self, name: str) -> CaptureThread:
        running = self._running.pop(name)
        capture = running.capture
        capture.stop()
        capture.acknowledge()
        self._counted_before += running.counts
        self.frames.forget(name)
        self._care.forget(name)
        return capture

    def watch(self) -> None:
        """Look after the cameras: called again and again. Raises what CameraCare.watch() does."""
        self._care.watch(self._captures)

    @property
    def _captures(self) -> list[CaptureThread]:
        return [running.capture for running in self._running.values()]
