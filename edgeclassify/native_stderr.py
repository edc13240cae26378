"""Keeps what native libraries write to file descriptor 2, past Python, off standard error.

The descriptor belongs to the whole process, so there is one lock for all who redirect it: two redirections that
overlap would leave it pointing at the memory of the other, and the log would be lost for good.
"""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STDERR = 2
_lock = threading.RLock()


@contextmanager
def captured_stderr(chatter: re.Pattern[bytes]) -> Iterator[list[str]]:
    """Collect the lines written to standard error inside the block that begin as `chatter` says.

    The list is filled when the block ends. All other lines (another thread's log, say) are written to standard
    error then, so nothing is lost; they come late, so keep the block short: one decode, one load, never a wait
    for a device. Where there is no standard error, nothing is captured.
    """
    lines: list[str] = []
    with _lock:
        try:
            saved = os.dup(_STDERR)
        except OSError:
            yield lines
            return
        memory = _memory_file()
        try:
            _flush_python()
            os.dup2(memory, _STDERR)
            try:
                yield lines
            finally:
                _flush_python()
                os.dup2(saved, _STDERR)
                _sort(memory, chatter, lines)
        finally:
            os.close(memory)
            os.close(saved)


def _memory_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("native-stderr", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _flush_python() -> None:
    if sys.stderr is not None and not sys.stderr.closed:
        sys.stderr.flush()


def _sort(memory: int, chatter: re.Pattern[bytes], lines: list[str]) -> None:
    size = os.lseek(memory, 0, os.SEEK_END)
    if size == 0:
        return
    for line in os.pread(memory, size, 0).splitlines(keepends=True):
        if chatter.match(line):
            lines.append(line.decode(errors="replace").strip())
        else:
            with suppress(OSError):
                os.write(_STDERR, line)
