"""Keeps what native libraries write to file descriptor 2, past Python, out of the log.

The descriptor belongs to the whole process, so it is led elsewhere once, at the start: into a pipe that a thread
reads. Python's own standard error (messages, the log, stacks of a crash) goes on by a handle of its own. So nobody
has to lead anything anywhere while he decodes, and a crash in native code leaves its stacks where the log goes.
"""

import faulthandler
import fcntl
import io
import logging
import os
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from edgeclassify.late_pattern import late_pattern

logger = logging.getLogger(__name__)

_STDERR = 2
_PIPE_BYTES = 1 << 20
_LONGEST_LINE = 1 << 16
_END_S = 1.0

KNOWN_LINES = late_pattern(
    # LiteRT and tflite-runtime
    rb"(?:INFO|WARNING|ERROR|VERBOSE): |[IWE]\d{4} \d\d:\d\d:\d\d|WARNING: All log messages before absl"
    # libjpeg, libpng, libtiff, OpenCV, FFmpeg
    rb"|\s*$|Corrupt JPEG|Premature end of JPEG|Unsupported marker|Invalid SOS|Invalid JPEG|Bogus |Inconsistent"
    rb"|Warning: unknown JFIF revision|Unknown Adobe color|Application transferred too few"
    rb"|libpng |TIFF|\[ ?(WARN|ERROR|INFO|FATAL): ?\d|\[\w+ @ 0x|VIDEOIO|OpenCV|imdecode_"
)
"""How lines begin that are known to say nothing new: what they tell of has a message of ours."""


@contextmanager
def diverted_native_stderr() -> Iterator[None]:
    """While entered, native lines that match KNOWN_LINES go to the debug log, all others to standard error.

    A native write never blocks: where a megabyte waits to be read, what comes after it is lost. `sys.stderr` keeps
    what it was led to, by another descriptor, and there go Python's stacks where native code crashes. Enter it
    once, before other threads run. Where there is no standard error, nothing is changed.
    """
    try:
        private = os.dup(_STDERR)
    except OSError:
        yield
        return
    before, own_crashes = sys.stderr, not faulthandler.is_enabled() or "PYTHONFAULTHANDLER" in os.environ
    sys.stderr = _on(private, before) or before
    if own_crashes:
        faulthandler.enable(private)
    reader = _Reader(private)
    try:
        yield
    finally:
        reader.end()
        if own_crashes:
            faulthandler.enable(_STDERR)
        # Log handlers may go on with the stream, to the end of the process.
        if sys.stderr is before:
            os.close(private)
        sys.stderr = before


def _on(descriptor: int, stream: TextIO | None) -> io.TextIOWrapper | None:
    """A stream like `stream` on another descriptor; None where `stream` does not write to descriptor 2."""
    if not isinstance(stream, io.TextIOWrapper) or stream.closed:
        return None
    with suppress(OSError, ValueError):
        if stream.fileno() == _STDERR:
            stream.flush()
            raw = open(descriptor, "wb", buffering=0, closefd=False)  # noqa: SIM115
            return io.TextIOWrapper(raw, stream.encoding, stream.errors, line_buffering=True, write_through=True)
    return None


class _Reader:
    """Leads descriptor 2 into a pipe, and reads it in a thread until `end()`."""

    def __init__(self, private: int) -> None:
        self._private = private
        self._last_line = uuid.uuid4().hex.encode()
        self._pipe, writing = os.pipe()
        with suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        # Native code may hold Python's lock while it writes, and our thread needs that lock: it must not wait.
        os.set_blocking(writing, False)
        os.dup2(writing, _STDERR)
        os.close(writing)
        self._thread = threading.Thread(target=self._read, name="native-stderr", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Lead descriptor 2 back to where it led before, after what has been written so far."""
        # A line rather than the pipe's end: a child process may hold the pipe for longer.
        with suppress(OSError):
            os.write(_STDERR, b"\n" + self._last_line + b"\n")
        os.dup2(self._private, _STDERR)
        self._thread.join(_END_S)

    def _read(self) -> None:
        rest = b""
        with os.fdopen(self._pipe, "rb", buffering=0) as pipe:
            while data := pipe.read(_LONGEST_LINE):
                *lines, rest = (rest + data).split(b"\n")
                if len(rest) > _LONGEST_LINE:
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    if line == self._last_line:
                        return
                    self._pass_on(line)
            if rest:
                self._pass_on(rest)

    def _pass_on(self, line: bytes) -> None:
        if KNOWN_LINES.match(line):
            if line.strip():
                logger.debug("%s", line.decode(errors="replace").strip())
            return
        with suppress(OSError):
            os.write(self._private, line + b"\n")
