"""Keeps OpenCV and the FFmpeg inside it from talking on standard error.

libjpeg, libpng and libtiff know no log level: for what they say there see edgeclassify.native_stderr.
"""

import os

import cv2


def silence_opencv() -> None:
    """Silence OpenCV's log and that of the FFmpeg inside it, for the whole process (unless the environment
    variables OPENCV_LOG_LEVEL and OPENCV_FFMPEG_LOGLEVEL ask for them)."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" in os.environ:
        return
    if hasattr(cv2, "setLogLevel"):  # until 4.11
        cv2.setLogLevel(0)
    elif hasattr(cv2, "utils") and hasattr(cv2.utils, "logging"):
        cv2.utils.logging.setLogLevel(0)
