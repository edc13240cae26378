"""What CSI cameras there are, with their modes and controls: for people who write a config."""

from typing import Any

from edgeclassify.errors import SourceError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.picamera import devices, runtime
from edgeclassify.sources.picamera.devices import CameraInfo


@dataclass(frozen=True, slots=True)
class ListedMode:
    """A mode of the sensor: size in pixels, highest frame rate, and whether it shows all that the sensor sees."""

    width: int
    height: int
    fps: float | None
    full_view: bool


@dataclass(frozen=True, slots=True)
class ListedControl:
    """A control by libcamera's name: least, greatest, default value; `names` of its values, where it has names."""

    name: str
    least: Any
    greatest: Any
    default: Any
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedCamera:
    """A camera; `fault`: why no more is known of it."""

    info: CameraInfo
    modes: tuple[ListedMode, ...] = ()
    controls: tuple[ListedControl, ...] = ()
    fault: str | None = None


def list_cameras() -> list[ListedCamera]:
    """All that libcamera finds; each is opened to ask it. Raises SourceUnusableError without picamera2."""
    return [_listed(info) for info in devices.cameras()]


def _listed(info: CameraInfo) -> ListedCamera:
    try:
        picam = devices.camera_object(info)
        modes = tuple(_modes(picam))
        controls = tuple(_controls(picam))
    except SourceError as error:
        return ListedCamera(info, fault=str(error))
    finally:
        devices.forget(info.number)
    return ListedCamera(info, modes, controls)


def _modes(picam: Any) -> list[ListedMode]:
    modes = devices.sensor_modes(picam)
    views = [mode["crop_limits"][2] * mode["crop_limits"][3] for mode in modes]
    listed: dict[tuple[int, int], ListedMode] = {}
    for mode, view in zip(modes, views, strict=True):
        width, height = mode["size"]
        listed[width, height] = ListedMode(width, height, mode.get("fps"), view >= 0.98 * max(views))
    return list(listed.values())


def _controls(picam: Any) -> list[ListedControl]:
    return [
        ListedControl(name, least, greatest, default, tuple(runtime.enumerators(name)))
        for name, (least, greatest, default) in sorted(picam.camera_controls.items())
    ]
