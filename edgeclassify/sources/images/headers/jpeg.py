"""JPEG: what its segments say, read as libjpeg reads them, and whether its image goes on to the end.

Cameras write bytes between segments, and lengths that are a few bytes short: as every viewer does, libjpeg goes on
with the next marker. Sources: ITU-T T.81; jdmarker.c and jdhuff.c of libjpeg-turbo for what it tolerates.
"""

import re
import struct
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from edgeclassify.sources.images.headers.header import ImageHeader, with_exif

_ALONE = (0x01, *range(0xD0, 0xD9))
"""Markers that no length follows: TEM, RST0-7, SOI."""
_NO_FRAME = (0xC4, 0xC8, 0xCC)
"""Among the frames' markers (SOF0-15): DHT, JPG, DAC."""
_SOS, _EOI, _APP1 = 0xDA, 0xD9, 0xE1
_END, _SCAN = bytes([0xFF, _EOI]), bytes([0xFF, _SOS])
_MOST_WORK = 4_000_000_000
"""Pixels times scans: each scan goes through the whole image, and a small file may have thousands of them."""
NO_END = "it is cut off: the end marker is missing"
_UNWRITTEN = bytes(64)
"""Zeros at the end that are room that was never written to."""
_IN_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""The next marker after a scan's data, in which 0xFF is followed by 0x00, or by RST0-7 between its intervals."""
_PIECE = bytes.fromhex(
    "8a49e4f0a840059f946925aebbccaee461f809935e5592c5412669d4aa2ca6384450360d98b1d64b3326f947d631a0de"
    "6faba0e825105800dc05f17e8e053bd15d18a520f8bc0bcb20387b1dc694c97647db02d07987924c84517256a1e54546"
)
"""Noise, without 0xFF among it. Drawn once: numpy.random is a library of its own, of 3 MB."""
_MORE = b"".join(_PIECE + bytes([0xFF, 0xD0 + number]) for number in range(8)) + _PIECE
"""More of a scan, whichever RST0-7 is expected in it."""
_NOTHING = (128, 64)
"""What no data at all looks like: in three colours or one, and in four."""
_GREY_TOLERANCE = 8


def read_jpeg(data: bytes) -> ImageHeader:
    """The header of a JPEG's bytes. Raises struct.error or IndexError where it ends in the middle of it."""
    header, at, components = ImageHeader("JPEG"), 2, 0
    while True:
        at = _next_marker(data, at)
        marker = data[at + 1]
        if marker in _ALONE:
            at += 2
            continue
        if marker == _EOI:
            return replace(header, fault="it ends without a picture")
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            return replace(header, fault=f"a segment at byte {at} has no length")
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            header, components = _frame(header, data, at), data[at + 9]
        elif marker == _APP1 and data[at + 4 : at + 10] == b"Exif\0\0":
            header = with_exif(header, data[at + 10 : at + 2 + length])
        elif marker == _SOS:
            several = header.progressive or data[at + 4] < components
            header = replace(header, several_scans=several, scan_at=at)
            if several and data.count(_SCAN, at) * header.pixels > _MOST_WORK:
                return replace(header, fault="it comes in more scans than any picture does")
            if data.rfind(_END, at) >= 0:  # inside a scan 0xFF is followed by 0x00
                return header
            return replace(header, is_open=True, fault=NO_END if data.endswith(_UNWRITTEN) else None)
        at += 2 + length


def closed(data: bytes) -> bytes:
    """An open JPEG with an end marker, in place of what may be there of one."""
    return data.rstrip(b"\xff") + _END


def ends_early(data: bytes, header: ImageHeader, pixels: Any) -> bool:
    """True where there is less data than the image needs, although its header and its end are there.

    `pixels`: what was decoded, before it was turned. The decoder leaves the rest grey then, or coarse. It is known
    by putting more data before the end: where something was missing, the image changes. That is tried only where
    the last corner is grey, the image comes in several scans, or its end marker had been missing: two more
    decodes, at a fraction of the size.
    """
    is_fine = header.several_scans or header.is_open
    if not is_fine and not _ends_grey(pixels):
        return False
    end = _end_of_image(data, header.scan_at)
    if end is None:
        return True
    flags = cv2.IMREAD_REDUCED_COLOR_2 if is_fine else cv2.IMREAD_REDUCED_GRAYSCALE_8
    one, other = (_decoded(part, flags) for part in (data, data[:end] + _MORE + data[end:]))
    return one is None or other is None or not np.array_equal(one, other)


def _next_marker(data: bytes, at: int) -> int:
    """Where the next marker's code follows its last 0xFF; raises IndexError where there is none."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError("no marker")
        if data[at + 1] not in (0x00, 0xFF):
            return at
        at += 2 if data[at + 1] == 0x00 else 1


def _frame(header: ImageHeader, data: bytes, at: int) -> ImageHeader:
    height, width, components = struct.unpack_from(">HHB", data, at + 5)
    factors = [divmod(data[at + 11 + 3 * number], 16) for number in range(components)]
    most = max((x for x, _ in factors), default=1) * max((y for _, y in factors), default=1)
    share = sum(x * y for x, y in factors) / max(1, most)
    held = round(width * height * share * 2)  # two bytes for each sample
    return replace(header, width=width, height=height, progressive=data[at + 1] & 3 == 2, coefficients=held)


def _ends_grey(pixels: Any) -> bool:
    corner = np.asarray(pixels[-1, -1], np.int16)
    return any((np.abs(corner - level) <= _GREY_TOLERANCE).all() for level in _NOTHING)


def _end_of_image(data: bytes, at: int) -> int | None:
    """Where the end marker stands that the decoder meets; what comes behind it is another image, or nothing."""
    while at + 4 <= len(data):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found = _IN_SCAN.search(data, at)
        if found is None:
            return None
        at = found.start()
        if data[at + 1] == _EOI:
            return at
    return None


def _decoded(data: bytes, flags: int) -> Any:
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
