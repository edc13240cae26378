"""Keeps OpenCV and the libraries inside it (libjpeg, libpng, libtiff, FFmpeg) from talking on standard error."""

import os
import re
from contextlib import AbstractContextManager

import cv2

from edgeclassify.native_stderr import captured_stderr

_CHATTER = re.compile(
    rb"\s*$|Corrupt JPEG|Premature end of JPEG|Unsupported marker|Invalid SOS|Invalid JPEG|Bogus |Inconsistent"
    rb"|libpng |TIFF|\[ ?(WARN|ERROR|INFO|FATAL): ?\d|\[\w+ @ 0x|VIDEOIO|OpenCV|imdecode_"
)


def quiet_opencv() -> None:
    """Silence OpenCV's log and that of the FFmpeg inside it, for the whole process (unless the environment
    variables OPENCV_LOG_LEVEL and OPENCV_FFMPEG_LOGLEVEL ask for them)."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" in os.environ:
        return
    if hasattr(cv2, "setLogLevel"):  # until 4.11
        cv2.setLogLevel(0)
    elif hasattr(cv2, "utils") and hasattr(cv2.utils, "logging"):
        cv2.utils.logging.setLogLevel(0)


def captured_chatter() -> AbstractContextManager[list[str]]:
    """Collects the libraries' lines inside the block (see captured_stderr): libjpeg knows no log level."""
    return captured_stderr(_CHATTER)
