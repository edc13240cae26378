"""The golden image of a model's self-test, as a frame."""

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.files import read_plain_file
from edgeclassify.types import Frame, PixelFormat

_MOST_BYTES = 48 << 20


def read_golden_image(path: Path) -> Frame:
    """Decode an image (BGR, EXIF orientation applied). Raises ModelMissingError or ModelError."""
    try:
        content = np.frombuffer(read_plain_file(path, _MOST_BYTES), np.uint8)
    except FileNotFoundError as error:
        raise ModelMissingError(f"{path}: expected the golden picture, found nothing there.") from error
    except OSError as error:
        raise ModelError(f"{path}: the golden picture can't be read: {error.strerror}.") from error
    pixels = _decoded(content) if 0 < content.size <= _MOST_BYTES else None
    if pixels is None:
        raise ModelError(f"{path}: expected the golden picture, found no picture that can be decoded.")
    return Frame(
        pixels=np.asarray(pixels, np.uint8),
        pixel_format=PixelFormat.BGR,
        width=pixels.shape[1],
        height=pixels.shape[0],
        camera="golden",
        sequence=0,
        captured_at_ns=time.monotonic_ns(),
        captured_at=time.time(),
        origin=str(path),
    )


def _decoded(content: NDArray[np.uint8]) -> NDArray[Any] | None:
    try:
        pixels: NDArray[Any] | None = cv2.imdecode(content, cv2.IMREAD_COLOR)
    except cv2.error:  # its header claims more pixels than OpenCV takes
        return None
    return pixels
