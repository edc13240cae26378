"""Small real images, tars and videos for tests."""

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edgeclassify.types import Pixels

BITS = 10
"""A numbered frame shows its number in so many stripes."""


def jpeg(width: int = 64, height: int = 48, value: int = 100, **saved: object) -> bytes:
    """A JPEG of one grey; `saved`: of Pillow's save."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (value,) * 3).save(file, "JPEG", **saved)
    return file.getvalue()


def taken(moment: str, offset: str = "", fraction: str = "", orientation: int = 1) -> bytes:
    """A JPEG that says when it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    own = exif.get_ifd(0x8769)
    own |= {0x9003: moment} | ({0x9011: offset} if offset else {}) | ({0x9291: fraction} if fraction else {})
    return jpeg(exif=exif)


def tar(path: Path, members: Sequence[tuple[str, bytes]], mode: str = "w", mtime: int = 1_700_000_000) -> Path:
    """A tar of plain files."""
    with tarfile.open(path, mode) as file:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), mtime
            file.addfile(info, io.BytesIO(content))
    return path


def video(path: Path, frames: int, per_second: float = 10.0, fourcc: str = "mp4v") -> Path:
    """Frames that show their number."""
    # FourCC is a macro in C++, and missing in OpenCV's types for some versions.
    code = sum(ord(char) << 8 * place for place, char in enumerate(fourcc))
    writer = cv2.VideoWriter(str(path), code, per_second, (32 * BITS, 64))
    for number in range(frames):
        pixels = np.zeros((64, 32 * BITS, 3), np.uint8)
        for bit in range(BITS):
            pixels[:, 32 * bit : 32 * bit + 32] = 255 * (number >> bit & 1)
        writer.write(pixels)
    writer.release()
    return path


def shown_number(pixels: Pixels) -> int:
    """The number that a frame shows."""
    return sum(1 << bit for bit in range(BITS) if pixels[32, 32 * bit + 16, 0] > 128)
