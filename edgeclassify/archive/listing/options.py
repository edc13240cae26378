"""How an archive is listed."""

from edgeclassify.lazy_dataclass import dataclass

MOST_IN_BATCH = 64


@dataclass(frozen=True, slots=True)
class ListingOptions:
    """`frames_apart_s`: of a video one frame is taken in so many seconds. `most_in_batch`: images in one batch."""

    frames_apart_s: float = 1.0
    most_in_batch: int = MOST_IN_BATCH


PLAIN_OPTIONS = ListingOptions()
