"""Keeps the runtimes' native chatter ("INFO: Created TensorFlow Lite XNNPACK delegate for CPU.") off stderr.

It is written by C++ straight to file descriptor 2, where Python's logging can't reach it. While a model is
loaded the descriptor points at memory; afterwards it points where it did, and what was not chatter is
written there after all, so that nothing another thread said meanwhile is lost.
"""

import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)

_STDERR = 2
_CHATTER = re.compile(rb"(?:INFO|WARNING|ERROR|VERBOSE): |[IWE]\d{4} \d\d:\d\d:\d\d")
_lock = threading.RLock()


@contextmanager
def quiet_native_stderr() -> Iterator[None]:
    """Within the block the runtimes' lines on stderr go to the debug log. Process-wide: for loading only."""
    with _lock:
        try:
            saved = os.dup(_STDERR)
        except OSError:  # a daemon without stderr: nothing to keep quiet
            yield
            return
        store = _memory_file()
        try:
            _flush_python_stderr()
            os.dup2(store, _STDERR)
            try:
                yield
            finally:
                _flush_python_stderr()
                os.dup2(saved, _STDERR)
                _replay(store)
        finally:
            os.close(store)
            os.close(saved)


def _memory_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("native-stderr", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _flush_python_stderr() -> None:
    if sys.stderr is not None and not sys.stderr.closed:
        sys.stderr.flush()


def _replay(store: int) -> None:
    """Pass on what other threads wrote; the runtimes' own lines go to the debug log."""
    os.lseek(store, 0, os.SEEK_SET)
    with os.fdopen(os.dup(store), "rb") as file:
        for line in file:
            if _CHATTER.match(line):
                logger.debug("%s", line.decode(errors="replace").rstrip())
            else:
                os.write(_STDERR, line)
