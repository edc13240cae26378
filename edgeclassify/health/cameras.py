"""The figures of one camera: each is one line in CameraHealth.

From a line follow the record's field and the body with its schema.
"""

from dataclasses import field
from typing import Literal

from edgeclassify.health.figure import Amount, Count, figure
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import CameraState


# fmt: off
@dataclass(frozen=True, slots=True, kw_only=True)
class CameraHealth:
    """Figures of one camera; counts are since the start of the daemon, `fresh_processes` since it last worked.

    A figure that older nodes do not send has a default.
    """

    name: str = field(metadata=figure("Name of the camera."))
    state: CameraState = field(metadata=figure(
        "running: it delivers; resting: stopped between two stills; restarting: lost, and being brought back; "
        "failed: given up for now."))
    frame_age_s: Amount | None = field(metadata=figure("Seconds since its newest frame."))
    frames: Count = field(metadata=figure("Frames handed over since start."))
    dropped: Count = field(metadata=figure("Of these: overwritten by a newer one before inference took them."))
    skipped: Count = field(default=0, metadata=figure(
        "Pictures left out since they can't be decoded, since start."))
    copied: Count = field(metadata=figure("Of these: copied out of the camera's buffer in place of lent."))
    stalls: Count = field(metadata=figure("Times that no new frame came in time, since start."))
    freezes: Count = field(metadata=figure("Times that the same picture came for too long, since start."))
    restarts: Count = field(metadata=figure("Stream stopped and started, since start."))
    reopens: Count = field(metadata=figure("Closed and opened again, since start."))
    fresh_processes: Count = field(metadata=figure("Daemons that ended to get it back, in vain so far."))
    profile: Literal["day", "night"] = field(metadata=figure("Which of its settings are in use."))
    error: str | None = field(metadata=figure("Why it is lost; null while it works."))
# fmt: on
