"""A network camera's stream through FFmpeg (in OpenCV) as a source: RTSP, and what HTTP has besides MJPEG."""

import logging
import os
import time
from typing import Any

import cv2

from edgeclassify.errors import AbsentError, SourceError
from edgeclassify.http.address import Address, parse_address
from edgeclassify.http.auth import UNSUPPORTED_BY_FFMPEG
from edgeclassify.http.connection import connect
from edgeclassify.http.trust import CAREFUL, Trust
from edgeclassify.redaction import redacted_url
from edgeclassify.sources.http.refusals import refused
from edgeclassify.sources.interface import StalledError
from edgeclassify.sources.network.rtsp import describe
from edgeclassify.sources.network.rtsp_relay import RtspRelay
from edgeclassify.sources.video.opencv import OpenCapture, OpenCvSource
from edgeclassify.types import Frame, Pixels

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 5.0
OVER_TCP = ("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
"""OpenCV 4.11 takes UDP without it. Whoever has set the variable has reasons."""
WAITED_S = 0.004
"""A grab that took so long has waited for the network; so has one of half a frame interval, where that is longer:
decoding takes time too."""
WAITS = 2
"""After so many of those in a row what was buffered has been read; one alone may come of a busy machine."""
DRAIN_S = 3.0
CLOCK_DRIFT = 1e-3
"""How much faster or slower a camera's clock may be."""
LARGEST_LAG_S = 3.0
"""A stream that this machine can't decode in time falls further and further behind."""
SAME_ROW_S = 10.0
SAME_ROW_PAUSE_S = 3600.0


class StreamSource(OpenCvSource):
    """rtsp://, rtsps://, http:// or https://. User and password may stand in the URL; they never show.

    Only the newest frame counts: the stream is read all the time, what was buffered at the start is passed over,
    and a stream that has fallen behind is opened again.
    """

    least_stall_s = 10.0
    longest_call_s = 50.0
    """Looking up the host, connecting, opening, asking why that failed, and opening in another way."""

    def __init__(
        self, camera: str, url: str, trust: Trust = CAREFUL, *, capture: OpenCapture = cv2.VideoCapture
    ) -> None:
        super().__init__(camera, capture)
        self.url, self.trust = url, trust
        self._is_rtsp = url.lower().startswith("rtsp")
        self._pace = StreamLag()
        self._row = LastRow()
        self._relay: RtspRelay | None = None
        self._asks_for_more = False
        # Not when it is opened: other threads run then, and native code may read the environment in one of them.
        os.environ.setdefault(*OVER_TCP)

    def open(self) -> None:
        """Raises AbsentError when the host can't be reached or refuses, SourceError when it sends no video.

        FFmpeg takes any certificate, so with TLS it is looked at here, before each opening.
        """
        address = parse_address(self.url)
        connect(address, CONNECT_TIMEOUT_S, self.trust).close()
        options = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(OPEN_TIMEOUT_S * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(READ_TIMEOUT_S * 1000),
            # Each further thread costs a frame of delay, memory, and a read timeout more before a stall shows.
            cv2.CAP_PROP_N_THREADS, 1,
        ]  # fmt: skip
        self._open_somehow(address, options)
        self._pace = StreamLag()
        self._row.opened()
        self._drain()

    def _open_somehow(self, address: Address, options: list[int]) -> None:
        """By FFmpeg, and where that can't answer what the camera asks, through a relay that can."""
        if not self._asks_for_more:
            if self._start(self.url, cv2.CAP_FFMPEG, options):
                return
            error = self._diagnosis(address)
            if not self._asks_for_more:
                raise error
        relay = RtspRelay(address, self.trust, CONNECT_TIMEOUT_S)
        relay.start()
        if self._start(relay.url, cv2.CAP_FFMPEG, options):
            self._relay = relay
            return
        relay.close()
        raise self._diagnosis(address)

    def close(self) -> None:
        """Let the connection go, and the relay."""
        super().close()
        if self._relay is not None:
            self._relay.close()
            self._relay = None

    def skip(self, timeout_s: float) -> bool:
        """Take the next frame without converting it (FFmpeg has decoded it)."""
        started = time.monotonic()
        taken = super().skip(timeout_s)
        now = time.monotonic()
        if now - started >= READ_TIMEOUT_S:  # what comes then is an old frame, flushed from the decoder
            self._no_frame()
        # Only RTSP comes at a steady pace: what HTTP has may come in pieces of many seconds.
        if self._is_rtsp and (lag_s := self._pace.lag_s(self._position_ms() / 1000, now)) > LARGEST_LAG_S:
            self._catch_up(lag_s)
        return taken

    def describe(self) -> str:
        """The URL without credentials."""
        return redacted_url(self.url)

    @property
    def frame_interval_s(self) -> float | None:
        """By the frame rate that the stream states."""
        fps = 0.0 if self._capture is None else float(self._capture.get(cv2.CAP_PROP_FPS))
        return 1 / fps if 0.1 < fps < 1000 else None

    def _frame(self, stored: Any) -> Frame:
        if self._row.says_stale(stored, time.monotonic()):
            raise SourceError(f"{self.describe()}: its pictures seem to have another size now.")
        return super()._frame(stored)

    def _drain(self) -> None:
        """Pass over what came while the stream was being opened: it is seconds old."""
        waited_s = max(WAITED_S, (self.frame_interval_s or 0.0) / 2)
        waits, until = 0, time.monotonic() + DRAIN_S
        while waits < WAITS and (started := time.monotonic()) < until:
            if not self._capture.grab():
                return
            waits = waits + 1 if time.monotonic() - started > waited_s else 0

    def _catch_up(self, lag_s: float) -> None:
        log.warning(
            "camera %s: %s is %.1f s behind: this machine can't decode it in time. Opening it again; choose a "
            "smaller stream of the camera, or a lower frame rate.",
            self.camera, self.describe(), lag_s,
            extra={"camera": self.camera},
        )  # fmt: skip
        self.open()
        if not self._capture.grab():
            self._no_frame()

    def _no_frame(self) -> bool:
        raise StalledError(f"the stream ended or gave no frame for {READ_TIMEOUT_S:g} s")

    def _diagnosis(self, address: Address) -> SourceError:
        """FFmpeg only says that it failed. Notes whether it is asked for more than it can answer."""
        self._asks_for_more, passed = False, ""
        if self._is_rtsp:
            try:
                answer = describe(address, CONNECT_TIMEOUT_S, self.trust)
            except SourceError as error:
                return error
            except TimeoutError:
                return AbsentError(
                    f"{address.shown}: expected an RTSP answer, found none in {CONNECT_TIMEOUT_S:g} s."
                )
            except (OSError, ValueError):
                return SourceError(
                    f"{address.shown}: port {address.port} answers, but speaks no RTSP. Check port and path."
                )
            if answer.status != 200:
                return refused(address, answer, "a stream")
            # FFmpeg takes the last Digest that is offered, whatever else there is.
            digests = [challenge for challenge in answer.asked if challenge.scheme == "digest"]
            if digests and digests[-1].algorithm in UNSUPPORTED_BY_FFMPEG:
                self._asks_for_more, passed = True, f" and lets us in ({digests[-1].shown})"
        return SourceError(
            f"{address.shown}: the host answers{passed}, but not with video that can be decoded. "
            "Check path and codec."
        )


class StreamLag:
    """How far a stream is behind the moment at which it was read best, by its own clock."""

    def __init__(self) -> None:
        self._best: float | None = None
        self._last = -1.0
        self._now = 0.0

    def lag_s(self, position_s: float, now: float) -> float:
        """Seconds; 0 where the stream has no clock (MJPEG)."""
        if position_s <= self._last or position_s < 0:
            return 0.0
        offset = now - position_s
        if self._best is not None:  # or a slow clock would look like a growing lag, some hours on
            self._best += CLOCK_DRIFT * (now - self._now)
        self._best = offset if self._best is None else min(self._best, offset)
        self._last, self._now = position_s, now
        return offset - self._best


class LastRow:
    """OpenCV before 4.13 does not notice that a stream's frames have another size than at its start.

    It goes on with the old size: rubbish, or the last frame for ever. Nothing tells but that the last row of
    pixels stays as it was. A row that stays may also be a dark floor: so it leads to one re-opening an hour at
    most, and a row that stayed over a re-opening counts no more.
    """

    def __init__(self) -> None:
        version = tuple(int(part) for part in cv2.__version__.split(".")[:2])
        self.is_needed = version < (4, 13)
        self._row = b""
        self._since = 0.0
        self._harmless = b""
        self._next = 0.0

    def opened(self) -> None:
        """The stream was opened: what its last row was says nothing now."""
        self._since = 0.0

    def says_stale(self, pixels: Pixels, now: float) -> bool:
        """True where the last row has been the same for too long."""
        if not self.is_needed:
            return False
        row = pixels[-1].tobytes()
        if row != self._row or not self._since:
            self._row, self._since = row, now
            return False
        if now - self._since < SAME_ROW_S or row == self._harmless or now < self._next:
            return False
        self._harmless, self._next = row, now + SAME_ROW_PAUSE_S
        return True
