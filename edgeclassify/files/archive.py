"""Zip files from strangers: nothing is unpacked by their names, and nothing is larger than its reader allows."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from edgeclassify.files.plain import open_plain_file, printable

_END = struct.Struct("<4s4H2LH")
_END_MARK, _LARGE_MARK, _LARGE_BYTES = b"PK\5\6", b"PK\6\7", 20
_LONGEST_COMMENT = (1 << 16) - 1
_ENTRY_BYTES = 512
"""Of the directory, for an entry; its name takes most of it."""
_ENCRYPTED = 1
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, IndexError, OverflowError,
    NotImplementedError, RuntimeError, OSError,
)  # fmt: skip
"""What zipfile and zlib raise for a file that is none, or a broken one."""


class ArchiveError(ValueError):
    """What was found in place of a zip file of the kind that is wanted, in a few words."""


class Archive:
    """A zip file that is open. `names`: of the files in it, as they stand there: trust none of them.

    `bytes`: of all of them together, unpacked: of none more is read than it says.
    """

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self._entries = {one.filename: one for one in zipped.infolist() if not one.filename.endswith("/")}
        self.names = tuple(self._entries)
        self.bytes = sum(one.file_size for one in self._entries.values())

    def read(self, name: str, most_bytes: int) -> bytes:
        """The content of a file. Raises ArchiveError where that is larger, damaged, or can't be read."""
        entry = self._entries[name]
        shown = printable(name[:80])
        if entry.flag_bits & _ENCRYPTED:
            raise ArchiveError(f"{shown} behind a password")
        if entry.compress_type not in _KINDS:
            raise ArchiveError(f"{shown} compressed in an unusual way")
        if entry.file_size > most_bytes:
            raise ArchiveError(f"{shown} of {entry.file_size} bytes, where {most_bytes} are the most")
        try:
            with self._zipped.open(entry) as file:
                content = file.read(most_bytes + 1)
        except _DAMAGES as error:
            raise ArchiveError(f"{shown}, which is damaged ({error})") from error
        if len(content) != entry.file_size:
            raise ArchiveError(f"{shown} of another size than is written beside it")
        return content


@contextmanager
def open_archive(path: Path, most_entries: int) -> Iterator[Archive]:
    """A zip file of so many files at most. Raises ArchiveError for what is none, OSError as open_plain_file()."""
    with open_plain_file(path) as file:
        _check_directory(file, most_entries * _ENTRY_BYTES)
        try:
            zipped = zipfile.ZipFile(file)
        except _DAMAGES as error:
            raise ArchiveError(f"a damaged zip file ({error})") from error
        with zipped:
            names = [one.filename for one in zipped.infolist()]
            if len(names) > most_entries:
                raise ArchiveError(f"a zip file of {len(names)} files, where {most_entries} are the most")
            if "" in names:  # Python 3.11 stumbles over it
                raise ArchiveError("a damaged zip file (a file without a name)")
            if len(set(names)) < len(names):
                raise ArchiveError("a zip file with two files of one name")
            yield Archive(zipped)


def _check_directory(file: BinaryIO, most_bytes: int) -> None:
    """zipfile takes in the whole directory, with an object for each entry: its size is looked at before."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - _LONGEST_COMMENT - _LARGE_BYTES)
    file.seek(start)
    tail = file.read()
    at = len(tail) - _END.size
    # In this order zipfile itself looks for it.
    if at < 0 or not (tail[at:].startswith(_END_MARK) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveError("no zip file, or one whose end is missing")
    directory_bytes = _END.unpack_from(tail, at)[5]
    is_large = at >= _LARGE_BYTES and tail[at - _LARGE_BYTES :].startswith(_LARGE_MARK)
    if is_large or directory_bytes > most_bytes:
        raise ArchiveError("a zip file of too many files")
