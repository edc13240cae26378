"""What is read of one image."""

from edgeclassify.archive.interface import Item
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Frame


@dataclass(frozen=True, slots=True, eq=False)
class ReadImage:
    """One image. `fault`: why there is no `frame`; then of the rest what was known before is there.

    `path`: its key as text, always UTF-8. `frame`: BGR, upright, at a reduced scale where it is much larger than
    was wanted. `taken_at`: seconds since the epoch; `taken_by`: exif, name, modified or video. `bytes`, `sha256`
    (hex): of the file or the member; of a video's frame None. `width`, `height`: of the image in full, upright.
    """

    item: Item
    path: str
    frame: Frame | None = None
    taken_at: float | None = None
    taken_by: str | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    fault: str | None = None
