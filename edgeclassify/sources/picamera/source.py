"""A Raspberry Pi's CSI camera as a source of frames.

Two streams come from the camera's image signal processor: `main`, for people, and `lores`, which it has already
scaled to what the model needs. Frames are those of `lores`, in YUV420 (or NV12 where the pipeline gives nothing
else), and their pixels are the camera's own buffers, lent (see lending.py).
Sources: the picamera2 manual; libcamera's control documentation (SensorTimestamp).
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from edgeclassify.errors import SourceError
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.sources.picamera import devices, runtime
from edgeclassify.sources.picamera.controls import Controls, automatic
from edgeclassify.sources.picamera.lending import Lending, Loan
from edgeclassify.sources.picamera.settings import PicameraSettings, configuration, layouts, wanted_controls
from edgeclassify.sources.picamera.streams import StreamLayout, to_monotonic_ns
from edgeclassify.sources.support.device_users import users_of
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
    """

    keeps_device = True
    freeze_timeout_s = FREEZE_TIMEOUT_S

    def __init__(self, camera: str, settings: PicameraSettings | None = None) -> None:
        super().__init__(camera)
        self.settings = settings or PicameraSettings()
        self.layout: StreamLayout | None = None
        self._main_layout: StreamLayout | None = None
        self._number = -1
        self._picam: Any = None
        self._job: Any = None
        self._lending = Lending(LENT)
        self._sequence = 0
        self._copied = 0
        self._night = False
        self._clock: int | None = None
        self._lux: float | None = None
        self._interval_s: float | None = None
        self._applied: Controls = {}
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
        self._picam, self._number = picam, info.number
        with self._explained("can't be started"):
            picam.configure(configuration(picam, self.settings))
            self.layout, self._main_layout = layouts(picam.camera_configuration(), self.settings)
            self._applied = wanted_controls(picam, self.settings, self._night)
            picam.set_controls(self._applied)
            picam.start()

    def pause(self) -> None:
        """Stop the stream; the camera stays open."""
        if not self._stop_stream():
            raise SourceError(f"{self.describe()}: its stream does not stop.")

    def resume(self) -> None:
        """Start the stream again, with the controls as they were."""
        picam = self._opened()
        with self._explained("its stream can't be started again"):
            picam.set_controls(self._applied)
            picam.start()

    def close(self) -> None:
        """Stop the stream; the camera stays open for the next open()."""
        stopped = self._stop_stream()
        self._picam = self.layout = self._main_layout = None
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
        layout = self.layout
        if layout is None:
            raise SourceError(f"{self.describe()}: is not open.")
        request = self._request(timeout_s)
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
        )
        return frame if loan is None else self._with_main(frame, loan)

    def skip(self, timeout_s: float) -> bool:
        """Wait: picamera2 gives frames that nobody asks for back to the camera by itself."""
        picam = self._opened()
        self._lending.collect()
        time.sleep(timeout_s)
        seen, self._seen = self._seen, picam.frames
        if picam.frames == seen:
            raise NoFrameInTimeError(f"{self.describe()}: no frame for {timeout_s:g} s.")
        self._clock = None
        return True

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
            picam = self._picam
            if picam is None:
                return
            with self._explained("its controls can't be set"):
                wanted = wanted_controls(picam, settings, night)
                # What the configuration began with comes first: picamera2 has values of its own.
                began = picam.camera_configuration().get("controls", {})
                dropped = set(self._applied) - set(wanted)
                back = automatic(dropped, picam.camera_controls) | {k: began[k] for k in dropped & set(began)}
                with picam.request_lock:  # a request that goes back takes the controls along, and clears them
                    picam.set_controls(back | wanted)
            self._applied = wanted

    # --- requests --------------------------------------------------------------------------------------

    def _opened(self) -> Any:
        if self._picam is None:
            raise SourceError(f"{self.describe()}: is not open.")
        return self._picam

    def _request(self, timeout_s: float) -> Any:
        """The next completed request; the caller releases it. Raises NoFrameInTimeError."""
        picam = self._opened()
        self._lending.collect()
        if self._job is None:
            self._job = picam.capture_request(wait=False)
        try:
            request = picam.wait(self._job, timeout=timeout_s)
        except (FutureTimeoutError, TimeoutError) as error:
            # The job stays queued in picamera2 and is waited for again: its request would be lost otherwise.
            raise NoFrameInTimeError(f"{self.describe()}: no frame for {timeout_s:g} s.") from error
        except Exception:
            self._job = None
            raise
        self._job = None
        return request

    def _read_metadata(self, request: Any) -> int | None:
        """The sensor's timestamp; what else is told of the frame is kept."""
        metadata = request.get_metadata()
        timestamp: int | None = metadata.get("SensorTimestamp")
        duration_us, lux = metadata.get("FrameDuration"), metadata.get("Lux")
        self._clock = timestamp
        self._interval_s = None if duration_us is None else duration_us / 1e6
        self._lux = None if lux is None else float(lux)
        return timestamp

    def _with_main(self, frame: Frame, loan: Loan) -> Frame:
        layout = self._main_layout
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

    def _stop_stream(self) -> bool:
        """Stop the stream, with what waits for a frame; False when that failed or did not return in time."""
        picam, job, self._job = self._picam, self._job, None
        if picam is None:
            return True

        def stop() -> None:
            if job is not None:
                devices.abandon(picam, job)
            picam.stop()

        return devices.bounded(stop, devices.CLOSE_TIMEOUT_S)

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """picamera2's errors as ours."""
        try:
            yield
        except SourceError:
            raise
        except (RuntimeError, OSError, ValueError, KeyError) as error:
            raise SourceError(
                f"{self.describe()}: {what}: {runtime.chain(error)}. {users_of(devices.DEVICES)}"
            ) from error
