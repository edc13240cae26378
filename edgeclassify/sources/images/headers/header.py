"""What an image file says of itself."""

from dataclasses import replace

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.images.headers.exif import read_exif


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """`width` and `height` in pixels as stored, before `orientation` (Exif's 1-8, 1: upright) is applied.

    `taken_at`, `taken_at_utc`: when the image was taken, as Exif tells it, in seconds since the epoch (see Exif).
    `fault` says in a few words why the file can't be whole, None where nothing is wrong so far.
    `animated`: a WebP that is. Of a JPEG: `several_scans`: its decoder holds the `coefficients` (bytes) of the
    whole image, whatever the scale; `scan_at`: where the first scan begins; `is_open`: it has no end marker, and
    may be whole all the same. Of a PNG: `sample_bytes` per pixel once it is decoded, and `interlaced`.
    """

    kind: str
    width: int = 0
    height: int = 0
    orientation: int = 1
    taken_at: float | None = None
    taken_at_utc: float | None = None
    progressive: bool = False
    several_scans: bool = False
    coefficients: int = 0
    scan_at: int = 0
    is_open: bool = False
    animated: bool = False
    sample_bytes: int = 4
    interlaced: bool = False
    fault: str | None = None

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


def with_exif(header: ImageHeader, block: bytes) -> ImageHeader:
    """The header with what an Exif block adds to it."""
    exif = read_exif(block)
    return replace(header, orientation=exif.orientation, taken_at=exif.taken_at, taken_at_utc=exif.taken_at_utc)
