"""One image by HTTP: its whole body, within bounds of time and size; a stream in its place is seen at once."""

from edgeclassify.errors import AbsentError, ImageError, SourceError, UndecodableInputError, UnknownPathError
from edgeclassify.http.body import Unpacker
from edgeclassify.http.deadline import Deadline
from edgeclassify.http.response import HttpStream
from edgeclassify.redaction import redacted_text
from edgeclassify.sources.http.client import RequestOptions, ask
from edgeclassify.sources.http.jpeg_stream import (
    JpegStream,
    from_its_start,
    is_multipart,
    is_whole,
    with_end_marker,
)
from edgeclassify.sources.http.refusals import GONE, refused

WANTED = "an image"
MOST_IN_ONE = 4
PAUSE_S = 1.0
"""After so long without a word an image that is whole counts, whatever its server still promises."""
STREAM_KINDS = ("multipart/", "video/", "audio/")
PLAYLISTS = ("application/vnd.apple.mpegurl", "application/x-mpegurl", "application/dash+xml")


def fetch_image(url: str, request: RequestOptions, most_bytes: int) -> bytes:
    """The body behind an http(s) URL, at most `most_bytes`.

    Raises UnknownPathError when there is nothing at that address (404, 410), MissingInputError when it is no valid
    URL, UndecodableInputError for a stream, ImageError when the body is larger, AbsentError when the server can't
    be reached, refuses, or falls silent, SourceError when it is too slow.
    """
    deadline = Deadline(request.patience.total_s)
    original, answer = ask(url, request)
    if answer.status in GONE:
        raise UnknownPathError(
            f"{answer.address.shown}: expected an image, the server answers {answer.status} (nothing there). "
            "Check the path."
        )
    if answer.stream is None:
        raise refused(original, answer, WANTED)
    try:
        body = _Download(answer.stream, answer.address.shown, most_bytes).read(request, deadline)
        return with_end_marker(from_its_start(body))
    finally:
        answer.stream.close()


class _Download:
    """A body that grows, watched for being no image."""

    def __init__(self, stream: HttpStream, name: str, most_bytes: int) -> None:
        self._stream, self._name, self._most_bytes = stream, name, most_bytes
        self._body, self._received = bytearray(), 0
        self._unpacker = Unpacker(stream.encoding)
        # With a length it is one image, whatever it looks like.
        self._watched = JpegStream() if stream.length is None else None

    def read(self, request: RequestOptions, deadline: Deadline) -> bytes:
        kind = self._stream.content_type
        if kind.startswith(STREAM_KINDS) or kind in PLAYLISTS:
            raise self._is_stream(kind)
        patience = request.patience
        try:
            while self._received != self._stream.length and (data := self._receive(patience.silence_s, deadline)):
                self._add(data)
        except TimeoutError as error:
            raise SourceError(
                f"{self._name}: not complete after {patience.total_s:g} s. Check the network."
            ) from error
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise AbsentError(
                f"{self._name}: can't be fetched ({redacted_text(reason)}). Check host, port and network."
            ) from error
        return bytes(self._body)

    def _receive(self, silence_s: float, deadline: Deadline) -> bytes:
        """What comes next; empty at the end, which some servers neither announce nor make by hanging up."""
        for wait_s in (min(PAUSE_S, silence_s), max(0.0, silence_s - PAUSE_S)):
            data = self._stream.receive(deadline.left_s(wait_s))
            if data == b"":
                self._check_whole()
            if data is not None:
                return data
            if is_whole(self._body):
                return b""
        deadline.left_s()
        raise AbsentError(f"{self._name}: no answer in time ({silence_s:g} s). Check the network.")

    def _add(self, data: bytes) -> None:
        if self._stream.length is not None:
            data = data[: self._stream.length - self._received]
        self._received += len(data)
        unpacked = self._unpacker.feed(data, self._most_bytes + 1 - len(self._body))
        self._body += unpacked
        if len(self._body) > self._most_bytes:
            raise ImageError(
                f"{self._name}: expected at most {self._most_bytes >> 20} MB, found more. Use a smaller image."
            )
        if self._watched is not None and self._is_endless(self._watched, unpacked):
            raise self._is_stream("MJPEG")

    def _is_endless(self, watched: JpegStream, data: bytes) -> bool:
        """True where these are parts, or more images in a row than one JPEG may have in it (a phone's has two)."""
        watched.feed(data)
        is_jpeg = self._body.startswith(b"\xff\xd8")
        return is_multipart(bytes(self._body[:512])) or (is_jpeg and watched.images > MOST_IN_ONE)

    def _check_whole(self) -> None:
        if (self._stream.length is not None or self._stream.lacks_its_end) and not is_whole(self._body):
            raise OSError("the transfer broke off")

    def _is_stream(self, kind: str) -> UndecodableInputError:
        return UndecodableInputError(
            f"{self._name}: expected one picture, found a stream ({kind}). As a camera it is read without images: "
            f'before the URL: source = "{self._name}".'
        )
