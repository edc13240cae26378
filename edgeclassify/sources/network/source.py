"""An HTTP URL as a source: MJPEG is read by ourselves, all else by FFmpeg; which it is the server says."""

from edgeclassify.errors import SourceSetupError
from edgeclassify.sources.network.http import get
from edgeclassify.sources.network.mjpeg import MjpegSource, boundary_of
from edgeclassify.sources.network.stream import CONNECT_TIMEOUT_S, StreamSource
from edgeclassify.sources.urls import redacted
from edgeclassify.sources.wrapped import WrappedSource


class HttpSource(WrappedSource):
    """http:// or https://. User and password may stand in the URL; they never show."""

    def __init__(self, camera: str, url: str, wanted_side: int = 0) -> None:
        self.url, self.wanted_side = url, wanted_side
        super().__init__(StreamSource(camera, url))

    def open(self) -> None:
        """Ask the server. Raises AbsentError where it can't be reached or refuses, SourceError for no video."""
        self.close()
        shown = redacted(self.url)
        stream = get(self.url, CONNECT_TIMEOUT_S)
        boundary = boundary_of(stream.content_type)
        if boundary is not None:
            source = MjpegSource(self.camera, shown, self.wanted_side)
            source.begin(stream, boundary)
            self.source = source
            return
        stream.close()
        if stream.content_type.lower().startswith("image/"):
            raise SourceSetupError(
                f"{shown}: expected a stream, found one picture ({stream.content_type}). "
                "Use images:URL with loop = true."
            )
        self.source = StreamSource(self.camera, self.url)
        self.source.open()

    def pause(self) -> None:
        """Nothing stays open: what the server sends is to be asked for again."""
        self.close()

    def resume(self) -> None:
        """Ask the server again."""
        self.open()
