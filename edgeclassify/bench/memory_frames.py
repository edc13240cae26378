"""Frames that lie in memory: a camera that always has another one, which costs nothing."""

import time
from collections.abc import Sequence
from itertools import count
from types import TracebackType

import cv2
import numpy as np

from edgeclassify.demo import demo_photos
from edgeclassify.pipeline.interface import Frames, Lease
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.types import Frame, Outcome, PixelFormat, Pixels

WIDTH, HEIGHT = 640, 480
FRAME_RATE = 10
"""Frames per second on the scene's own time line."""
FRAMES_OF_A_SCENE = 150
"""So many show the same, then something else comes."""
SOURCE = f"{WIDTH}x{HEIGHT} YUV420 frames in memory"


class MemoryLease(Lease):
    """A frame that nobody wants back."""

    __slots__ = ("_frame",)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    @property
    def frame(self) -> Frame:
        """The frame."""
        return self._frame

    @property
    def waited(self) -> bool:
        """It always is there."""
        return True

    def settle(self, outcome: Outcome) -> None:
        """There is nothing to be told."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None


class MemoryFrames(Frames):
    """The pictures in turns, each for some seconds of the scene's time, however fast they are taken.

    So decisions have as much to do on a slow machine as on a fast one: what is in a view changes every
    FRAMES_OF_A_SCENE frames. `pictures`: YUV420 (I420) of 640x480.
    """

    def __init__(self, camera: str, pictures: Sequence[Pixels]) -> None:
        self._camera, self._pictures = camera, pictures
        self._numbers = count()
        self._begun_ns = time.monotonic_ns()

    def take(self, timeout_s: float) -> Lease | None:
        """There always is one."""
        number = next(self._numbers)
        return MemoryLease(
            Frame(
                pixels=self._pictures[number // FRAMES_OF_A_SCENE % len(self._pictures)],
                pixel_format=PixelFormat.YUV420,
                width=WIDTH,
                height=HEIGHT,
                camera=self._camera,
                sequence=number,
                captured_at_ns=time.monotonic_ns(),
                captured_at=time.time(),
                scene_ns=self._begun_ns + number * 1_000_000_000 // FRAME_RATE,
            )
        )


def bundled_pictures() -> list[Pixels]:
    """The bundled photos as YUV420, uint8 (720, 640): what a camera's frames would be."""
    with demo_photos() as folder:
        frames = [load_frame(path) for path in sorted(folder.glob("*.jpg"))]
    return [_as_camera_frame(frame.pixels) for frame in frames]


def _as_camera_frame(pixels: Pixels) -> Pixels:
    """The middle of a photo in the camera's shape and format."""
    height, width = pixels.shape[:2]
    scale = max(WIDTH / width, HEIGHT / height)
    size = max(WIDTH, round(width * scale)), max(HEIGHT, round(height * scale))
    scaled = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    top, left = (size[1] - HEIGHT) // 2, (size[0] - WIDTH) // 2
    cut = np.ascontiguousarray(scaled[top : top + HEIGHT, left : left + WIDTH])
    return np.asarray(cv2.cvtColor(cut, cv2.COLOR_BGR2YUV_I420), np.uint8)
