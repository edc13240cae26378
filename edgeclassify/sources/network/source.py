"""An HTTP URL as a source: MJPEG is read by ourselves, all else by FFmpeg; which it is the server says."""

from edgeclassify.errors import SourceError, SourceSetupError
from edgeclassify.redaction import redacted_url
from edgeclassify.sources.http.answer import HttpStream
from edgeclassify.sources.http.auth import UNSUPPORTED_BY_FFMPEG, Challenge
from edgeclassify.sources.http.client import Logins, Request, get
from edgeclassify.sources.http.deadline import Patience
from edgeclassify.sources.http.picture_stream import is_multipart
from edgeclassify.sources.http.refusals import unanswerable
from edgeclassify.sources.http.tls import CAREFUL, Trust
from edgeclassify.sources.network.mjpeg import MjpegSource, boundary_of
from edgeclassify.sources.network.stream import CONNECT_TIMEOUT_S, StreamSource
from edgeclassify.sources.wrapped import WrappedSource

PATIENCE = Patience(connect_s=CONNECT_TIMEOUT_S, silence_s=CONNECT_TIMEOUT_S, total_s=15.0)
FIRST_BYTES_S = 3.0
"""How long the first bytes of a body may take where its type says nothing, or might be one picture."""
MJPEG_KINDS = ("video/x-motion-jpeg", "video/x-mjpeg", "video/mjpeg", "video/x-jpeg", "image/x-mjpeg")
SAYS_NOTHING = ("", "application/octet-stream", "text/plain")
JPEG_START = b"\xff\xd8\xff"


class HttpSource(WrappedSource):
    """http:// or https://. User and password may stand in the URL; they never show."""

    def __init__(self, camera: str, url: str, wanted_side: int = 0, trust: Trust = CAREFUL) -> None:
        self.url, self.wanted_side, self.trust = url, wanted_side, trust
        self._shown = redacted_url(url)
        self._logins: Logins = {}
        super().__init__(StreamSource(camera, url, trust))

    def open(self) -> None:
        """Ask the server.

        Raises AbsentError where it can't be reached or refuses, SourceSetupError where it gives one picture,
        SourceError for no video.
        """
        self.close()
        stream = get(self.url, Request(PATIENCE, self.trust, self._logins))
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

    def pause(self) -> None:
        """Nothing stays open: what the server sends is to be asked for again."""
        self.close()

    def resume(self) -> None:
        """Ask the server again."""
        self.open()

    def _mjpeg(self, stream: HttpStream) -> MjpegSource | None:
        """The reader of a stream of JPEGs; None for what is FFmpeg's. Raises SourceSetupError for one picture."""
        is_image = stream.content_type.startswith("image/") and stream.content_type not in MJPEG_KINDS
        if is_image and (stream.length is not None or stream.content_type not in ("image/jpeg", "image/jpg")):
            raise self._one_picture(stream)
        if not (is_image or self._is_mjpeg(stream)):
            return None
        source = MjpegSource(self.camera, self._shown, self.wanted_side)
        source.begin(stream, boundary_of(stream.parameters))
        if is_image and source.is_one_picture(FIRST_BYTES_S):
            raise self._one_picture(stream)
        return source

    def _is_mjpeg(self, stream: HttpStream) -> bool:
        if stream.content_type.startswith("multipart/") or stream.content_type in MJPEG_KINDS:
            return True
        if stream.content_type not in SAYS_NOTHING:
            return False
        try:
            first = stream.receive(FIRST_BYTES_S) or b""
        except (OSError, ValueError) as error:
            raise SourceError(f"{self._shown}: the stream broke before it began.") from error
        stream.unread(first)
        return first.startswith(JPEG_START) or is_multipart(first)

    def _one_picture(self, stream: HttpStream) -> SourceSetupError:
        return SourceSetupError(
            f"{self._shown}: expected a stream, found one picture ({stream.content_type}). "
            f'Use images:URL with loop = true: source = "images:{self._shown}".'
        )

    def _refuse_what_ffmpeg_cant(self, challenge: Challenge | None) -> None:
        if challenge is not None and challenge.algorithm in UNSUPPORTED_BY_FFMPEG:
            raise unanswerable(self._shown, challenge)
