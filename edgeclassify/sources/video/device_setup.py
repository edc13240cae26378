"""A V4L2 device before its first frame: what it must be, its mode, and its controls."""

import errno
import os
import pwd
import stat
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from edgeclassify.config.cameras import ControlValue
from edgeclassify.errors import AbsentError, SourceError, SourceSetupError, SourceUnusableError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.support.device_users import users_of
from edgeclassify.sources.video import v4l2
from edgeclassify.sources.video.device_controls import values_of
from edgeclassify.sources.video.modes import Wanted, choose_mode
from edgeclassify.sources.video.v4l2 import Mode


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """`path`: `/dev/video0`, or a lasting name in `/dev/v4l/by-id`.

    `size` (width, height) and `fps`: None: what the views need, see choose_mode. `wanted_side`: pixels that a
    frame's shorter side should keep. `controls`: by the names of v4l2-ctl.
    """

    path: str
    size: tuple[int, int] | None = None
    fps: float | None = None
    wanted_side: int = 0
    pixel_format: Wanted = "auto"
    controls: Mapping[str, ControlValue] = field(default_factory=dict)

    def without_controls(self) -> "DeviceSettings":
        """All that can't be changed while the device runs."""
        return replace(self, controls={})


def check_device(path: Path) -> None:
    """Raises AbsentError where nothing is there, SourceSetupError or SourceUnusableError for what is of no use."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        found = ", ".join(sorted(str(p) for p in Path("/dev").glob("video*"))) or "no /dev/video* at all"
        raise AbsentError(
            f"{path}: expected a camera device, found {found}. Check that it is plugged in."
        ) from error
    if not stat.S_ISCHR(mode):
        raise SourceSetupError(
            f"{path}: expected a camera device, found a file or folder. Use video:FILE for a file."
        )
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        raise SourceUnusableError(
            f"{path}: expected a camera device that {_user()} may open; permission denied. "
            f"Add the user to its group: sudo usermod -aG video {_user()}"
        )


def prepare(device: str, settings: DeviceSettings) -> Mode:
    """Ask what the device is, choose its mode, set its controls. Raises SourceError."""
    path = settings.path
    try:
        with v4l2.opened(device) as descriptor:
            if not v4l2.device(descriptor).captures:
                raise SourceSetupError(
                    f"{path}: expected a device that records pictures, found another part of a camera. "
                    "`edgeclassify cameras` lists those that do."
                )
            if v4l2.is_busy(descriptor):
                raise SourceError(f"{path}: expected a camera that nobody uses. {users_of(device)}")
            mode = choose_mode(
                v4l2.modes(descriptor), path=path, wanted=settings.pixel_format,
                size=settings.size, fps=settings.fps, side=settings.wanted_side,
            )  # fmt: skip
            set_controls(descriptor, settings)
            return mode
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EINVAL):
            raise SourceSetupError(
                f"{path}: expected a camera device, found another kind. See `edgeclassify cameras`."
            ) from error
        raise SourceError(
            f"{path}: the camera does not answer: {error.strerror}. Check its cable and power."
        ) from error


def set_controls(descriptor: int, settings: DeviceSettings, dropped: set[str] | None = None) -> None:
    """Set what the settings ask for; `dropped`: what goes back to its default. Raises SourceError, OSError."""
    available = v4l2.controls(descriptor) if settings.controls or dropped else []
    for control, value in values_of(settings.controls, available, settings.path, dropped or set()):
        try:
            v4l2.set_control(descriptor, control, value)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ERANGE, errno.EACCES):
                raise
            raise SourceSetupError(
                f"{settings.path}: controls.extra.{control.name}: the camera refuses {value}: {error.strerror}. "
                "Another control may have to be set first, such as auto_exposure to manual."
            ) from error


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
