"""A Raspberry Pi's CSI camera through picamera2 and libcamera. The only importer of both.

Two streams come from the camera's image signal processor: `main`, and `lores`, which it has already scaled to
what the model needs. Frames are those of `lores`, in YUV420 (or NV12 where the pipeline gives nothing else).
Sources: the picamera2 manual; libcamera's control documentation (SensorTimestamp).
"""

import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from types import ModuleType
from typing import Any

from edgeclassify.errors import SourceError
from edgeclassify.sources.camera_streams import (
    PIXEL_FORMATS,
    StreamLayout,
    full_view_mode,
    stream_sizes,
    to_monotonic_ns,
)
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.types import Frame

log = logging.getLogger(__name__)

BUFFERS = 4
CLOSE_TIMEOUT_S = 5.0

INSTALL = (
    "Install it with `sudo apt install python3-picamera2`, in an environment made with "
    "`python3 -m venv --system-site-packages`."
)


class PicameraSource(FrameSource):
    """Camera number `number` of this Pi.

    `size`: width and height of the main stream; default: a small one of the sensor's aspect. `wanted_side`:
    shorter side of the frames in pixels. `fps`: default is picamera2's 30.

    One Picamera2 object per camera number lives as long as the process: making them anew leaks memory and
    file descriptors. close() stops the stream and open() starts it again; only where that brought no frame
    the object itself is closed, and the next open() makes a new one.
    """

    def __init__(
        self,
        camera: str,
        number: int = 0,
        *,
        wanted_side: int = 0,
        size: tuple[int, int] | None = None,
        fps: float | None = None,
    ) -> None:
        super().__init__(camera)
        self.number = number
        self.wanted_side = wanted_side
        self.size = size
        self.fps = fps
        self.layout: StreamLayout | None = None
        self._picam: Any = None
        self._job: Any = None
        self._sequence = 0
        self._delivered = False

    def open(self) -> None:
        """Configure and start the camera. Raises SourceError when it is not there, busy or of no use."""
        self._delivered = False
        picam = _camera(self.number)
        if picam.started:
            raise SourceError(
                f"{self.describe()}: expected a camera of its own, found it in use by another [[camera]]."
            )
        self._picam = picam
        try:
            self._picam.configure(self._configuration())
            self.layout = self._read_layout()
            self._picam.start()
        except SourceError:
            raise
        except (RuntimeError, OSError, ValueError, KeyError) as error:
            raise SourceError(
                f"{self.describe()}: can't be started: {_chain(error)}. "
                "Check with `rpicam-hello --list-cameras` that it works and that no other program uses it."
            ) from error

    def read(self, timeout_s: float) -> Frame | None:
        """The next lores frame, copied once out of the camera's buffer; `captured_at_ns` is the sensor's time."""
        request = self._request(timeout_s)
        try:
            if self.layout is None:
                raise SourceError(f"{self.describe()}: is not open.")
            pixels = self.layout.pixels(request.make_buffer("lores"))
            timestamp = request.get_metadata().get("SensorTimestamp")
        finally:
            request.release()
        self._delivered = True
        now_ns, now = time.monotonic_ns(), time.time()
        captured_at_ns = now_ns if timestamp is None else to_monotonic_ns(timestamp)
        self._sequence += 1
        return Frame(
            pixels=pixels,
            pixel_format=self.layout.pixel_format,
            width=self.layout.width,
            height=self.layout.height,
            camera=self.camera,
            sequence=self._sequence - 1,
            captured_at_ns=captured_at_ns,
            captured_at=now - (now_ns - captured_at_ns) / 1e9,
        )

    def skip(self, timeout_s: float) -> bool:
        """Give the next frame back to the camera without copying it."""
        self._request(timeout_s).release()
        return True

    def close(self) -> None:
        """Stop the stream; close the camera itself if it gave no frame since open()."""
        picam, self._picam, self.layout = self._picam, None, None
        if picam is None:
            return
        job, self._job = self._job, None
        delivered = self._delivered

        def stop() -> None:
            picam.stop()
            if job is not None:
                _discard(picam, job)

        if not _bounded(stop, CLOSE_TIMEOUT_S) or not delivered:
            _forget(self.number)

    def describe(self) -> str:
        """Its number, as in the config."""
        return f"picamera:{self.number}"

    def _request(self, timeout_s: float) -> Any:
        """The next completed request; the caller releases it. Raises NoFrameInTimeError."""
        if self._picam is None:
            raise SourceError(f"{self.describe()}: is not open.")
        if self._job is None:
            self._job = self._picam.capture_request(wait=False)
        try:
            request = self._picam.wait(self._job, timeout=timeout_s)
        except (FutureTimeoutError, TimeoutError) as error:
            # The job stays queued in picamera2 and is waited for again: its request would be lost otherwise.
            raise NoFrameInTimeError(f"{self.describe()}: no frame for {timeout_s:g} s.") from error
        except Exception:
            self._job = None
            raise
        self._job = None
        return request

    def _configuration(self) -> dict[str, Any]:
        picam = self._picam
        main, lores = stream_sizes(tuple(picam.sensor_resolution), self.wanted_side, self.size)
        options: dict[str, Any] = {}
        mode = full_view_mode(_sensor_modes(picam), main)
        if mode is not None:
            options["sensor"] = {"output_size": tuple(mode["size"]), "bit_depth": mode["bit_depth"]}
        if self.fps is not None and "FrameDurationLimits" in picam.camera_controls:
            duration_us = round(1e6 / self.fps)
            options["controls"] = {"FrameDurationLimits": (duration_us, duration_us)}
        configuration: dict[str, Any] = picam.create_video_configuration(
            main={"size": main, "format": "YUV420"},
            lores={"size": lores, "format": "YUV420"},
            # Frames are converted as BT.601, limited range; picamera2 would choose BT.709 for a large main stream.
            colour_space=_smpte170m(),
            raw=None,
            buffer_count=BUFFERS,
            display=None,
            encode=None,
            **options,
        )
        return configuration

    def _read_layout(self) -> StreamLayout:
        stream = self._picam.camera_configuration()["lores"]
        pixel_format = PIXEL_FORMATS.get(stream["format"])
        if pixel_format is None:
            raise SourceError(
                f"{self.describe()}: expected frames as {', '.join(PIXEL_FORMATS)}, found {stream['format']}."
            )
        width, height = stream["size"]
        return StreamLayout(pixel_format, width, height, stream["stride"])


_cameras: dict[int, Any] = {}
_cameras_lock = threading.Lock()


def _camera(number: int) -> Any:
    """The process's Picamera2 object of that number, made on first use."""
    with _cameras_lock:
        if number not in _cameras:
            module = _import_picamera2()
            found = module.Picamera2.global_camera_info()
            if number >= len(found):
                there = ", ".join(f"{i}: {info.get('Model', '?')}" for i, info in enumerate(found)) or "no camera"
                raise SourceError(
                    f"picamera:{number}: expected a camera with that number, found {there}. "
                    "Check the ribbon cable, and `rpicam-hello --list-cameras`."
                )
            try:
                _cameras[number] = module.Picamera2(number)
            except (RuntimeError, OSError, IndexError) as error:
                raise SourceError(
                    f"picamera:{number}: can't be opened: {_chain(error)}. It may be in use by another program."
                ) from error
        return _cameras[number]


def _forget(number: int) -> None:
    """Close the camera's object and let it go; one whose close() does not return is left behind."""
    with _cameras_lock:
        picam = _cameras.pop(number, None)
    if picam is None:
        return
    if not _bounded(picam.close, CLOSE_TIMEOUT_S):
        log.warning("picamera:%d: closing it does not return; it may not open again in this process", number)
    del picam
    gc.collect()  # a closed object holds descriptors and buffers, and lies in reference cycles


def _bounded(call: Callable[[], None], timeout_s: float) -> bool:
    """Run a call into picamera2 that may never return; False when it failed or did not return in time."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - at a thread's top; told to the caller
            errors.append(error)

    thread = threading.Thread(target=run, name="picamera-close", daemon=True)
    thread.start()
    thread.join(timeout_s)
    for error in errors:
        log.warning("camera: while closing: %s", _chain(error))
    return not errors and not thread.is_alive()


def _discard(picam: Any, job: Any) -> None:
    """Give back what a capture job, abandoned by a timeout, may still have brought."""
    with suppress(Exception):  # cancelled, or nothing came: both are fine
        picam.wait(job, timeout=0.1).release()
    with suppress(AttributeError, RuntimeError):
        picam.cancel_all_and_flush()


def _sensor_modes(picam: Any) -> Sequence[dict[str, Any]]:
    """The sensor's modes; none for a camera without them (not on the Pi's own connector)."""
    if "ColorFilterArrangement" not in picam.camera_properties:  # so does picamera2 tell a Pi camera from others
        return ()
    try:
        modes: Sequence[dict[str, Any]] = picam.sensor_modes
    except (RuntimeError, KeyError, AttributeError) as error:
        log.info("camera: sensor modes can't be read (%s); leaving the choice to picamera2", error)
        return ()
    return modes


def _import_picamera2() -> ModuleType:
    try:
        import picamera2
    except ModuleNotFoundError as error:
        what = error.name or "a module"
        raise SourceError(f"picamera: expected picamera2, but the module {what} is not here. {INSTALL}") from error
    except ValueError as error:
        if "size changed" not in str(error):
            raise
        raise SourceError(
            "picamera: picamera2's modules (simplejpeg) were built for another numpy than the one installed "
            f"here ({error}). Use one numpy for both: that of apt (`pip uninstall numpy` in the environment), or "
            "`pip install --force-reinstall --no-cache-dir simplejpeg`."
        ) from error
    except ImportError as error:
        raise SourceError(f"picamera: picamera2 is here, but can't be loaded: {error}. {INSTALL}") from error
    return picamera2  # type: ignore[no-any-return]


def _smpte170m() -> Any:
    """libcamera's name for BT.601, limited range (it is here: picamera2 has imported it)."""
    import libcamera

    return libcamera.ColorSpace.Smpte170m()


def _chain(error: BaseException) -> str:
    """An error's text with its causes: picamera2 wraps libcamera's reason."""
    texts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(texts) < 4:
        texts.append(str(cause).rstrip(".") or type(cause).__name__)
        cause = cause.__cause__
    return ": ".join(dict.fromkeys(texts))
