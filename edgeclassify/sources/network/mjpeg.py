"""A camera's MJPEG over HTTP as a source, read by ourselves: FFmpeg would decode every picture that goes by."""

import re
import time
from dataclasses import replace

from edgeclassify.errors import ImageError, SourceError
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.interface import BrokenPictureError, FrameSource, NoFrameInTimeError, StalledError
from edgeclassify.sources.network.http import HttpStream
from edgeclassify.sources.network.multipart import MultipartError, MultipartParser
from edgeclassify.types import Frame, PixelFormat

RATE_S = 2.0
"""How often the frame rate is measured."""


def boundary_of(content_type: str) -> str | None:
    """The boundary of a stream of pictures; None where the answer is something else."""
    kind, _, rest = content_type.partition(";")
    if kind.strip().lower() not in ("multipart/x-mixed-replace", "multipart/mixed"):
        return None
    found = re.search(r'boundary="?([^";]+)', rest)
    return found[1].strip() if found else ""


class MjpegSource(FrameSource):
    """Pictures of a stream that has been asked for; only the newest is decoded, and no larger than is needed."""

    def __init__(self, camera: str, shown: str, wanted_side: int = 0) -> None:
        super().__init__(camera)
        self._shown, self._wanted_side = shown, wanted_side
        self._stream: HttpStream | None = None
        self._parser = MultipartParser("")
        self._sequence = 0
        self._counted_since, self._counted = 0.0, 0
        self._interval_s: float | None = None

    def begin(self, stream: HttpStream, boundary: str) -> None:
        """The stream to read."""
        self._stream, self._parser = stream, MultipartParser(boundary)
        self._counted_since, self._counted = time.monotonic(), 0

    def open(self) -> None:
        """See begin(): a stream must have been asked for before."""

    def read(self, timeout_s: float) -> Frame | None:
        """The newest picture: of several that have come only the last. Errors as in FrameSource.read."""
        self._wait_for_part(timeout_s)
        while self._take(0.0):
            pass
        data, captured_at_ns, captured_at = self._parser.newest, time.monotonic_ns(), time.time()
        try:
            image = decode_image(data, self._shown, self._wanted_side)
        except ImageError as error:
            raise BrokenPictureError(str(error)) from error
        pixels = image.pixels
        frame = Frame(
            pixels, PixelFormat.BGR, pixels.shape[1], pixels.shape[0], self.camera,
            self._sequence, captured_at_ns, captured_at,
        )  # fmt: skip
        self._sequence += 1
        if image.full_width == frame.width:
            return frame

        def main() -> Frame:
            full = decode_image(data, self._shown).pixels
            return replace(frame, pixels=full, width=full.shape[1], height=full.shape[0])

        return replace(frame, main=main)

    def skip(self, timeout_s: float) -> bool:
        """Let a picture go by without decoding it."""
        self._wait_for_part(timeout_s)
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

    def _wait_for_part(self, timeout_s: float) -> None:
        """Until a picture is complete. Raises NoFrameInTimeError."""
        before, deadline = self._parser.parts, time.monotonic() + timeout_s
        while self._parser.parts == before:
            if not self._take(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
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
                raise StalledError("the stream ended")
            self._count(self._parser.feed(data))
        except MultipartError as error:
            raise SourceError(f"{self._shown}: expected JPEGs in parts (MJPEG), found {error}.") from error
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise SourceError(f"{self._shown}: the stream broke: {reason}.") from error
        return True

    def _count(self, parts: int) -> None:
        self._counted += parts
        now = time.monotonic()
        if now - self._counted_since >= RATE_S and self._counted:
            self._interval_s = (now - self._counted_since) / self._counted
            self._counted_since, self._counted = now, 0
