"""Writes a recording: compressed, and so that everything up to the last flush is read after a power cut."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.recording.format.lines import header_line, record_line
from edgeclassify.recording.interface import Closed, Header, Record

FLUSH_S = 3.0
"""So much is lost at most where the power is cut."""
_GZIP = 31
"""zlib's word for gzip with the largest window."""


class RecordingWriter:
    """Used by one thread. `clock`: monotonic seconds, given with each record. Everything raises OSError."""

    def __init__(self, path: Path, header: Header, clock: Callable[[], float]) -> None:
        """Makes the file, which must not be there yet; it is for its user and group alone."""
        self.path = path
        self.bytes = 0
        """Written so far; what is not flushed yet is not counted."""
        self.just_flushed = False
        """True where the last call has brought something to disk."""
        self._clock = clock
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._compressor = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        self._waiting = bytearray()
        self._put(header_line(header))
        self._next_flush = clock() + FLUSH_S
        self._flush(zlib.Z_SYNC_FLUSH)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, record: Record) -> None:
        """Add a record; it is on disk within FLUSH_S where `flush_due` is called often enough."""
        self._put(record_line(record))
        self.flush_due()

    def flush_due(self) -> None:
        """Bring to disk what waits, where it is time."""
        self.just_flushed = self._clock() >= self._next_flush
        if self.just_flushed:
            self._next_flush = self._clock() + FLUSH_S
            self._flush(zlib.Z_SYNC_FLUSH)

    def close(self, reason: str) -> None:
        """Nothing more comes: say why, and end the file as a whole one."""
        self._put(record_line(Closed(reason)))
        self._flush(zlib.Z_FINISH)
        self._file.close()

    def _put(self, line: bytes) -> None:
        self._waiting += self._compressor.compress(line)

    def _flush(self, how: int) -> None:
        self._waiting += self._compressor.flush(how)
        while self._waiting:
            done = self._file.write(self._waiting) or 0
            self.bytes += done
            del self._waiting[:done]
        os.fsync(self._file.fileno())
