"""One camera that runs: its capture thread, and what of another config that can go on with."""

from edgeclassify.config import LEAST_REST_S, CameraConfig
from edgeclassify.daemon.assembly import Parts, PlannedSource
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.lazy_dataclass import dataclass
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


class RunningCamera:
    """Used by the daemon's thread. `capture` is started by who makes this."""

    def __init__(
        self, planned: PlannedSource, parts: Parts, frames: LatestFrames, availability: Availability
    ) -> None:
        self._made_from = planned.made_from
        rules = capture_rules(planned.camera, parts.interval_of(planned.camera))
        self.capture = CaptureThread(planned.make(), frames, rules, availability.reporter(planned.camera.name))
        self.follow_views(planned.camera, parts)

    @property
    def counts(self) -> Counts:
        """Of its capture thread."""
        restarts = self.capture.status.restarts + self.capture.status.reopens
        return Counts(self.capture.dropped, self.capture.skipped_images, restarts)

    def follow(self, planned: PlannedSource, parts: Parts) -> bool:
        """Go on as another config says; False where it can't, and another one has to take its place.

        Raises SourceError where the source refuses its new settings.
        """
        if self.capture.state is CameraState.FAILED:
            return False
        if planned.made_from != self._made_from:
            rules = capture_rules(planned.camera, parts.interval_of(planned.camera))
            if self.capture.ended or not self.capture.follows_all_but_interval(rules):
                return False
            if not self.capture.source.adopt(planned.make()):
                return False
            self._made_from = planned.made_from
        self.follow_views(planned.camera, parts)
        return True

    def follow_views(self, camera: CameraConfig, parts: Parts) -> None:
        """As often as the views want it; where none is switched on it keeps its images, if it can."""
        self.capture.set_interval(parts.interval_of(camera))
        self.capture.hold(not parts.is_watched(camera.name))
