"""A V4L2 device, e.g. a USB camera, as a source."""

import os
import pwd
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import cv2

from edgeclassify.config.cameras import ControlValue
from edgeclassify.errors import SourceError
from edgeclassify.sources.video.opencv import OpenCvSource

COMMON_SIZES = ((640, 480), (1280, 720), (1920, 1080))
"""Sizes that nearly every USB camera has; the smallest that is large enough is asked for."""


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
        pixel_format: Literal["auto", "mjpg", "yuyv"] = "auto",
        controls: Mapping[str, ControlValue] | None = None,
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


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
