"""Unpacks the zips behind a model, and those in them, within bounds."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

from edgeclassify.errors import ModelError
from edgeclassify.model.tflite.attached_files import END, END_BYTES, MAX_BYTES, SIGNATURE

# What zipfile raises on damaged, encrypted or exotic archives.
ZIP_FAULTS = (
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
MAX_DEPTH = 2


class Unpacking:
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
                    raise refused(self._path, f"more than {MAX_FILES} files")
                for member in members:
                    self._add_member(archive, member, prefix, depth)
            first = min((member.header_offset for member in archive.infolist()), default=0)
            before = content[:first]
            content = before if before.startswith(SIGNATURE) and END in before[-END_BYTES:] else b""

    def _add_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, prefix: str, depth: int) -> None:
        # The size in the zip's directory may lie, so the reading itself is bounded.
        with archive.open(member) as file:
            content = file.read(self._room + 1)
        self._room -= len(content)
        if self._room < 0:
            raise refused(self._path, f"more than {MAX_BYTES} bytes")
        name = prefix + member.filename
        if content.startswith(SIGNATURE) and depth < MAX_DEPTH:
            self.add(content, f"{name}/", depth + 1)
        elif name not in self.files:
            self.files[name] = content


def refused(path: Path, found: str) -> ModelError:
    """Too much is attached."""
    return ModelError(
        f"{path}: expected at most {MAX_FILES} files and {MAX_BYTES >> 20} MiB attached to the model, "
        f"found {found}. Use a model without them and name the label file with labels = …"
    )
