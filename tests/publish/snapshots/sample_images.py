"""Captions, frames and JPEG files for the snapshot tests."""

import json
import struct
from typing import Any

import cv2
import numpy as np

from edgeclassify.pictures.caption import Caption
from edgeclassify.types import Frame, PixelFormat, Pixels
from tests.model.frames import frame_of
from tests.publish.records import T0, TOP


def caption(**changes: Any) -> Caption:
    values: dict[str, Any] = {
        "view": "gate", "event_type": "start", "event_id": "id-7", "seq": 7, "label": "open", "score": 0.93456,
        "captured_at": T0, "top": TOP, "model": "mobilenet_v2",
    }  # fmt: skip
    return Caption(**(values | changes))


def noise(width: int, height: int) -> Frame:
    """What JPEG can compress least."""
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return frame_of(pixels, PixelFormat.BGR)


def flat(width: int, height: int, level: int = 200) -> Frame:
    return frame_of(np.full((height, width, 3), level, np.uint8), PixelFormat.BGR)


def decoded(jpeg: bytes) -> Pixels:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None, "no JPEG"
    return np.asarray(image, np.uint8)


def comment_of(jpeg: bytes) -> dict[str, Any]:
    """The COM segment, found as any reader finds it: from segment to segment."""
    at = 2
    while jpeg[at + 1] != 0xDA:
        assert jpeg[at] == 0xFF
        (length,) = struct.unpack(">H", jpeg[at + 2 : at + 4])
        if jpeg[at + 1] == 0xFE:
            found: dict[str, Any] = json.loads(jpeg[at + 4 : at + 2 + length])
            return found
        at += 2 + length
    raise AssertionError("no comment")
