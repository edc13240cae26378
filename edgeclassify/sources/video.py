"""What OpenCV's VideoCapture reads: USB cameras (V4L2), video files, network streams (RTSP, HTTP)."""

import os
import pwd
import socket
import stat
import time
from abc import abstractmethod
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2

from edgeclassify.errors import ImageError, MissingInputError, SourceError
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.sources.quiet import captured_chatter, quiet_opencv
from edgeclassify.sources.urls import redacted
from edgeclassify.types import Frame, PixelFormat

CONNECT_TIMEOUT_S = 5.0
OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 5.0
COMMON_SIZES = ((640, 480), (1280, 720), (1920, 1080))
"""Sizes that nearly every USB camera has; the smallest that is large enough is asked for."""
DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


class OpenCvSource(FrameSource):
    """Common to all: grab() waits for a frame, retrieve() decodes it into a new BGR array.

    The wait is bounded by OpenCV's own timeouts, not by `timeout_s` of read() and skip().
    """

    def __init__(self, camera: str) -> None:
        super().__init__(camera)
        self._capture: Any = None
        self._sequence = 0

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame, BGR. Errors as in FrameSource.read."""
        if not self.skip(timeout_s):
            return None
        captured_at_ns, captured_at = time.monotonic_ns(), time.time()
        with captured_chatter():  # a USB camera's broken JPEG: libjpeg would say so once per frame
            decoded, pixels = self._capture.retrieve()
        if not decoded or pixels is None:
            raise NoFrameInTimeError(f"{self.describe()}: a frame that can't be decoded.")
        self._sequence += 1
        return Frame(
            pixels=pixels,
            pixel_format=PixelFormat.BGR,
            width=pixels.shape[1],
            height=pixels.shape[0],
            camera=self.camera,
            sequence=self._sequence - 1,
            captured_at_ns=captured_at_ns,
            captured_at=captured_at,
        )

    def skip(self, timeout_s: float) -> bool:
        """Take the next frame without decoding it."""
        if self._capture is None:
            raise SourceError(f"{self.describe()}: is not open.")
        if self._capture.grab():
            return True
        return self._no_frame()

    def close(self) -> None:
        """Let the device, file or connection go."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    @abstractmethod
    def _no_frame(self) -> bool:
        """Nothing to grab: False for the end of the source, else raises SourceError."""

    def _start(self, name: str, backend: int, params: list[int]) -> bool:
        """Open VideoCapture; False when it can't."""
        self.close()
        quiet_opencv()
        capture = cv2.VideoCapture(name, backend, params)
        if not capture.isOpened():
            capture.release()
            return False
        self._capture = capture
        return True


class DeviceSource(OpenCvSource):
    """A V4L2 device, e.g. a USB camera: `/dev/video0`, or a lasting name in `/dev/v4l/by-id`.

    MJPG is asked for, since USB 2 has no room for larger uncompressed pictures; `size` (width, height) and
    `fps` are wishes too: the camera takes what is nearest. Without a size the smallest common one whose
    shorter side has `wanted_side` pixels.
    """

    def __init__(
        self,
        camera: str,
        path: str,
        *,
        size: tuple[int, int] | None = None,
        fps: float | None = None,
        wanted_side: int = 0,
    ) -> None:
        super().__init__(camera)
        self.path = path
        self.fps = fps
        large_enough = (common for common in COMMON_SIZES if min(common) >= wanted_side)
        self.size = size or next(large_enough, COMMON_SIZES[-1])

    def open(self) -> None:
        """Raises SourceError when the device is missing, not permitted, busy or no camera."""
        self._check_device()
        device = os.path.realpath(self.path)  # looked up anew: after a re-plug the number may be another
        if not self._start(device, cv2.CAP_V4L2, []):
            raise SourceError(
                f"{self.path}: expected a camera that can be opened; it is in use by another program, or records "
                "no pictures (a camera has several /dev/video*). See `v4l2-ctl --list-devices`."
            )
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, self.size[0])
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self.size[1])
        if self.fps is not None:
            self._capture.set(cv2.CAP_PROP_FPS, self.fps)

    def describe(self) -> str:
        """The device's path."""
        return self.path

    def _no_frame(self) -> bool:
        raise SourceError(f"{self.path}: the camera delivers no frames. Check its cable and power.")

    def _check_device(self) -> None:
        path = Path(self.path)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            found = ", ".join(sorted(str(p) for p in Path("/dev").glob("video*"))) or "no /dev/video* at all"
            raise SourceError(
                f"{path}: expected a camera device, found {found}. Check that it is plugged in."
            ) from error
        if not stat.S_ISCHR(mode):
            raise SourceError(
                f"{path}: expected a camera device, found a file or folder. Use video:FILE for a file."
            )
        if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
            raise SourceError(
                f"{path}: expected a camera device that {_user()} may open; permission denied. "
                f"Add the user to its group: sudo usermod -aG video {_user()}"
            )


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


class VideoFileSource(OpenCvSource):
    """A video file, frame by frame, as fast as it is read; with `loop` again and again."""

    live = False

    def __init__(self, camera: str, path: str, loop: bool = False) -> None:
        super().__init__(camera)
        self.path = path
        self.loop = loop
        self._in_round = 0

    def open(self) -> None:
        """Raises MissingInputError when the file is not there, ImageError when it is no video."""
        path = Path(self.path)
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
        except FileNotFoundError as error:
            raise MissingInputError(
                f"{path}: expected a video file, found nothing there. Check the path."
            ) from error
        except IsADirectoryError as error:
            raise MissingInputError(
                f"{path}: expected a video file, found a folder. Use images:FOLDER."
            ) from error
        except OSError as error:
            raise MissingInputError(
                f"{path}: expected a video file, can't be read: {error.strerror}. Check its owner and mode."
            ) from error
        if size == 0:
            raise ImageError(f"{path}: expected a video, found an empty file (0 bytes). Copy it again.")
        if not self._start(str(path), cv2.CAP_FFMPEG, []):
            raise ImageError(
                f"{path}: expected a video (MP4, MKV, AVI, …), found {size} bytes that are none or are cut off. "
                "Copy or convert it again."
            )
        self._in_round = 0

    def skip(self, timeout_s: float) -> bool:
        """Take the next frame without decoding it; False at the end (never with `loop`)."""
        if super().skip(timeout_s):
            self._in_round += 1
            return True
        return False

    def describe(self) -> str:
        """The file's path."""
        return self.path

    def _no_frame(self) -> bool:
        if self._in_round == 0:
            self._in_round = -1
            raise ImageError(
                f"{self.path}: expected a video, found one without a frame. Copy or convert it again."
            )
        if self.loop and self._in_round > 0:
            self.open()
            return bool(self._capture.grab()) or self._no_frame()
        return False


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
