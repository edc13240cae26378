"""Files attached behind a model as a zip: the way TFLite models carry their labels.

Zips in the zip are unpacked too, and of several zips behind one another each: every tool that adds its own file
leaves what was there.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from edgeclassify.errors import ModelError
from edgeclassify.model.tflite.file_kinds import FETCH_AGAIN

_SIGNATURE = b"PK\x03\x04"
_END = b"PK\x05\x06"
_DIRECTORY = b"PK\x01\x02"
_END_RECORD = struct.Struct("<12xIIH")
_END_BYTES = _END_RECORD.size + (1 << 16)
"""The record at a zip's end, with the longest comment."""

_PADDING_BYTES = 64
"""Between the model's last table and the zip there is at most some alignment."""

# What zipfile raises on damaged, encrypted or exotic archives.
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)

MAX_FILES = 64
MAX_BYTES = 16 << 20
MAX_DEPTH = 2


def attached_files(path: Path, tail: memoryview) -> Mapping[str, bytes]:
    """The files in the zips that `tail`, the bytes behind the model's tables, holds; none where it has no zip.

    A file of a zip in the zip is named "inner.zip/labels.txt". Raises ModelError, naming `path`, where the zip is
    damaged or holds more than labels could need.
    """
    start = _start(tail)
    if start < 0:
        return MappingProxyType({})
    if len(tail) - start > MAX_BYTES:
        raise _refused(path, f"{len(tail) - start} bytes")
    content = bytes(tail[start:])
    try:
        unpacking = _Unpacking(path)
        unpacking.add(content, "", 0)
        return MappingProxyType(unpacking.files)
    except _ZIP_FAULTS as error:
        is_cut = _END not in content[-_END_BYTES:]
        cause = f" A download or copy was probably cut off. {FETCH_AGAIN}" if is_cut else ""
        raise ModelError(
            f"{path}: expected a whole zip of files (labels) attached to the model, found a damaged one: "
            f"{error}.{cause}"
        ) from error


def _start(tail: memoryview) -> int:
    """Where the first zip begins; -1 where there is none."""
    start = bytes(tail[:_PADDING_BYTES]).find(_SIGNATURE)
    if start >= 0 or not _ends_as_zip(bytes(tail[-_END_BYTES:])):
        return start
    # A zip that was added behind something that no table of the model names.
    skipped = max(0, len(tail) - MAX_BYTES)
    start = bytes(tail[skipped:]).find(_SIGNATURE)
    return start if start < 0 else start + skipped


def _ends_as_zip(end: bytes) -> bool:
    """True where these last bytes hold a zip's end record, with its directory right before it."""
    at = end.rfind(_END)
    if at < 0 or len(end) - at < _END_RECORD.size:
        return False
    directory_bytes, _, comment_bytes = _END_RECORD.unpack_from(end, at)
    is_last = comment_bytes == len(end) - at - _END_RECORD.size
    return is_last and end[max(0, at - directory_bytes) :].startswith(_DIRECTORY)


class _Unpacking:
    """The files found so far, and the room that is left for more."""

    def __init__(self, path: Path) -> None:
        self.files: dict[str, bytes] = {}
        self._path = path
        self._room = MAX_BYTES

    def add(self, content: bytes, prefix: str, depth: int) -> None:
        """The files of a zip and of the zips before it; where two have one name, the last one holds."""
        while content:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
                if len(self.files) + len(members) > MAX_FILES:
                    raise _refused(self._path, f"more than {MAX_FILES} files")
                for member in members:
                    self._add_member(archive, member, prefix, depth)
            first = min((member.header_offset for member in archive.infolist()), default=0)
            before = content[:first]
            content = before if before.startswith(_SIGNATURE) and _END in before[-_END_BYTES:] else b""

    def _add_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, prefix: str, depth: int) -> None:
        # The size in the zip's directory may lie, so the reading itself is bounded.
        with archive.open(member) as file:
            content = file.read(self._room + 1)
        self._room -= len(content)
        if self._room < 0:
            raise _refused(self._path, f"more than {MAX_BYTES} bytes")
        name = prefix + member.filename
        if content.startswith(_SIGNATURE) and depth < MAX_DEPTH:
            self.add(content, f"{name}/", depth + 1)
        elif name not in self.files:
            self.files[name] = content


def _refused(path: Path, found: str) -> ModelError:
    return ModelError(
        f"{path}: expected at most {MAX_FILES} files and {MAX_BYTES >> 20} MiB attached to the model, "
        f"found {found}. Use a model without them and name the label file with labels = …"
    )
