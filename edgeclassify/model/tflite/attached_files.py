"""Files attached behind a model as a zip: the way TFLite models carry their labels."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from edgeclassify.errors import ModelError
from edgeclassify.model.tflite.file_kinds import FETCH_AGAIN

_SIGNATURE = b"PK\x03\x04"
_PADDING_BYTES = 64
"""Between the model's last table and the zip there is at most some alignment."""

# What zipfile raises on damaged, encrypted or exotic archives.
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)

MAX_FILES = 64
MAX_BYTES = 16 << 20


def attached_files(path: Path, tail: memoryview) -> Mapping[str, bytes]:
    """The files in the zip that `tail`, the bytes behind the model's tables, holds; none where it has no zip.

    Raises ModelError, naming `path`, where the zip is damaged or holds more than labels could need.
    """
    start = bytes(tail[:_PADDING_BYTES]).find(_SIGNATURE)
    if start < 0:
        return MappingProxyType({})
    if len(tail) - start > MAX_BYTES:
        raise _refused(path, f"{len(tail) - start} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(tail[start:])) as archive:
            return MappingProxyType(_unpack(path, archive))
    except _ZIP_FAULTS as error:
        raise ModelError(
            f"{path}: expected a whole zip of files (labels) attached to the model, found a damaged one: "
            f"{error}. A download or copy was probably cut off. {FETCH_AGAIN}"
        ) from error


def _unpack(path: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_FILES:
        raise _refused(path, f"{len(members)} files")
    files: dict[str, bytes] = {}
    room = MAX_BYTES
    for member in members:
        # The size in the zip's directory may lie, so the reading itself is bounded.
        with archive.open(member) as file:
            content = file.read(room + 1)
        room -= len(content)
        if room < 0:
            raise _refused(path, f"more than {MAX_BYTES} bytes")
        files[member.filename] = content
    return files


def _refused(path: Path, found: str) -> ModelError:
    return ModelError(
        f"{path}: expected at most {MAX_FILES} files and {MAX_BYTES >> 20} MiB attached to the model, "
        f"found {found}. Use a model without them and name the label file with labels = …"
    )
