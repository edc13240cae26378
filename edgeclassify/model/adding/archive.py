"""What a zip holds, read within bounds: a zip of a few kilobytes may say that it holds gigabytes."""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Self

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.files import NotPlainFileError, open_plain_file, printable
from edgeclassify.model.tflite.file_kinds import looks_like

MOST_MODEL_BYTES = 256 << 20
MOST_TEXT_BYTES = 8 << 20
"""Of all label files and the like together."""
MOST_FILES = 1000
_MOST_DIRECTORY_BYTES = 1 << 20
"""Of the table of contents, which is read as a whole."""
_MODEL_SUFFIXES = (".tflite", ".lite")
_TEXT_SUFFIXES = (".txt", ".json", ".csv", ".tsv", ".names", ".pbtxt", ".yaml", ".yml", ".manifest")
_CHUNK = 1 << 20
_HEAD_BYTES = 512
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_RECORD = struct.Struct("<4xHHHHII")
_END_BYTES = 22 + (1 << 16)
_FAULTS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
)  # fmt: skip
_IS_ENCRYPTED = 1


class Archive:
    """A zip, open; a context manager. Names that it says are for people and messages alone, never paths."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shown = printable(path)
        self._file: IO[bytes] | None = None
        self._members: Mapping[str, zipfile.ZipInfo] = {}

    def __enter__(self) -> Self:
        """Raises ModelMissingError where nothing is there, ModelError where it is no zip, or one of too much."""
        self._file = self._opened()
        try:
            with self._in_words():
                self._check_directory(self._file)
                self._zip = zipfile.ZipFile(self._file)
                members = [one for one in self._zip.infolist() if not one.is_dir()]
            if len(members) > MOST_FILES:
                raise self._too_much(f"{len(members)} files")
            self._members = {one.filename: one for one in members if not _is_litter(one.filename)}
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._file is not None
        self._zip.close()
        self._file.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The files in it, as it calls them; without what a Mac leaves beside them."""
        return tuple(self._members)

    @property
    def models(self) -> tuple[str, ...]:
        """Those that are models by their name."""
        return tuple(name for name in self._members if PurePosixPath(name).suffix.lower() in _MODEL_SUFFIXES)

    def texts(self) -> Mapping[str, bytes]:
        """Those that labels may be in, by their name. Raises ModelError for a damaged zip, or too much of them."""
        room, found = MOST_TEXT_BYTES, {}
        for name in self._members:
            if PurePosixPath(name).suffix.lower() in _TEXT_SUFFIXES:
                found[name] = b"".join(self._content(name, room))
                room -= len(found[name])
        return found

    def extract(self, name: str, target: Path) -> None:
        """Write a model into a new file. Raises ModelError, and OSError where that can't be written."""
        with target.open("xb") as file:
            for chunk in self._content(name, MOST_MODEL_BYTES):
                file.write(chunk)

    def _content(self, name: str, room: int) -> Iterator[bytes]:
        """A file's bytes, `room` of them at most, whatever the zip says of their number."""
        with self._in_words():
            member = self._members[name]
            if member.flag_bits & _IS_ENCRYPTED:
                raise ModelError(
                    f"{self._shown}: expected a zip without a password, found {printable(name)} "
                    "encrypted. Unpack it, and pack it again without."
                )
            with self._zip.open(member) as file:
                while chunk := file.read(_CHUNK):
                    room -= len(chunk)
                    if room < 0:
                        raise self._too_much(f"more in {printable(name)}")
                    yield chunk

    def _opened(self) -> IO[bytes]:
        try:
            return open_plain_file(self.path)
        except FileNotFoundError as error:
            raise ModelMissingError(f"{self._shown}: expected a zip with a model, found nothing there.") from error
        except IsADirectoryError as error:
            raise ModelError(
                f"{self._shown}: expected a zip with a model, found a folder. Name the zip."
            ) from error
        except NotPlainFileError as error:
            raise ModelError(
                f"{self._shown}: expected a zip with a model, found something that is no file."
            ) from error
        except OSError as error:
            raise ModelError(f"{self._shown}: can't be read: {error.strerror or error}.") from error

    def _check_directory(self, file: IO[bytes]) -> None:
        """Before it is read: how many files it says that there are, and how long its table of contents is."""
        head, size = file.read(_HEAD_BYTES), os.fstat(file.fileno()).st_size
        file.seek(max(0, size - _END_BYTES))
        end = file.read()
        at = end.rfind(_END)
        if at < 0 or len(end) - at < _END_RECORD.size:
            if head.startswith(b"PK"):
                raise ModelError(
                    f"{self._shown}: expected a whole zip, found one whose end is missing. A download "
                    "was probably cut off: fetch it again."
                )
            kind = "a .tflite file: use it by its path" if head[4:8] == b"TFL3" else looks_like(head)[0]
            raise ModelError(f"{self._shown}: expected a zip with a model and its labels, found {kind}.")
        *_, count, directory_bytes, _ = _END_RECORD.unpack_from(end, at)
        if count > MOST_FILES or directory_bytes > _MOST_DIRECTORY_BYTES or _END_64 in end[max(0, at - 20) : at]:
            raise self._too_much("more")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except _FAULTS as error:
            raise ModelError(
                f"{self._shown}: expected a whole zip, found a damaged one: {printable(str(error))}. Fetch or "
                "export it again."
            ) from error

    def _too_much(self, found: str) -> ModelError:
        return ModelError(
            f"{self._shown}: expected a zip of one model of at most {MOST_MODEL_BYTES >> 20} MB, its labels and "
            f"at most {MOST_FILES} files, found {found}. Pack the model and its labels alone."
        )


def _is_litter(name: str) -> bool:
    """What a Mac packs beside each file."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith("._"))
