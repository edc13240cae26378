"""An HTTP URL as a source: MJPEG is read by ourselves, all else by FFmpeg; which it is the server says."""

import time
from collections.abc import Callable
from typing import TypeVar

from edgeclassify.errors import AbsentError, SourceError, SourceSetupError
from edgeclassify.http.auth import UNSUPPORTED_BY_FFMPEG, Challenge
from edgeclassify.http.deadline import Patience
from edgeclassify.http.response import HttpStream
from edgeclassify.http.trust import CAREFUL, Trust
from edgeclassify.redaction import redacted_url
from edgeclassify.sources.http.client import Logins, RequestOptions, get
from edgeclassify.sources.http.jpeg_stream import is_multipart
from edgeclassify.sources.http.refusals import is_web_page, unanswerable, web_page
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.network.mjpeg import MjpegSource, StreamEndedError, boundary_of
from edgeclassify.sources.network.stream import CONNECT_TIMEOUT_S, StreamSource
from edgeclassify.sources.support.delegating import DelegatingSource
from edgeclassify.types import Frame

Taken = TypeVar("Taken")

PATIENCE = Patience(connect_s=CONNECT_TIMEOUT_S, silence_s=CONNECT_TIMEOUT_S, total_s=15.0)
FIRST_BYTES_S = 3.0
"""How long the first bytes of a body may take where its type does not say MJPEG: types are often wrong."""
MJPEG_KINDS = ("video/x-motion-jpeg", "video/x-mjpeg", "video/mjpeg", "video/x-jpeg", "image/x-mjpeg")
ASKED_AGAIN_S = 0.5
"""Between two connections, where a camera ends each after its images."""
JPEG_START = b"\xff\xd8\xff"


class HttpSource(DelegatingSource):
    """http:// or https://. User and password may stand in the URL; they never show."""

    def __init__(self, camera: str, url: str, wanted_side: int = 0, trust: Trust = CAREFUL) -> None:
        self.url, self.wanted_side, self.trust = url, wanted_side, trust
        self._shown = redacted_url(url)
        self._logins: Logins = {}
        self._asked_at = 0.0
        super().__init__(StreamSource(camera, url, trust))

    def open(self) -> None:
        """Ask the server.

        Raises AbsentError where it can't be reached or refuses, SourceSetupError where it gives one image,
        SourceError for no video.
        """
        self.close()
        self._asked_at = time.monotonic()
        stream = get(self.url, RequestOptions(PATIENCE, self.trust, self._logins))
        try:
            source = self._mjpeg(stream)
        except BaseException:
            stream.close()
            raise
        if source is not None:
            self.source = source
            return
        stream.close()
        self._refuse_what_ffmpeg_cant(stream.challenge)
        self.source = StreamSource(self.camera, self.url, self.trust)
        self.source.open()

    def read(self, timeout_s: float) -> Frame | None:
        """As of the stream. One that ended after its images is asked for again, at a steady pace."""
        return self._going_on(lambda left_s: self.source.read(left_s), timeout_s)

    def skip(self, timeout_s: float) -> bool:
        """As read()."""
        return self._going_on(lambda left_s: self.source.skip(left_s), timeout_s)

    def _going_on(self, take: Callable[[float], Taken], timeout_s: float) -> Taken:
        """Some cameras give one image, or some seconds of them, per connection: that is no loss."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                return take(max(0.0, until - time.monotonic()))
            except StreamEndedError:
                wait_s = max(0.0, self._asked_at + ASKED_AGAIN_S - time.monotonic())
                if wait_s > max(0.0, until - time.monotonic()):
                    time.sleep(max(0.0, until - time.monotonic()))
                    raise NoFrameInTimeError(f"{self._shown}: no picture for {timeout_s:g} s.") from None
                time.sleep(wait_s)
                self.open()

    def pause(self) -> None:
        """Nothing stays open: what the server sends is to be asked for again."""
        self.close()

    def resume(self) -> None:
        """Ask the server again."""
        self.open()

    def _mjpeg(self, stream: HttpStream) -> MjpegSource | None:
        """The reader of a stream of JPEGs; None for what is FFmpeg's. Raises SourceSetupError for one image."""
        if stream.length == 0:
            raise AbsentError(f"{self._shown}: expected a stream, found an empty answer. Check the camera.")
        is_image = stream.content_type.startswith("image/") and stream.content_type not in MJPEG_KINDS
        if is_image and (stream.length is not None or stream.content_type not in ("image/jpeg", "image/jpg")):
            raise self._one_image(stream)
        if not (is_image or self._is_mjpeg(stream)):
            return None
        before = self.source.sequence if isinstance(self.source, MjpegSource) else 0
        source = MjpegSource(self.camera, self._shown, self.wanted_side, before)
        source.begin(stream, boundary_of(stream.parameters))
        if is_image and source.is_one_image(FIRST_BYTES_S):
            raise self._one_image(stream)
        return source

    def _is_mjpeg(self, stream: HttpStream) -> bool:
        if stream.content_type.startswith("multipart/") or stream.content_type in MJPEG_KINDS:
            return True
        try:
            first = stream.receive(FIRST_BYTES_S) or b""
        except (OSError, ValueError) as error:
            raise SourceError(f"{self._shown}: the stream broke before it began.") from error
        stream.unread(first)
        if is_web_page(first):
            raise web_page(self._shown)
        return first.startswith(JPEG_START) or is_multipart(first)

    def _one_image(self, stream: HttpStream) -> SourceSetupError:
        return SourceSetupError(
            f"{self._shown}: expected a stream, found one picture ({stream.content_type}). "
            f'Use images:URL with loop = true: source = "images:{self._shown}".'
        )

    def _refuse_what_ffmpeg_cant(self, challenge: Challenge | None) -> None:
        if challenge is not None and challenge.algorithm in UNSUPPORTED_BY_FFMPEG:
            raise unanswerable(self._shown, challenge)
