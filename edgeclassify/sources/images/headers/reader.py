"""What an image file says of itself, read without decoding it: kind, size, orientation, whether it is whole.

Decoders are only let loose on files whose size is known to be bearable: a 100-megapixel image of one colour
is a file of some kilobytes, and would take 300 MB to decode.
Sources: the PNG specification, RFC 9649 (WebP), TIFF 6.0.
"""

import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace

from edgeclassify.sources.images.headers.avif import read_avif
from edgeclassify.sources.images.headers.exif import tiff_tags
from edgeclassify.sources.images.headers.header import ImageHeader, with_exif
from edgeclassify.sources.images.headers.jpeg import read_jpeg


def read_header(data: bytes) -> ImageHeader | None:
    """The header of an image file's bytes; None where they are no image of a known kind."""
    by_magic = ((kind, parse) for magic, kind, parse in _PARSERS if data.startswith(magic))
    kind, parse = next(by_magic, None) or _other_kind(data)
    if parse is None:
        return ImageHeader(kind) if kind else None
    try:
        header = parse(data)
    except (struct.error, IndexError):
        return ImageHeader(kind, fault="it ends in the middle of its header")
    if header.fault is None and header.pixels == 0:
        return replace(header, fault="its header gives no width and height")
    return header


def _png(data: bytes) -> ImageHeader:
    width, height, depth, kind, _, _, interlace = struct.unpack_from(">IIBBBBB", data, 16)
    bytes_each = _PNG_CHANNELS.get(kind, 4) * (2 if depth == 16 else 1)
    header, at = ImageHeader("PNG", width, height, sample_bytes=bytes_each, interlaced=bool(interlace)), 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if not name[0] & 0x20 and zlib.crc32(data[at + 4 : end - 4]) != checksum:
            return replace(header, fault=f"it is damaged: wrong checksum at byte {at}")
        if name == b"eXIf":
            header = with_exif(header, data[at + 8 : end - 4])
        elif name == b"IEND":
            return header
        at = end
    return replace(header, fault="it is cut off: the end chunk is missing")


def _webp(data: bytes) -> ImageHeader:
    (size,) = struct.unpack_from("<I", data, 4)
    header, at = ImageHeader("WebP"), 12
    while at + 8 <= min(len(data), size + 8):
        name, length = struct.unpack_from("<4sI", data, at)
        body = at + 8
        if name == b"VP8X":
            width = 1 + int.from_bytes(data[body + 4 : body + 7], "little")
            height = 1 + int.from_bytes(data[body + 7 : body + 10], "little")
            header = replace(header, width=width, height=height, animated=bool(data[body] & 2))
        elif name == b"VP8 " and not header.width:
            width, height = struct.unpack_from("<HH", data, body + 6)
            header = replace(header, width=width & 0x3FFF, height=height & 0x3FFF)
        elif name == b"VP8L" and not header.width:
            (bits,) = struct.unpack_from("<I", data, body + 1)
            header = replace(header, width=1 + (bits & 0x3FFF), height=1 + (bits >> 14 & 0x3FFF))
        elif name == b"EXIF":
            header = with_exif(header, data[body : body + length].removeprefix(b"Exif\0\0"))
        at = body + length + (length & 1)
    if len(data) < size + 8:
        return replace(header, fault=f"it is cut off: {len(data)} of {size + 8} bytes are there")
    return header


def _bmp(data: bytes) -> ImageHeader:
    (info_size,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if info_size == 12 else "<ii", data, 18)
    return ImageHeader("BMP", abs(width), abs(height))


def _gif(data: bytes) -> ImageHeader:
    return ImageHeader("GIF", *struct.unpack_from("<HH", data, 6))


def _tiff(data: bytes) -> ImageHeader:
    tags = tiff_tags(data)
    width, height = tags.get(256, 0), tags.get(257, 0)
    if not isinstance(width, int) or not isinstance(height, int):
        return ImageHeader("TIFF")
    tile = [tags.get(tag, 0) for tag in (322, 323)]
    header = with_exif(ImageHeader("TIFF", width, height), data)
    if math.prod(side for side in tile if isinstance(side, int)) > max(header.pixels, _LARGE_TILE):
        return replace(header, fault="its header gives tiles that are larger than the picture")
    return header


_LARGE_TILE = 1 << 22
_PNG_CHANNELS = {0: 1, 2: 3, 3: 4, 4: 4, 6: 4}
"""Kind of colour → channels once it is decoded: a palette may have transparent colours."""

_Parser = Callable[[bytes], ImageHeader]
_PARSERS: tuple[tuple[bytes, str, _Parser], ...] = (
    (b"\xff\xd8\xff", "JPEG", read_jpeg),
    (b"\x89PNG\r\n\x1a\n", "PNG", _png),
    (b"BM", "BMP", _bmp),
    (b"GIF8", "GIF", _gif),
    (b"II*\0", "TIFF", _tiff),
    (b"MM\0*", "TIFF", _tiff),
)


def _other_kind(data: bytes) -> tuple[str, _Parser | None]:
    """Kinds whose signature is not at byte 0: kind and parser; ("", None) for no known kind."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP", _webp
    if data[4:8] == b"ftyp":
        brands = data[8 : 8 + max(0, int.from_bytes(data[:4], "big") - 8)][:256]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF", read_avif
        if any(brand in brands for brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1")):
            return "HEIC", None
    return "", None
