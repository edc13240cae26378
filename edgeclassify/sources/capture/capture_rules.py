"""How a camera is to be driven: what of its config the capture thread follows."""

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.capture.daynight import NightRules


@dataclass(frozen=True, slots=True)
class CaptureRules:
    """Times in seconds.

    `interval_s`: between two frames that are handed over. `stall_timeout_s`, `stall_frames`, `freeze_timeout_s`:
    see Freshness; the last one None: as the source has it. `restart_attempts`: see Ladder. `least_rest_s`:
    the camera is stopped between two frames for no less than that, and runs for `settle_s` before each; None: it
    always runs. `night`: None: one profile only.
    """

    interval_s: float = 0.0
    stall_timeout_s: float = 10.0
    stall_frames: int = 0
    freeze_timeout_s: float | None = 0.0
    restart_attempts: int = 5
    least_rest_s: float | None = None
    settle_s: float = 1.0
    night: NightRules | None = None
