"""picamera2 and libcamera as far as the source asks them, with what was asked in order."""

from collections import deque
from contextlib import AbstractContextManager
from types import ModuleType, TracebackType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

SENSOR = (640, 360)


class Job:
    """A capture that was asked for."""


class Request:
    """A completed request; its buffers are those of `main` and `lores`."""

    def __init__(self, calls: list[Any], metadata: dict[str, Any], sizes: dict[str, int]) -> None:
        self._calls, self._metadata = calls, metadata
        self.buffers = {name: np.full(size, i, np.uint8) for i, (name, size) in enumerate(sizes.items())}

    def get_metadata(self) -> dict[str, Any]:
        return self._metadata

    def make_buffer(self, stream: str) -> NDArray[np.uint8]:
        return self.buffers[stream].copy()

    def release(self) -> None:
        self._calls.append("release")


class MappedArray:
    """An array on the buffer between enter and exit."""

    def __init__(self, request: Request, stream: str, reshape: bool = True, write: bool = True) -> None:
        self._request, self._stream = request, stream
        self.array: NDArray[np.uint8] | None = None

    def __enter__(self) -> Self:
        self.array = self._request.buffers[self._stream]
        return self

    def __exit__(self, *_: object) -> None:
        self.array = None


class Lock(AbstractContextManager["Lock"]):
    """Says when it is taken."""

    def __init__(self, calls: list[Any]) -> None:
        self._calls = calls

    def __enter__(self) -> Self:
        self._calls.append("locked")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.append("unlocked")


class FakePicamera2:
    """One camera; `arriving`: metadata of the frames that come, None for a wait in vain."""

    made: ClassVar[list["FakePicamera2"]] = []

    def __init__(self, number: int) -> None:
        self.calls: list[Any] = []
        self.arriving: deque[dict[str, Any] | Exception | None] = deque()
        self.refused: Exception | None = None
        self.sensor_resolution = SENSOR
        self.camera_properties: dict[str, Any] = {}
        self.camera_controls = {
            "FrameDurationLimits": (5000, 1_000_000, None),
            "AnalogueGain": (1.0, 16.0, 1.0),
            "Brightness": (-1.0, 1.0, 0.0),
        }
        self.request_lock = Lock(self.calls)
        self.started = False
        self.frames = 0
        self._configured: dict[str, Any] = {}
        FakePicamera2.made.append(self)

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        return [{"Model": "imx708", "Id": "/base/i2c@1a"}]

    def create_video_configuration(self, **wanted: Any) -> dict[str, Any]:
        return wanted

    def configure(self, wanted: dict[str, Any]) -> None:
        self.calls.append("configure")
        for name in ("main", "lores"):
            stream = wanted[name]
            self._configured[name] = {**stream, "stride": stream["size"][0]}
        self._configured["controls"] = {"FrameDurationLimits": (33_333, 33_333)}

    def camera_configuration(self) -> dict[str, Any]:
        return self._configured

    def set_controls(self, controls: dict[str, Any]) -> None:
        if self.refused is not None:
            raise self.refused
        self.calls.append(("set_controls", dict(controls)))

    def start(self) -> None:
        self.calls.append("start")
        self.started = True

    def stop(self) -> None:
        self.calls.append("stop")
        self.started = False

    def close(self) -> None:
        self.calls.append("close")

    def capture_request(self, *, wait: bool) -> Job:
        assert not wait
        self.calls.append("capture")
        return Job()

    def wait(self, job: Job, timeout: float | None = None) -> Request:
        self.calls.append("wait")
        metadata = self.arriving.popleft()
        if isinstance(metadata, Exception):
            raise metadata
        if metadata is None:
            raise TimeoutError
        return Request(self.calls, metadata, {name: self._size(name) for name in ("main", "lores")})

    def cancel_all_and_flush(self) -> None:
        self.calls.append("cancel")

    def _size(self, stream: str) -> int:
        width, height = self._configured[stream]["size"]
        return int(width * height * 3 // 2)


def modules() -> dict[str, ModuleType]:
    """What stands in for the two in sys.modules."""
    picamera2: Any = ModuleType("picamera2")
    picamera2.Picamera2, picamera2.MappedArray = FakePicamera2, MappedArray
    libcamera: Any = ModuleType("libcamera")
    libcamera.ColorSpace = type("ColorSpace", (), {"Smpte170m": staticmethod(object)})
    libcamera.Transform = dict
    libcamera.controls = object()
    return {"picamera2": picamera2, "libcamera": libcamera}
