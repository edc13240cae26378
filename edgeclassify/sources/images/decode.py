"""Bytes of an image file → pixels: every kind that is accepted, and one message for each that is not."""

import math
import threading
from contextlib import nullcontext

import cv2
import numpy as np

from edgeclassify.errors import ImageError
from edgeclassify.files import as_text
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.images.headers.header import ImageHeader
from edgeclassify.sources.images.headers.jpeg import NO_END, closed, ends_early
from edgeclassify.sources.images.headers.reader import read_header
from edgeclassify.sources.images.memory_limit import MOST_BYTES, SMALL_BYTES, needed_bytes, room_bytes
from edgeclassify.sources.images.png_strips import STRIP_BYTES, DamagedPngError, decode_in_strips
from edgeclassify.sources.images.stored import Stored, to_bgr, upright, wrong_depth
from edgeclassify.sources.support.native_log import silence_opencv
from edgeclassify.types import Pixels

MAX_PIXELS = 250_000_000
"""Most pixels of an image, whatever the memory: its decoder still goes through all of them."""
KINDS = "JPEG, PNG, WebP, BMP, TIFF, GIF or AVIF"

_OTHERS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP file",
    b"\x1f\x8b": "a gzip file",
    b"\x1aE\xdf\xa3": "a video (Matroska)",
    b"RIFF": "a video (AVI) or a sound",
    b"\0\0\0\x0cjP  ": "a JPEG 2000",
    b"\0\0\0\x0cJXL ": "a JPEG XL",
    b"\xff\x0a": "a JPEG XL",
    b"\0\0\1\0": "an icon (ICO)",
    b"\0\0\0\0": "zeros: it is not written yet",
    b"8BPS": "a Photoshop file",
    b"II+\0": "a BigTIFF",
    b"MM\0+": "a BigTIFF",
}
_one_large = threading.Lock()
"""Two large images at the same time would take twice the memory: one waits for the other."""
_MOST_OTHER_VALUES = 6_000_000
_ALPHA_KINDS = ("PNG", "WebP", "GIF")
_SCALE_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_OWN_ORIENTATION = ("JPEG", "PNG", "WebP", "AVIF")
_LARGEST_STRIP = 4 * STRIP_BYTES
"""Rows of a million pixels, of which several are needed at a time, would take all the memory again."""
_OUTPUT_SHARE = 12
"""Of the memory for a PNG in strips, so many bytes for each pixel that comes out: the rest is for the strips."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """`pixels`: BGR uint8, (height, width, 3), upright. `full_width`, `full_height`: the image's own size,
    upright, larger than the array where it was decoded at a reduced scale. The times: see ImageHeader."""

    pixels: Pixels
    full_width: int
    full_height: int
    kind: str
    taken_at: float | None = None
    taken_at_utc: float | None = None


def decode_image(
    data: bytes, name: str, wanted_side: int = 0, *, most_bytes: int | None = MOST_BYTES
) -> DecodedImage:
    """Decode an image file's bytes.

    `name` stands in the messages. `wanted_side`: where above 0, a JPEG may be decoded at 1/2, 1/4 or 1/8 as
    long as its shorter side keeps at least that many pixels (a fraction of time and memory). `most_bytes`:
    memory that decoding may take, None: half of what there is. A JPEG or PNG that would take more comes at a
    reduced scale, even below `wanted_side`.

    The orientation is applied; grey, palette, CMYK and 16-bit images become 8-bit BGR (16-bit values are
    scaled); alpha is blended on white in PNG, WebP and GIF, and ignored in the other kinds; of an animated
    image the first image is taken.
    Raises ImageError for what is no image, damaged, cut off or too large.
    """
    header = _checked_header(data, name)
    if header.is_open:
        data = closed(data)
    scale, in_strips = _way(header, wanted_side, most_bytes, name)
    with nullcontext() if needed_bytes(header, scale) <= SMALL_BYTES else _one_large:
        pixels = _pixels(data, header, scale, name, in_strips=in_strips)
    full = (header.height, header.width) if scale > 1 else pixels.shape[:2]
    if scale > 1 and header.orientation >= 5:
        full = full[::-1]
    return DecodedImage(pixels, full[1], full[0], header.kind, header.taken_at, header.taken_at_utc)


def _pixels(data: bytes, header: ImageHeader, scale: int, name: str, *, in_strips: bool) -> Pixels:
    if in_strips:
        pixels = _in_strips(data, header, scale, name)
    else:
        array = _decode(data, header, scale, name)
        if header.kind == "JPEG" and ends_early(data, header, array):
            raise _damaged(data, header, name)
        pixels = to_bgr(array, name)
    return upright(pixels, header.orientation) if header.kind in _OWN_ORIENTATION else pixels


def _way(header: ImageHeader, wanted_side: int, most_bytes: int | None, name: str) -> tuple[int, bool]:
    """The scale at which it is decoded, and whether strip by strip. Raises ImageError for what is too large."""
    size = f"{header.width} x {header.height}"
    if header.pixels > MAX_PIXELS:
        raise ImageError(
            f"{name}: expected at most {MAX_PIXELS // 1_000_000} megapixels, found {header.pixels / 1e6:.0f} "
            f"({size}). Make the image smaller."
        )
    scales = [scale for scale in _SCALE_FLAGS if scale >= _reduction(header, wanted_side)]
    scales = scales if header.kind == "JPEG" else [1]
    needed = needed_bytes(header, scales[0])
    if needed <= SMALL_BYTES:
        return scales[0], False
    room = room_bytes(most_bytes)
    for scale in scales:
        if needed_bytes(header, scale) <= room:
            return scale, False
    if header.kind == "PNG" and not header.interlaced:
        factor = _strip_factor(header, wanted_side, room)
        strip_bytes = factor * header.width * header.sample_bytes
        if factor <= min(header.width, header.height) and strip_bytes <= _LARGEST_STRIP:
            return factor, True
    kind = f"progressive {header.kind}" if header.several_scans or header.interlaced else header.kind
    raise ImageError(
        f"{name}: expected a picture that takes at most {room >> 20} MB to decode, found one that takes "
        f"{needed_bytes(header, scales[-1]) >> 20} MB ({kind}, {size}). Make it smaller, or a plain JPEG."
    )


def _strip_factor(header: ImageHeader, wanted_side: int, room: int) -> int:
    """How many times smaller a PNG in strips comes: as the memory asks for, and on to the wanted side as long as
    so many rows are no larger than a strip."""
    for_memory = math.ceil(math.sqrt(header.pixels * _OUTPUT_SHARE / room))
    for_side = min(header.width, header.height) // wanted_side if wanted_side > 0 else 1
    return max(for_memory, min(for_side, STRIP_BYTES // (header.width * header.sample_bytes)))


def _in_strips(data: bytes, header: ImageHeader, factor: int, name: str) -> Pixels:
    silence_opencv()
    try:
        return decode_in_strips(data, factor, lambda strip: to_bgr(strip, name))
    except DamagedPngError as error:
        raise _damaged(data, header, name) from error


def _damaged(data: bytes, header: ImageHeader, name: str) -> ImageError:
    if header.is_open:
        return _not_whole(header, NO_END, name)
    return ImageError(
        f"{name}: expected a whole {header.kind}, found one that is damaged or cut off "
        f"({header.width} x {header.height}, {len(data)} bytes). Copy or fetch it again."
    )


def _checked_header(data: bytes, name: str) -> ImageHeader:
    if not data:
        raise ImageError(f"{name}: expected an image, found an empty file (0 bytes). Copy or fetch it again.")
    header = read_header(data)
    if header is None:
        found = _looks_like(data)
        raise ImageError(f"{name}: expected an image ({KINDS}), found {found}. Check that it is the right file.")
    if header.kind == "HEIC":
        raise ImageError(f"{name}: expected {KINDS}, found HEIC. Convert it to JPEG.")
    if header.fault:
        raise _not_whole(header, header.fault, name)
    return header


def _not_whole(header: ImageHeader, fault: str, name: str) -> ImageError:
    return ImageError(f"{name}: expected a whole {header.kind}, but {fault}. Copy or fetch it again.")


def _looks_like(data: bytes) -> str:
    """What it is in place of an image. Nothing of it is quoted: it may be a file that nobody should see."""
    start = data[:512]
    for magic, kind in _OTHERS.items():
        if start.startswith(magic):
            return kind
    if start[4:8] == b"ftyp":
        return "a video (MP4)"
    if text := as_text(start):
        is_page = text.lstrip("\ufeff \r\n\t").lower().startswith(("<!doctype html", "<html"))
        return "an HTML page" if is_page else "text"
    return "data of another kind"


def _reduction(header: ImageHeader, wanted_side: int) -> int:
    if header.kind != "JPEG" or wanted_side <= 0:
        return 1
    shorter = min(header.width, header.height)
    return next((scale for scale in (8, 4, 2) if shorter // scale >= wanted_side), 1)


def _decode(data: bytes, header: ImageHeader, scale: int, name: str) -> Stored:
    if header.kind in _ALPHA_KINDS:
        flags = cv2.IMREAD_UNCHANGED
    elif header.kind == "JPEG":
        flags = _SCALE_FLAGS[scale] | cv2.IMREAD_IGNORE_ORIENTATION
    else:
        flags = cv2.IMREAD_COLOR | (cv2.IMREAD_IGNORE_ORIENTATION if header.kind in _OWN_ORIENTATION else 0)
    silence_opencv()
    try:
        array = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        array = None
    if array is None:
        if unknown := without_decoder(header):
            raise ImageError(
                f"{name}: expected an image that OpenCV {cv2.__version__} can decode, found {unknown}. "
                "Convert it to JPEG or PNG."
            )
        if values := _other_values(data, header):
            raise wrong_depth(name, values)
        raise _damaged(data, header, name)
    return array


def _other_values(data: bytes, header: ImageHeader) -> str | None:
    """The dtype of a TIFF that is whole but has values which are no colours; None for any other image."""
    # Its values are read as they are, up to 8 bytes each: only where that takes no more memory than other images.
    if header.kind != "TIFF" or header.pixels > _MOST_OTHER_VALUES:
        return None
    try:
        array: Stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if array is None or array.dtype in (np.uint8, np.uint16) else str(array.dtype)


def without_decoder(header: ImageHeader) -> str | None:
    """What this OpenCV can't decode at all, in words; None for a kind that it knows."""
    if header.animated:  # until 4.10; from 4.11 on OpenCV gives the first image
        return f"an animated {header.kind}"
    if header.kind in ("GIF", "AVIF") and not cv2.haveImageWriter(f"x.{header.kind.lower()}"):
        return header.kind  # OpenCV brings reader and writer together, and can be asked for the writer alone
    return None
