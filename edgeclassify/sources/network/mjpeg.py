"""A camera's MJPEG over HTTP as a source, read by ourselves: FFmpeg would decode every image that goes by."""

import contextlib
import re
import time
from dataclasses import replace

from edgeclassify.errors import ImageError, SourceError
from edgeclassify.http.body import Unpacker
from edgeclassify.http.response import HttpStream
from edgeclassify.sources.http.jpeg_stream import LARGEST_IMAGE, JpegStream, NoImageError
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.interface import BrokenFrameError, FrameSource, NoFrameInTimeError, StalledError
from edgeclassify.types import Frame, PixelFormat

RATE_S = 2.0
"""How often the frame rate is measured."""
DRAIN_S = 0.5
"""What comes faster than it can be read is not read to its end."""


def boundary_of(parameters: str) -> str:
    """The boundary among a content type's parameters; empty where there is none."""
    found = re.search(r"boundary\s*=\s*(?:\"([^\"]*)\"|([^;\s]+))", parameters, re.IGNORECASE)
    return (found[1] or found[2] or "").strip() if found else ""


class StreamEndedError(StalledError):
    """The server hung up, after it had given images."""


class MjpegSource(FrameSource):
    """Images of a stream that has been asked for; only the newest is decoded, and no larger than is needed.

    `sequence`: the number of the next frame.
    """

    def __init__(self, camera: str, shown: str, wanted_side: int = 0, sequence: int = 0) -> None:
        super().__init__(camera)
        self._shown, self._wanted_side = shown, wanted_side
        self._stream: HttpStream | None = None
        self._images = JpegStream()
        self._unpacker = Unpacker("")
        self.sequence = sequence
        self._counted_since, self._counted = 0.0, 0
        self._interval_s: float | None = None

    def begin(self, stream: HttpStream, boundary: str) -> None:
        """The stream to read."""
        self._stream, self._images = stream, JpegStream(boundary)
        self._unpacker = Unpacker(stream.encoding)
        self._counted_since, self._counted = time.monotonic(), 0

    def open(self) -> None:
        """See begin(): a stream must have been asked for before."""

    def is_one_image(self, timeout_s: float) -> bool:
        """True where the body ends with its first image. Read until a second one begins. Errors as of read()."""
        until = time.monotonic() + timeout_s
        images = self._images
        while images.images == 0 or (images.images == 1 and not images.has_begun):
            try:
                if not self._take(left_s := max(0.0, until - time.monotonic())) and left_s == 0:
                    return False
            except StalledError:
                return True
        return False

    def read(self, timeout_s: float) -> Frame | None:
        """The newest image: of several that have come only the last. Errors as in FrameSource.read."""
        self._wait_for_image(timeout_s)
        until = time.monotonic() + DRAIN_S
        with contextlib.suppress(SourceError):  # a stream that ended says so again; its last image counts
            while time.monotonic() < until and self._take(0.0):
                pass
        data, captured_at_ns, captured_at = self._images.newest, time.monotonic_ns(), time.time()
        try:
            image = decode_image(data, self._shown, self._wanted_side)
        except ImageError as error:
            raise BrokenFrameError(str(error)) from error
        pixels = image.pixels
        frame = Frame(
            pixels, PixelFormat.BGR, pixels.shape[1], pixels.shape[0], self.camera,
            self.sequence, captured_at_ns, captured_at,
        )  # fmt: skip
        self.sequence += 1
        if image.full_width == frame.width:
            return frame

        def main() -> Frame:
            full = decode_image(data, self._shown).pixels
            return replace(frame, pixels=full, width=full.shape[1], height=full.shape[0])

        return replace(frame, main=main)

    def skip(self, timeout_s: float) -> bool:
        """Let an image go by without decoding it."""
        self._wait_for_image(timeout_s)
        return True

    def close(self) -> None:
        """End the connection."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    @property
    def frame_interval_s(self) -> float | None:
        """As measured."""
        return self._interval_s

    def describe(self) -> str:
        """The URL without credentials."""
        return self._shown

    def _wait_for_image(self, timeout_s: float) -> None:
        """Until an image is complete. Raises NoFrameInTimeError, however much else comes."""
        before, deadline = self._images.images, time.monotonic() + timeout_s
        while self._images.images == before:
            left_s = deadline - time.monotonic()
            self._take(max(0.0, left_s))
            if left_s <= 0 and self._images.images == before:
                raise NoFrameInTimeError(f"{self._shown}: no picture for {timeout_s:g} s.")

    def _take(self, timeout_s: float) -> bool:
        """Read what has come; False where nothing did. Raises SourceError where the stream broke."""
        if self._stream is None:
            raise SourceError(f"{self._shown}: is not open.")
        try:
            data = self._stream.receive(timeout_s)
            if data is None:
                return False
            if not data:
                raise self._ended("the stream ended")
            self._count(self._images.feed(self._unpacker.feed(data, LARGEST_IMAGE)))
        except NoImageError as error:
            raise SourceError(f"{self._shown}: expected a stream of JPEGs (MJPEG), found {error}.") from error
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise self._ended(f"the stream broke: {reason}") from error
        return True

    def _ended(self, how: str) -> StalledError:
        return StreamEndedError(how) if self._images.images else StalledError(how)

    def _count(self, images: int) -> None:
        self._counted += images
        now = time.monotonic()
        if now - self._counted_since >= RATE_S and self._counted:
            self._interval_s = (now - self._counted_since) / self._counted
            self._counted_since, self._counted = now, 0
