"""The stream of an open camera: how it begins, stops and goes on, its controls, the request that is awaited."""

from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from typing import Any

from edgeclassify.errors import SourceError
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.picamera import devices, runtime
from edgeclassify.sources.picamera.controls import Controls, automatic
from edgeclassify.sources.picamera.settings import PicameraSettings, configuration, layouts, wanted_controls
from edgeclassify.sources.picamera.streams import StreamLayout
from edgeclassify.sources.support.device_users import users_of


class CameraStream:
    """What is asked of one Picamera2 object from open() to close() of its source; `name`: for messages.

    Used by one thread; change_controls() by one at a time.
    """

    def __init__(self, picam: Any, name: str) -> None:
        self._picam, self._name = picam, name
        self._job: Any = None
        self.layout: StreamLayout | None = None
        """Of lores; None until it was begun."""
        self.main_layout: StreamLayout | None = None
        self.applied: Controls = {}
        """What the camera was told last: it is told so again when the stream goes on."""

    @property
    def frames(self) -> int:
        """Frames that the camera has completed."""
        return int(self._picam.frames)

    def begin(self, settings: PicameraSettings) -> None:
        """Configure and start, by day. Raises SourceError."""
        picam = self._picam
        with self._explained("can't be started"):
            picam.configure(configuration(picam, settings))
            self.layout, self.main_layout = layouts(picam.camera_configuration(), settings)
            self.applied = wanted_controls(picam, settings, night=False)
            picam.set_controls(self.applied)
            picam.start()

    def stop(self) -> bool:
        """Stop, with what waits for a frame; False when that failed or did not return in time."""
        picam, job, self._job = self._picam, self._job, None

        def stop() -> None:
            if job is not None:
                devices.abandon(picam, job)
            picam.stop()

        return devices.bounded(stop, devices.CLOSE_TIMEOUT_S)

    def go_on(self) -> None:
        """Start again after stop(), with the controls as they were. Raises SourceError."""
        with self._explained("its stream can't be started again"):
            self._picam.set_controls(self.applied)
            self._picam.start()

    def change_controls(self, settings: PicameraSettings, night: bool) -> None:
        """Set others while it runs; those that are wanted no longer go back. Raises SourceError."""
        picam = self._picam
        with self._explained("its controls can't be set"):
            wanted = wanted_controls(picam, settings, night)
            # What the configuration began with comes first: picamera2 has values of its own.
            began = picam.camera_configuration().get("controls", {})
            dropped = set(self.applied) - set(wanted)
            back = automatic(dropped, picam.camera_controls) | {k: began[k] for k in dropped & set(began)}
            with picam.request_lock:  # a request that goes back takes the controls along, and clears them
                picam.set_controls(back | wanted)
        self.applied = wanted

    def next_request(self, timeout_s: float) -> Any:
        """The next completed request; the caller releases it. Raises NoFrameInTimeError."""
        picam = self._picam
        if self._job is None:
            self._job = picam.capture_request(wait=False)
        try:
            request = picam.wait(self._job, timeout=timeout_s)
        except (FutureTimeoutError, TimeoutError) as error:
            # The job stays queued in picamera2 and is waited for again: its request would be lost otherwise.
            raise NoFrameInTimeError(f"{self._name}: no frame for {timeout_s:g} s.") from error
        except Exception:
            self._job = None
            raise
        self._job = None
        return request

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """picamera2's errors as ours."""
        try:
            yield
        except SourceError:
            raise
        except (RuntimeError, OSError, ValueError, KeyError) as error:
            raise SourceError(
                f"{self._name}: {what}: {runtime.chain(error)}. {users_of(devices.DEVICES)}"
            ) from error
