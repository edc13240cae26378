"""What a running recording keeps to, and how far it is."""

from edgeclassify.lazy_dataclass import dataclass

MB = 1_000_000
LEAST_FREE_BYTES = 64 << 20
"""Of the disk: events need room, too."""
LEAST_FREE_FOR_IMAGES_BYTES = 2 * LEAST_FREE_BYTES
"""The scores go on until half of it: images end first."""


@dataclass(frozen=True, slots=True)
class FrameBounds:
    """How many images there may be: about one in `interval_s` of each camera, until another bound is reached."""

    interval_s: float
    most_bytes: int
    least_free_bytes: int = LEAST_FREE_FOR_IMAGES_BYTES


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a recording ends by itself. `lasts_s` None: it does not for its time alone."""

    most_bytes: int
    lasts_s: float | None = None
    least_free_bytes: int = LEAST_FREE_BYTES


@dataclass(frozen=True, slots=True)
class FrameProgress:
    """How far the images of a recording are.

    `dropped`: frames without the image that they should have, since others were still being written, or they can't
    be coded; `ended`: why there are no more of them though the recording goes on; None: there are.
    """

    images: int
    bytes: int
    dropped: int
    ended: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recording is. `lost`: inputs that are not in it; `ended`: why it has ended; None: it goes on.

    `frames`: its images; None: it has none.
    """

    inputs: int
    events: int
    bytes: int
    lost: int
    lasted_s: float
    ended: str | None
    frames: FrameProgress | None = None
