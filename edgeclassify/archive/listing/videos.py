"""Which frames of a video are looked at."""

import math
from pathlib import Path

from edgeclassify.errors import ImageError
from edgeclassify.files import open_plain_file, printable

_SLOWEST, _FASTEST = 0.01, 1000.0


def frames_of(path: str, apart_s: float) -> range:
    """Numbers of the frames, from 0, so many seconds apart. Raises ImageError for what is no video."""
    try:
        open_plain_file(Path(path)).close()  # FFmpeg would wait for a pipe's writer, for ever
    except OSError as error:
        raise ImageError(
            f"{printable(path)}: expected a video, can't be read: {error.strerror}. Check it."
        ) from error
    import cv2

    from edgeclassify.sources.support.native_log import silence_opencv

    silence_opencv()
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    try:
        count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
        per_second = float(capture.get(cv2.CAP_PROP_FPS)) if capture.isOpened() else 0.0
        if capture.isOpened() and not 0 < count < 1 << 40:  # a stream that was cut off: nothing is said of it
            count = 0
            while capture.grab():
                count += 1
    finally:
        capture.release()
    if count < 1:
        raise ImageError(
            f"{printable(path)}: expected a video (MP4, MKV, AVI, …), found none that can be read. Copy it again."
        )
    known = math.isfinite(per_second) and _SLOWEST < per_second < _FASTEST
    return range(0, count, max(1, round(apart_s * per_second)) if known else 1)
