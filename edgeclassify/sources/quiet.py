"""Keeps the native libraries (OpenCV, libjpeg, libpng, FFmpeg) from talking on standard error.

What they have to say goes into our one message, or nowhere. They write to file descriptor 2 itself, past
Python, so it is pointed elsewhere while they work.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import cv2

_lock = threading.Lock()
_NATIVE_LINE = re.compile(
    r"Corrupt JPEG|Premature end of JPEG|Unsupported marker|Invalid SOS|Bogus |libpng |TIFF"
    r"|\[ ?(WARN|ERROR|INFO|FATAL): ?\d|\[\w+ @ 0x|VIDEOIO|OpenCV"
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


class Chatter:
    """Lines that native libraries wrote while captured."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def has(self, text: str) -> bool:
        """True when one of the lines holds `text`."""
        return any(text in line for line in self.lines)


@contextmanager
def captured_chatter() -> Iterator[Chatter]:
    """Collect what native libraries write to standard error inside the block.

    The descriptor belongs to the whole process: lines of other threads (the log) that fall into the block are
    recognised by not being a library's, and written when it ends. So keep the block short: one decode, never
    a wait for a device. Where there is no standard error, or no memory file, nothing is captured.
    """
    chatter = Chatter()
    with _lock:
        try:
            saved = os.dup(2)
        except OSError:
            saved = -1
        if saved < 0:
            yield chatter
            return
        memory = os.memfd_create("stderr")
        os.dup2(memory, 2)
        try:
            yield chatter
        finally:
            os.dup2(saved, 2)
            _sort(os.pread(memory, 1 << 20, 0), chatter, saved)
            os.close(memory)
            os.close(saved)


def _sort(written: bytes, chatter: Chatter, stderr: int) -> None:
    """A library's lines to `chatter`, all others to the real standard error."""
    for line in written.splitlines(keepends=True):
        text = line.decode(errors="replace").strip()
        if not text or _NATIVE_LINE.match(text):
            chatter.lines.append(text)
        else:
            with suppress(OSError):
                os.write(stderr, line)
