"""A network camera's stream as a source."""

import socket
from urllib.parse import urlsplit

import cv2

from edgeclassify.errors import MissingInputError, SourceError
from edgeclassify.sources.urls import redacted
from edgeclassify.sources.video.opencv import OpenCvSource

CONNECT_TIMEOUT_S = 5.0
OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 5.0
DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


class StreamSource(OpenCvSource):
    """A network camera's stream: rtsp://, rtsps://, http:// or https:// (MJPEG and what FFmpeg knows).

    RTSP goes over TCP, OpenCV's default. User and password may stand in the URL; they never show.
    """

    def __init__(self, camera: str, url: str) -> None:
        super().__init__(camera)
        self.url = url

    def open(self) -> None:
        """Raises SourceError when the host can't be reached or sends no video; MissingInputError for no URL."""
        self._check_reachable()
        timeouts = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            int(OPEN_TIMEOUT_S * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            int(READ_TIMEOUT_S * 1000),
        ]
        if not self._start(self.url, cv2.CAP_FFMPEG, timeouts):
            raise SourceError(
                f"{redacted(self.url)}: the host answers, but not with video. Check path, user and password."
            )

    def describe(self) -> str:
        """The URL without credentials."""
        return redacted(self.url)

    def _no_frame(self) -> bool:
        raise SourceError(f"{redacted(self.url)}: the stream ended or gave no frame for {READ_TIMEOUT_S:g} s.")

    def _check_reachable(self) -> None:
        """FFmpeg only says that it failed: a connection tried first tells why."""
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme.lower()]
        except (ValueError, KeyError) as error:
            raise MissingInputError(f"{redacted(self.url)}: expected a URL like rtsp://HOST:554/PATH.") from error
        if not host:
            raise MissingInputError(f"{redacted(self.url)}: expected a host after ://, found none.")
        try:
            socket.create_connection((host, port), CONNECT_TIMEOUT_S).close()
        except OSError as error:
            reason = "no answer" if isinstance(error, TimeoutError) else (error.strerror or str(error))
            raise SourceError(
                f"{redacted(self.url)}: can't connect to {host} port {port} ({reason}). Check address and network."
            ) from error
