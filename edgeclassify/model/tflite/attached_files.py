"""Files attached behind a model as a zip: the way TFLite models carry their labels.

Zips in the zip are unpacked too, and of several zips behind one another each: every tool that adds its own file
leaves what was there.
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from edgeclassify.errors import ModelError
from edgeclassify.model.tflite.file_kinds import FETCH_AGAIN

SIGNATURE = b"PK\x03\x04"
END = b"PK\x05\x06"
_DIRECTORY = b"PK\x01\x02"
_END_RECORD = struct.Struct("<12xIIH")
END_BYTES = _END_RECORD.size + (1 << 16)
"""The record at a zip's end, with the longest comment."""

MAX_BYTES = 16 << 20
_PADDING_BYTES = 64
"""Between the model's last table and the zip there is at most some alignment."""


def attached_files(path: Path, tail: memoryview) -> Mapping[str, bytes]:
    """The files in the zips that `tail`, the bytes behind the model's tables, holds; none where it has no zip.

    A file of a zip in the zip is named "inner.zip/labels.txt". Raises ModelError, naming `path`, where the zip is
    damaged or holds more than labels could need.
    """
    start = _start(tail)
    if start < 0:
        return MappingProxyType({})
    # Here: models without a zip are many, and what reads zips takes a while to import.
    from edgeclassify.model.tflite.unpacking import ZIP_FAULTS, Unpacking, refused

    if len(tail) - start > MAX_BYTES:
        raise refused(path, f"{len(tail) - start} bytes")
    content = bytes(tail[start:])
    try:
        unpacking = Unpacking(path)
        unpacking.add(content, "", 0)
        return MappingProxyType(unpacking.files)
    except ZIP_FAULTS as error:
        is_cut = END not in content[-END_BYTES:]
        cause = f" A download or copy was probably cut off. {FETCH_AGAIN}" if is_cut else ""
        raise ModelError(
            f"{path}: expected a whole zip of files (labels) attached to the model, found a damaged one: "
            f"{error}.{cause}"
        ) from error


def _start(tail: memoryview) -> int:
    """Where the first zip begins; -1 where there is none."""
    start = bytes(tail[:_PADDING_BYTES]).find(SIGNATURE)
    if start >= 0 or not _ends_as_zip(bytes(tail[-END_BYTES:])):
        return start
    # A zip that was added behind something that no table of the model names.
    skipped = max(0, len(tail) - MAX_BYTES)
    start = bytes(tail[skipped:]).find(SIGNATURE)
    return start if start < 0 else start + skipped


def _ends_as_zip(end: bytes) -> bool:
    """True where these last bytes hold a zip's end record, with its directory right before it."""
    at = end.rfind(END)
    if at < 0 or len(end) - at < _END_RECORD.size:
        return False
    directory_bytes, _, comment_bytes = _END_RECORD.unpack_from(end, at)
    is_last = comment_bytes == len(end) - at - _END_RECORD.size
    return is_last and end[max(0, at - directory_bytes) :].startswith(_DIRECTORY)
