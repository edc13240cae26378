"""Image files for the tests, drawn on the spot."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

LEFT, RIGHT = (200, 100, 50), (20, 60, 180)
"""RGB colours of the left and right half of `two_halves`."""


def two_halves(width: int = 64, height: int = 32) -> Image.Image:
    """A picture whose two halves tell how it is turned: RGB."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, : width // 2] = LEFT
    pixels[:, width // 2 :] = RIGHT
    return Image.fromarray(pixels)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of an image file of Pillow's kind."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def with_orientation(kind: str, orientation: int, **options: Any) -> bytes:
    """`two_halves` with that Exif orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(two_halves(), kind, exif=exif, **options)


def noise(width: int = 160, height: int = 120) -> Image.Image:
    """A picture that compresses badly, so that cutting it off loses pixels."""
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8))


def png_that_claims(width: int, height: int) -> bytes:
    """A valid PNG of that size in one colour, written row by row: small on disk, whatever its size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer = zlib.compressobj(1)
    row = bytes(1 + width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
