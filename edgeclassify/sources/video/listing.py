"""What V4L2 cameras there are, with their modes and controls: for people who write a config."""

import os
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.support.device_users import users
from edgeclassify.sources.video import v4l2
from edgeclassify.sources.video.v4l2 import Control, Mode, V4l2Device

PARTS_OF_CSI = frozenset({"unicam", "bcm2835-unicam", "rp1-cfe", "rpi-cfe", "bcm2835-isp", "pispbe"})
"""Drivers whose devices are parts of a Pi's own cameras: libcamera uses them."""
NAMES = (Path("/dev/v4l/by-id"), Path("/dev/v4l/by-path"))


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A camera: its node, its lasting names, what it is, has and is used by; `fault`: why no more is known."""

    path: Path
    names: tuple[Path, ...]
    device: V4l2Device | None = None
    modes: tuple[Mode, ...] = ()
    controls: tuple[Control, ...] = ()
    users: tuple[str, ...] = ()
    fault: str | None = None


def list_devices(folder: Path = Path("/dev")) -> list[ListedDevice]:
    """All V4L2 devices that record frames, in the order of their numbers."""
    nodes = sorted(folder.glob("video[0-9]*"), key=lambda node: int(node.name.removeprefix("video")))
    return [listed for node in nodes if (listed := _listed(node)) is not None]


def _listed(node: Path) -> ListedDevice | None:
    names = _lasting_names(node)
    try:
        with v4l2.opened(node) as descriptor:
            device = v4l2.device(descriptor)
            if not device.captures or device.driver in PARTS_OF_CSI:
                return None
            modes, controls = v4l2.modes(descriptor), v4l2.controls(descriptor)
    except OSError as error:
        return ListedDevice(node, names, fault=f"can't be asked: {error.strerror or error}")
    if not modes:  # a webcam's second node gives metadata
        return None
    return ListedDevice(node, names, device, tuple(modes), tuple(controls), tuple(users(str(node))))


def _lasting_names(node: Path) -> tuple[Path, ...]:
    """udev's links to the device, those by id first."""
    return tuple(
        link
        for folder in NAMES
        if folder.is_dir()
        for link in sorted(folder.iterdir())
        if os.path.realpath(link) == str(node)
    )
