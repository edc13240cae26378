"""How much memory decoding takes, and how much of it there is: a small file may hold a huge image.

Measured per pixel, as the peak of the process (OpenCV 4.11 to 4.13), the array that is handed on included.
"""

from edgeclassify.machine import free_memory_bytes
from edgeclassify.sources.images.headers.header import ImageHeader

MOST_BYTES = 96 << 20
"""What one image may take in the daemon: the unit's MemoryMax= is 300 MB, of which it needs up to 150 itself."""
SMALL_BYTES = 16 << 20
"""What is always given: nobody looks how much memory there is for an ordinary image."""
_SHARE = 2
"""Of the memory that is left, one part in so many."""
_JPEG_OUTPUT = 6
_PER_PIXEL = {"BMP": 6, "WebP": 9, "GIF": 9, "TIFF": 16, "AVIF": 20}


def room_bytes(most: int | None = MOST_BYTES) -> int:
    """Bytes that decoding one image may take now. `most`: not more, whatever there is; None: no such limit."""
    free = free_memory_bytes()
    least = SMALL_BYTES if free is None else max(SMALL_BYTES, free // _SHARE)
    if most is None:
        return least if free is not None else MOST_BYTES
    return most if free is None else min(most, least)


def needed_bytes(header: ImageHeader, scale: int = 1) -> int:
    """Bytes that decoding takes at the peak; `scale`: a JPEG's, 1, 2, 4 or 8."""
    if header.kind == "JPEG":
        held = header.coefficients if header.several_scans else 0
        return held + header.pixels * _JPEG_OUTPUT // scale**2
    if header.kind == "PNG":
        return header.pixels * max(6, 2 * header.sample_bytes)
    return header.pixels * _PER_PIXEL.get(header.kind, 20)
