"""Frames as views are shown them while a recording is written."""

import numpy as np

from edgeclassify.types import Frame, PixelFormat
from tests.recording.inputs import START


def shown(seconds: float, camera: str = "front", *, level: int = 90, scene_s: float | None = None) -> Frame:
    """A grey frame of 64x48 that was captured `seconds` after the start of the recording."""
    pixels = np.full((48, 64, 3), level, np.uint8)
    ns = round(seconds * 1e9)
    scene_ns = None if scene_s is None else round(scene_s * 1e9)
    return Frame(pixels, PixelFormat.BGR, 64, 48, camera, 0, ns, START + seconds, scene_ns=scene_ns)
