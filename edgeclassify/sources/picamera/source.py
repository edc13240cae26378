"""A Raspberry Pi's CSI camera as a source of frames.

Two streams come from the camera's image signal processor: `main`, for people, and `lores`, which it has already
scaled to what the model needs. Frames are those of `lores`, in YUV420 (or NV12 where the pipeline gives nothing
else), and their pixels are the camera's own buffers, lent (see lending.py).
Sources: the picamera2 manual; libcamera's control documentation (SensorTimestamp).
"""

import threading
import time
from dataclasses import replace
from typing import Any

from edgeclassify.errors import SourceError
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.sources.picamera import devices, runtime
from edgeclassify.sources.picamera.camera_stream import CameraStream
from edgeclassify.sources.picamera.lending import Lending, Loan
from edgeclassify.sources.picamera.settings import PicameraSettings
from edgeclassify.sources.picamera.streams import StreamLayout, to_monotonic_ns
from edgeclassify.types import Frame

LENT = 3
"""Frames whose buffers may be in use at a time: one waits, one is inferred, one becomes an image. The camera goes
on with the other half."""
FREEZE_TIMEOUT_S = 60.0
"""A sensor's noise makes every frame another one."""


class PicameraSource(FrameSource):
    """One CSI camera.

    One Picamera2 object per camera lives as long as the process: pause() and close() stop its stream. Only renew()
    closes the object, and so does a close() whose stop does not return.
    Whole, since each method is one word of FrameSource, under the one lock of the device.
    """

    keeps_device = True
    freeze_timeout_s = FREEZE_TIMEOUT_S

    def __init__(self, camera: str, settings: PicameraSettings | None = None) -> None:
        super().__init__(camera)
        self.settings = settings or PicameraSettings()
        self.stream: CameraStream | None = None
        """None while it is closed."""
        self._number = -1
        self._lending = Lending(LENT)
        self._sequence = 0
        self._copied = 0
        self._night = False
        self._clock: int | None = None
        self._lux: float | None = None
        self._interval_s: float | None = None
        self._changing = threading.Lock()
        self._seen = 0

    # --- life ------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Configure and start the camera. Raises SourceError when it is not there, busy or of no use."""
        self._night = False
        info = devices.find(self.settings.selector, devices.cameras())
        picam = devices.camera_object(info, sensor_hdr=self.settings.has_sensor_hdr)
        if picam.started:
            raise SourceError(
                f"{self.describe()}: expected a camera of its own, found it in use by another [[camera]]."
            )
        self.stream, self._number = CameraStream(picam, self.describe()), info.number
        self.stream.begin(self.settings)

    def pause(self) -> None:
        """Stop the stream; the camera stays open."""
        if self.stream is not None and not self.stream.stop():
            raise SourceError(f"{self.describe()}: its stream does not stop.")

    def resume(self) -> None:
        """Start the stream again, with the controls as they were."""
        self._opened().go_on()

    def close(self) -> None:
        """Stop the stream; the camera stays open for the next open()."""
        stopped = self.stream is None or self.stream.stop()
        self.stream = None
        self._lending.collect()
        if not stopped:
            self.renew()

    def renew(self) -> None:
        """Close the camera itself: a new Picamera2 object is made by the next open()."""
        devices.forget(self._number)

    def describe(self) -> str:
        """Its number, model or id, as in the config."""
        return self.settings.name

    # --- frames ----------------------------------------------------------------------------------------

    def read(self, timeout_s: float) -> Frame | None:
        """The next lores frame, its pixels lent; `captured_at_ns` is the sensor's time."""
        stream = self._opened()
        layout = stream.layout
        if layout is None:  # it could not be begun
            raise SourceError(f"{self.describe()}: is not open.")
        self._lending.collect()
        request = stream.next_request(timeout_s)
        loan = None
        try:
            timestamp = self._read_metadata(request)
            loan = self._lending.lend(request)
            if loan is None:
                self._copied += 1
                pixels = layout.pixels(request.make_buffer("lores"))
            else:
                pixels = layout.pixels(loan.pixels("lores", runtime.picamera2().MappedArray))
        finally:
            if loan is None:
                request.release()
        now_ns, now = time.monotonic_ns(), time.time()
        captured_at_ns = now_ns if timestamp is None else to_monotonic_ns(timestamp)
        self._sequence += 1
        frame = Frame(
            pixels=pixels,
            pixel_format=layout.pixel_format,
            width=layout.width,
            height=layout.height,
            camera=self.camera,
            sequence=self._sequence - 1,
            captured_at_ns=captured_at_ns,
            captured_at=now - (now_ns - captured_at_ns) / 1e9,
            lent=loan is not None,
        )
        return frame if loan is None else _with_main(frame, loan, stream.main_layout)

    def skip(self, timeout_s: float) -> bool:
        """Wait: picamera2 gives frames that nobody asks for back to the camera by itself."""
        stream = self._opened()
        self._lending.collect()
        time.sleep(timeout_s)
        seen, self._seen = self._seen, stream.frames
        if stream.frames == seen:
            raise NoFrameInTimeError(f"{self.describe()}: no frame for {timeout_s:g} s.")
        self._clock = None
        return True

    @property
    def layout(self) -> StreamLayout | None:
        """How the buffers of lores are laid out; None while it is closed."""
        return None if self.stream is None else self.stream.layout

    @property
    def clock(self) -> int | None:
        """The sensor's timestamp."""
        return self._clock

    @property
    def frame_interval_s(self) -> float | None:
        """The sensor's frame duration, which grows with long exposures; at least what the settings allow."""
        return max(self._interval_s or 0.0, self.settings.longest_frame_s) or None

    @property
    def lux(self) -> float | None:
        """As libcamera's automatic exposure estimates it."""
        return self._lux

    @property
    def copied(self) -> int:
        """Frames that were copied since too many were lent."""
        return self._copied

    # --- settings --------------------------------------------------------------------------------------

    def adopt(self, other: FrameSource) -> bool:
        """Take over controls, night and fps while the stream runs; False where more has changed."""
        if not isinstance(other, PicameraSource):
            return False
        if other.settings.without_hot() != self.settings.without_hot():
            return False
        self._change_controls(other.settings, self._night)
        self.settings = other.settings
        return True

    def use_night_profile(self, night: bool) -> None:
        """Lay the night's controls over the others, or take them away again."""
        self._change_controls(self.settings, night)
        self._night = night

    def _change_controls(self, settings: PicameraSettings, night: bool) -> None:
        with self._changing:
            if self.stream is not None:
                self.stream.change_controls(settings, night)

    # --- requests --------------------------------------------------------------------------------------

    def _opened(self) -> CameraStream:
        if self.stream is None:
            raise SourceError(f"{self.describe()}: is not open.")
        return self.stream

    def _read_metadata(self, request: Any) -> int | None:
        """The sensor's timestamp; what else is told of the frame is kept."""
        metadata = request.get_metadata()
        timestamp: int | None = metadata.get("SensorTimestamp")
        duration_us, lux = metadata.get("FrameDuration"), metadata.get("Lux")
        self._clock = timestamp
        self._interval_s = None if duration_us is None else duration_us / 1e6
        self._lux = None if lux is None else float(lux)
        return timestamp


def _with_main(frame: Frame, loan: Loan, layout: StreamLayout | None) -> Frame:
    """The frame, with that of `main` to be had while its pixels are held."""
    if layout is None:
        return frame

    def main() -> Frame:
        try:
            pixels = layout.pixels(loan.pixels("main", runtime.picamera2().MappedArray))
        except (RuntimeError, OSError):  # the camera has been closed meanwhile, and its buffers with it
            return frame
        return replace(
            frame, pixels=pixels, pixel_format=layout.pixel_format, width=layout.width, height=layout.height
        )

    return replace(frame, main=main)
