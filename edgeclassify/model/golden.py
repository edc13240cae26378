"""The golden picture of a model's self-test, as a frame."""

import time
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.types import Frame, PixelFormat


def read_golden_image(path: Path) -> Frame:
    """Decode a picture (BGR, EXIF orientation applied). Raises ModelMissingError or ModelError."""
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except FileNotFoundError as error:
        raise ModelMissingError(f"{path}: expected the golden picture, found nothing there.") from error
    except OSError as error:
        raise ModelError(f"{path}: the golden picture can't be read: {error.strerror}.") from error
    pixels = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
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
