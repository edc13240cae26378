"""Takes frames as inference does, where one must be there."""

from edgeclassify.sources.capture.hand_off import FrameLease, LatestFrames
from edgeclassify.types import Frame


def take_lease(frames: LatestFrames, timeout_s: float = 5.0) -> FrameLease:
    """The lease of the next frame."""
    lease = frames.take(timeout_s)
    assert lease is not None
    return lease


def take_frame(frames: LatestFrames, timeout_s: float = 5.0) -> Frame:
    """The next frame, which nobody settles."""
    return take_lease(frames, timeout_s).frame
