"""What the tests of videos, streams and devices share."""

from pathlib import Path

import cv2
import numpy as np

from edgeclassify.errors import SourceError
from edgeclassify.sources.support.native_log import silence_opencv
from edgeclassify.sources.video.file import VideoFileSource


def write_video(path: Path, count: int, size: tuple[int, int] = (64, 48)) -> Path:
    """A Motion JPEG file whose frame n has the brightness 20 * n."""
    silence_opencv()  # FFmpeg's log level is set once, by whoever uses it first
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, size)
    assert writer.isOpened()
    for number in range(count):
        writer.write(np.full((size[1], size[0], 3), 20 * number, np.uint8))
    writer.release()
    return path


def open_and_read(source: VideoFileSource, count: int) -> None:
    source.open()
    for _ in range(count):
        source.read(1)


def one_message(error: SourceError, *parts: Path | str) -> bool:
    text = str(error)
    assert "\n" not in text
    for part in parts:
        assert str(part) in text
    return True
