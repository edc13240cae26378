"""A V4L2 device, e.g. a USB camera, as a source: captured by OpenCV, chosen and set by v4l2.py."""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edgeclassify.config.cameras import ControlValue
from edgeclassify.errors import AbsentError, ImageError, SourceError
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.sources.support.device_users import users_of
from edgeclassify.sources.video import v4l2
from edgeclassify.sources.video.device_setup import DeviceSettings, check_device, prepare, set_controls
from edgeclassify.sources.video.modes import COMPRESSED, UNCOMPRESSED, Wanted, nearest_rate
from edgeclassify.sources.video.opencv import OpenCvSource
from edgeclassify.sources.video.v4l2 import Mode
from edgeclassify.types import Frame, PixelFormat

FREEZE_TIMEOUT_S = 60.0
"""A sensor's noise makes every frame another one."""
OLDEST_S = 10.0
EARLIEST_S = -0.1
"""Ages of a frame by its timestamp that are believed; some drivers' clocks run ahead by some milliseconds."""


class DeviceSource(OpenCvSource):
    """A V4L2 device. See DeviceSettings for the arguments; a JPEG larger than is needed is decoded at a reduced
    scale.

    Which mode and what controls it gets is decided in device_setup; here is what OpenCV is asked in between, all
    by the one mode that was chosen.
    """

    freeze_timeout_s = FREEZE_TIMEOUT_S

    def __init__(
        self,
        camera: str,
        path: str,
        *,
        size: tuple[int, int] | None = None,
        fps: float | None = None,
        wanted_side: int = 0,
        pixel_format: Wanted = "auto",
        controls: Mapping[str, ControlValue] | None = None,
    ) -> None:
        super().__init__(camera)
        self.settings = DeviceSettings(path, size, fps, wanted_side, pixel_format, dict(controls or {}))
        self.mode: Mode | None = None
        self._clock: int | None = None

    def open(self) -> None:
        """Raises AbsentError when the device is not there, SourceError when it is busy, or one of its kinds."""
        check_device(Path(self.path))
        # Looked up anew: after a re-plug the number may be another.
        device = os.path.realpath(self.path)
        self.mode = mode = prepare(device, self.settings)
        if not self._start(device, cv2.CAP_V4L2, self._parameters(mode)):
            raise SourceError(f"{self.path}: the camera can't be started. {users_of(device)}")
        self._capture.set(cv2.CAP_PROP_CONVERT_RGB, float(mode.fourcc not in UNCOMPRESSED + COMPRESSED))
        self._check_mode(mode)

    def skip(self, timeout_s: float) -> bool:
        """Take the next frame without decoding it. Raises SourceError when the device has gone."""
        if self._capture is None:
            raise SourceError(f"{self.path}: is not open.")
        if not self._is_ready(timeout_s):
            raise NoFrameInTimeError(f"{self.path}: no frame for {timeout_s:g} s.")
        if not super().skip(timeout_s):
            return False
        self._clock = int(self._position_ms() * 1e6) or None
        return True

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame, BGR; `captured_at_ns` is the driver's timestamp. Errors as in FrameSource.read."""
        frame = super().read(timeout_s)
        if frame is None or self._clock is None:
            return frame
        age_s = (time.monotonic_ns() - self._clock) / 1e9
        if not EARLIEST_S < age_s < OLDEST_S:
            return frame
        return replace(frame, captured_at_ns=self._clock, captured_at=time.time() - age_s)

    @property
    def clock(self) -> int | None:
        """The driver's timestamp in nanoseconds."""
        return self._clock

    @property
    def frame_interval_s(self) -> float | None:
        """By the frame rate that the driver states."""
        fps = 0.0 if self._capture is None else float(self._capture.get(cv2.CAP_PROP_FPS))
        return 1 / fps if 0.01 < fps < 1000 else None

    def adopt(self, other: FrameSource) -> bool:
        """Take over controls while the device runs; False where more has changed."""
        if not isinstance(other, DeviceSource):
            return False
        mine, others = self.settings, other.settings
        if mine.without_controls() != others.without_controls():
            return False
        if self._capture is not None:
            # One that is just going away gets them when it is opened again.
            with suppress(OSError), v4l2.opened(os.path.realpath(self.path)) as descriptor:
                set_controls(descriptor, others, dropped=set(mine.controls) - set(others.controls))
        self.settings = others
        return True

    @property
    def path(self) -> str:
        """The device's path, as in the config."""
        return self.settings.path

    def describe(self) -> str:
        """The device's path."""
        return self.path

    # --- opening ---------------------------------------------------------------------------------------

    def _parameters(self, mode: Mode) -> list[int]:
        known = mode.fourcc in UNCOMPRESSED + COMPRESSED
        wanted = [cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*mode.fourcc.ljust(4))] if known else []
        wanted += [cv2.CAP_PROP_FRAME_WIDTH, mode.width, cv2.CAP_PROP_FRAME_HEIGHT, mode.height]
        if self.settings.fps is not None:
            # OpenCV rounds to whole frames per second; less than one of them is not to be had.
            wanted += [cv2.CAP_PROP_FPS, max(1, round(nearest_rate(mode, self.settings.fps)))]
        return wanted

    def _check_mode(self, mode: Mode) -> None:
        """OpenCV answers yes to everything, and takes what the device gives."""
        got = tuple(int(self._capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        if got != (mode.width, mode.height):
            raise SourceError(
                f"{self.path}: expected {mode.width}x{mode.height}, as the camera lists it, it gives "
                f"{got[0]}x{got[1]}. Try again, or another size."
            )

    # --- frames ----------------------------------------------------------------------------------------

    def _is_ready(self, timeout_s: float) -> bool:
        """True where a frame comes in time. OpenCV's own wait is ten seconds."""
        if not hasattr(cv2.VideoCapture, "waitAny"):  # Debian's of Bookworm
            return True
        try:
            ready, _ = cv2.VideoCapture.waitAny([self._capture], max(1_000_000, int(timeout_s * 1e9)))
        except cv2.error as error:
            raise self._gone() from error
        return bool(ready)

    def _no_frame(self) -> bool:
        raise self._gone()

    def _gone(self) -> SourceError:
        if not Path(self.path).exists():
            return AbsentError(f"{self.path}: the camera has gone. Check its cable and power.")
        return SourceError(f"{self.path}: the camera delivers no frames. Check its cable and power.")

    def _frame(self, stored: Any) -> Frame:
        mode = self.mode
        assert mode is not None, "opened"
        if mode.fourcc in COMPRESSED:
            return self._from_jpeg(stored.tobytes())
        # Some versions of OpenCV give one row of bytes.
        if mode.fourcc in UNCOMPRESSED:
            return self._bgr(
                np.asarray(
                    cv2.cvtColor(stored.reshape(mode.height, mode.width, 2), cv2.COLOR_YUV2BGR_YUYV), np.uint8
                )
            )
        return self._bgr(stored.reshape(mode.height, mode.width, 3))

    def _from_jpeg(self, data: bytes) -> Frame:
        """Decoded no larger than the views need it; for people it can be had in full."""
        try:
            image = decode_image(data, self.path, self.settings.wanted_side)
        except ImageError as error:
            raise NoFrameInTimeError(f"{self.path}: a broken picture: {error}") from error
        frame = self._bgr(image.pixels)
        if image.full_width == frame.width:
            return frame

        def main() -> Frame:
            pixels = decode_image(data, self.path).pixels
            return Frame(pixels, PixelFormat.BGR, pixels.shape[1], pixels.shape[0], self.camera, 0, 0, 0.0)

        return replace(frame, main=main)
