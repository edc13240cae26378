"""What an image file says of itself, read without decoding it: kind, size, orientation, whether it is whole.

Decoders are only let loose on files whose size is known to be bearable: a 100-megapixel picture of one colour
is a file of some kilobytes, and would take 300 MB to decode.
Sources: ITU-T T.81 (JPEG), the PNG specification, RFC 9649 (WebP), TIFF 6.0, Exif 2.32.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from edgeclassify.sources.images.exif import read_exif, tiff_tags


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """`width` and `height` in pixels as stored, before `orientation` (Exif's 1-8, 1: upright) is applied.

    `fault` says in a few words why the file can't be whole, None where nothing is wrong so far.
    `taken_at`: when the picture was taken, as Exif tells it, in seconds since the epoch.
    `progressive`: a JPEG whose decoder must hold all coefficients at once. `animated`: a WebP that is.
    """

    kind: str
    width: int = 0
    height: int = 0
    orientation: int = 1
    taken_at: float | None = None
    progressive: bool = False
    animated: bool = False
    fault: str | None = None

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


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


def with_exif(header: ImageHeader, block: bytes) -> ImageHeader:
    """The header with what an Exif block adds to it."""
    exif = read_exif(block)
    return replace(header, orientation=exif.orientation, taken_at=exif.taken_at)


def _jpeg(data: bytes) -> ImageHeader:
    header, at = ImageHeader("JPEG"), 2
    while True:
        if data[at] != 0xFF:
            return replace(header, fault=f"no marker where one must be, at byte {at}")
        marker = data[at + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8:  # fill byte, or no length follows
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            header = replace(header, width=width, height=height, progressive=marker & 3 == 2)
        elif marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            header = with_exif(header, data[at + 10 : at + 2 + length])
        elif marker == 0xDA:
            whole = data.rfind(b"\xff\xd9", at) >= 0  # inside a scan 0xFF is followed by 0x00
            return header if whole else replace(header, fault="it is cut off: the end marker is missing")
        at += 2 + length


def _png(data: bytes) -> ImageHeader:
    width, height = struct.unpack_from(">II", data, 16)
    header, at = ImageHeader("PNG", width, height), 8
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
    width, height = (tags.get(tag, 0) for tags in (tiff_tags(data),) for tag in (256, 257))
    if not isinstance(width, int) or not isinstance(height, int):
        return ImageHeader("TIFF")
    return with_exif(ImageHeader("TIFF", width, height), data)


def _avif(data: bytes) -> ImageHeader:
    at = data.find(b"ispe", 0, 65536)  # the property "image spatial extents": version, width, height
    if at < 0:
        return ImageHeader("AVIF")
    return ImageHeader("AVIF", *struct.unpack_from(">II", data, at + 8))


_Parser = Callable[[bytes], ImageHeader]
_PARSERS: tuple[tuple[bytes, str, _Parser], ...] = (
    (b"\xff\xd8\xff", "JPEG", _jpeg),
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
            return "AVIF", _avif
        if any(brand in brands for brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1")):
            return "HEIC", None
    return "", None
