"""What pictures are: coded frames, in one of two sizes."""

from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass

KEPT_BYTES = 8_000_000
"""Most pixels of a file's last frame, held so that who comes sees it at once, and can say what it is: the next one
can't be hurried."""


class Size(StrEnum):
    """So large a picture is made: no more than two sizes, whoever asks."""

    LARGE = "large"  # web.longest_side
    SMALL = "small"  # half of it


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame as JPEG. `number`: grows by one per picture that is made; `made_at`: monotonic seconds, `taken_at`
    since the epoch."""

    camera: str
    size: Size
    number: int
    jpeg: bytes
    made_at: float
    taken_at: float
