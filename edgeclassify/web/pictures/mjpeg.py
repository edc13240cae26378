"""Pictures one after the other over HTTP: multipart/x-mixed-replace, as cameras have it."""

import asyncio
import time
from collections.abc import AsyncGenerator

from edgeclassify.web.pictures.interface import Picture, Size
from edgeclassify.web.pictures.onlookers import PictureTaker

BOUNDARY = "frame"
CONTENT_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
PATIENCE_S = 10.0
"""A stream ends where no picture has come for so long: who looks sees that, in place of a picture that stands
still."""
_EARLY = 0.1


async def mjpeg(
    taker: PictureTaker, camera: str, size: Size, interval_s: float, patience_s: float = PATIENCE_S
) -> AsyncGenerator[bytes, None]:
    """The stream's parts, at least so many seconds apart.

    Drop policy: who reads slowly gets the newest picture when it has read the one before, and none in between.
    """
    with taker.viewing(camera, size, interval_s) as viewer:
        number = 0
        while (picture := await taker.newest(viewer, number, patience_s)) is not None:
            begun = time.monotonic()
            # A browser shows a picture when the boundary behind it has come.
            yield (b"" if number else _boundary()) + part(picture) + _boundary()
            number = picture.number
            await asyncio.sleep(max(0.0, begun + viewer.interval_s * (1 - _EARLY) - time.monotonic()))


def part(picture: Picture) -> bytes:
    """A picture with its head, as it stands between two boundaries."""
    head = (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(picture.jpeg)}\r\n"
        f"X-Timestamp: {picture.taken_at:.3f}\r\n\r\n"
    )
    return head.encode() + picture.jpeg + b"\r\n"


def _boundary() -> bytes:
    return f"--{BOUNDARY}\r\n".encode()
