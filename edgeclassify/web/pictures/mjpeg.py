"""Pictures one after the other over HTTP: multipart/x-mixed-replace, as cameras have it."""

import asyncio
import time
from collections.abc import AsyncGenerator

from edgeclassify.web.pictures.interface import Size
from edgeclassify.web.pictures.onlookers import PictureTaker

BOUNDARY = "frame"
CONTENT_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
PATIENCE_S = 10.0
"""A stream ends where no picture has come for so long: who looks sees that, in place of a picture that stands
still."""
_EARLY = 0.1
_HEAD = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
"""Before each picture, and sent with the one before it: Chromium shows a picture when all of the next one's head
has come. So it can't say how long that one will be."""


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
            yield (b"" if number else _HEAD) + picture.jpeg + b"\r\n" + _HEAD
            number = picture.number
            await asyncio.sleep(max(0.0, begun + viewer.interval_s * (1 - _EARLY) - time.monotonic()))
