"""Reads a recording, one record after the other, up to its end or to where it is cut off or damaged."""

import errno
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from edgeclassify.errors import RecordingError
from edgeclassify.files import open_plain_file, printable
from edgeclassify.recording.format.lines import (
    UNREADABLE,
    VERSION,
    OtherVersionError,
    read_header,
    read_record,
)
from edgeclassify.recording.interface import Closed, Header, Input, Record

_GZIP = 31
_CHUNK = 1 << 16
MOST_LINE = 64_000_000
"""Bytes of one line; a file that has more is damaged."""


class RecordingReader:
    """Raises RecordingError where there is no recording, or one of another version.

    `header` is read at once, records as they are asked for. What can't be read any more ends them; `fault` then
    says what was found, and is None for a recording that is whole.
    """

    def __init__(self, path: Path) -> None:
        self._name = printable(path)
        self.fault: str | None = None
        self.inputs = 0
        """Read so far."""
        self.closed: str | None = None
        """Why the recording ended, where it did so as it should and has been read to its end."""
        self._lines = self._lines_of(_opened(path, self._name))
        self.header = self._read_header()

    def records(self) -> Iterator[Record]:
        """All of them, once."""
        for line in self._lines:
            try:
                record = read_record(line)
            except UNREADABLE:
                self.fault = f"damaged after {self.inputs} inputs: what follows is not read"
                return
            if isinstance(record, Closed):
                self.closed = record.reason
                return
            self.inputs += isinstance(record, Input)
            yield record
        self.fault = self.fault or (
            f"cut off after {self.inputs} inputs (a power cut, a full disk, or it is still being written): "
            "everything before is read"
        )

    def _read_header(self) -> Header:
        first = next(self._lines, b"")
        try:
            return read_header(first)
        except OtherVersionError as error:
            raise RecordingError(
                f"{self._name}: expected a recording of format {VERSION}, found format {error}. Read it with the "
                "edgeclassify that wrote it, or record anew."
            ) from error
        except UNREADABLE as error:
            raise RecordingError(
                f"{self._name}: expected a recording, found something else, or nothing. `edgeclassify record` "
                "writes one; a .npz with score streams (t0, s0, …) is read, too."
            ) from error

    def _lines_of(self, file: BinaryIO) -> Iterator[bytes]:
        """Whole lines; a last one that is cut is left out."""
        decompressor, rest = zlib.decompressobj(_GZIP), b""
        with file:
            while not decompressor.eof and (chunk := file.read(_CHUNK)):
                before = decompressor.copy()
                try:
                    rest += decompressor.decompress(chunk)
                    sound = True
                except zlib.error:
                    rest += _up_to_the_damage(before, chunk)
                    sound = False
                *lines, rest = rest.split(b"\n")
                yield from lines
                if not sound or len(rest) > MOST_LINE:
                    self.fault = f"damaged after {self.inputs} inputs: what follows is not read"
                    return


def _up_to_the_damage(decompressor: "zlib._Decompress", chunk: bytes) -> bytes:
    whole = bytearray()
    try:
        for i in range(len(chunk)):
            whole += decompressor.decompress(chunk[i : i + 1])
    except zlib.error:
        pass
    return bytes(whole)


def _opened(path: Path, name: str) -> BinaryIO:
    try:
        return open_plain_file(path)
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise RecordingError(f"{name}: expected a recording, found nothing there. Check the name.") from error
        raise RecordingError(
            f"{name}: expected a recording that can be read: {error.strerror or error}."
        ) from error
