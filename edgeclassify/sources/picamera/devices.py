"""The process's Picamera2 objects: one per camera, found by number, model or id, and bounded calls into them."""

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from edgeclassify.errors import SourceError, SourceSetupError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.picamera import runtime
from edgeclassify.sources.support.device_users import users_of

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 5.0
DEVICES = "/dev/media*"
"""What an open CSI camera holds open."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera as picamera2 lists it."""

    number: int
    model: str
    id: str


def cameras() -> list[CameraInfo]:
    """All cameras that libcamera found when it was first asked. Raises SourceUnusableError."""
    found = runtime.picamera2().Picamera2.global_camera_info()
    return [CameraInfo(i, str(info.get("Model", "?")), str(info.get("Id", "?"))) for i, info in enumerate(found)]


def find(selector: str, found: Sequence[CameraInfo]) -> CameraInfo:
    """The camera of that number, model or id (or the end of its id); "" is number 0.

    Raises SourceError where there is none, SourceSetupError where several are meant.
    """
    wanted = selector or "0"
    if wanted.isdecimal():
        matches = [camera for camera in found if camera.number == int(wanted)]
    else:
        exact = [camera for camera in found if wanted in (camera.id, camera.model)]
        matches = exact or [camera for camera in found if camera.id.endswith(wanted)]
    if len(matches) == 1:
        return matches[0]
    there = ", ".join(f"{camera.number}: {camera.model} ({camera.id})" for camera in found) or "no camera"
    if matches:
        raise SourceSetupError(
            f"picamera:{selector}: expected one camera, found {len(matches)} of that model: {there}. "
            "Name it by number or id."
        )
    raise SourceError(
        f"picamera:{selector}: expected a camera of that number, model or id, found {there}. "
        "Check the ribbon cable, and `rpicam-hello --list-cameras`."
    )


_objects: dict[int, Any] = {}
_lock = threading.Lock()


def camera_object(camera: CameraInfo, *, sensor_hdr: bool = False) -> Any:
    """The process's Picamera2 object of a camera, made on first use.

    Making one anew leaks memory and file descriptors, so it lives on while its stream is stopped.
    `sensor_hdr`: see set_sensor_hdr. Raises SourceError where the camera can't be opened.
    """
    with _lock:
        if camera.number not in _objects:
            if sensor_hdr:
                set_sensor_hdr(camera.number)
            try:
                _objects[camera.number] = runtime.picamera2().Picamera2(camera.number)
            except (RuntimeError, OSError, IndexError) as error:
                gc.collect()  # the half-made object holds a pipe, and a callback of the camera manager
                raise SourceError(
                    f"picamera:{camera.number}: can't be opened: {runtime.chain(error)}. {users_of(DEVICES)}"
                ) from error
        return _objects[camera.number]


def forget(number: int) -> None:
    """Close the camera's object and let it go; one whose close() does not return is left behind."""
    with _lock:
        picam = _objects.pop(number, None)
    if picam is None:
        return
    if not bounded(picam.close, CLOSE_TIMEOUT_S):
        log.warning("picamera:%d: closing it does not return; it may not open again in this process", number)
    del picam
    gc.collect()  # a closed object holds descriptors and buffers, and lies in reference cycles


def bounded(call: Callable[[], None], timeout_s: float) -> bool:
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
        log.warning("camera: while closing: %s", runtime.chain(error))
    return not errors and not thread.is_alive()


def abandon(picam: Any, job: Any) -> None:
    """Take back a capture job that waits for a frame, and give back what it may have brought.

    Before the stream is stopped: picamera2 does its jobs in order, so a stop would wait behind it, without end.
    """
    with suppress(AttributeError, RuntimeError):
        picam.cancel_all_and_flush()
    with suppress(Exception):  # cancelled, or nothing came: both are fine
        picam.wait(job, timeout=0.1).release()


def sensor_modes(picam: Any) -> Sequence[dict[str, Any]]:
    """The sensor's modes; none for a camera without them (not on the Pi's own connector)."""
    if "ColorFilterArrangement" not in picam.camera_properties:  # so does picamera2 tell a Pi camera from others
        return ()
    try:
        modes: Sequence[dict[str, Any]] = picam.sensor_modes
    except (RuntimeError, KeyError, AttributeError) as error:
        log.info("camera: sensor modes can't be read (%s); leaving the choice to picamera2", error)
        return ()
    return modes


def set_sensor_hdr(number: int) -> None:
    """Switch on the HDR of the Camera Module 3's own sensor, which must be done before the camera is opened.

    Raises SourceSetupError where the camera is another one.
    """
    try:
        with runtime.imx708()(number) as sensor:
            sensor.set_sensor_hdr_mode(True)
    except (ImportError, RuntimeError, OSError) as error:
        raise SourceSetupError(
            f'picamera:{number}: controls.hdr = "sensor": expected a Camera Module 3 (imx708), '
            f"its HDR mode can't be set: {error}. Leave the key out."
        ) from error
