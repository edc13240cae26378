"""Files on their way into the folder of a taught model: written, synced, given their names; last the manifest.

The order is what a power cut is survived by: whatever a manifest names is on disk before the manifest is. That is
there twice, as a version and as what is now: where one copy is damaged later, the other one tells.
"""

import errno
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from edgeclassify.errors import StorageError
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.taught.places import MANIFEST

FOR_ALL = 0o644
PRIVATE = 0o640
File = tuple[str, bytes, int]
"""A file that never changes: its place within the folder, its content, its rights."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_BATCH = 64
"""Files that are open at once; a process may have 1024."""


class _Written(NamedTuple):
    folder: OwnFolder
    name: str
    descriptor: int


class Placing:
    """One change of a taught model's files: all of it, or nothing. A context manager, used by who holds the lock.

    What was put is taken away again where an error ends it before `finish` has put the manifest in place. Raises
    StorageError where something can't be written.
    """

    def __init__(self, folder: OwnFolder, owner: tuple[int, int]) -> None:
        self._root, self._owner = folder, owner
        self._stack = ExitStack()
        self._folders: dict[str, OwnFolder] = {}
        self._written: list[_Written] = []
        self._placed: list[tuple[OwnFolder, str]] = []
        self._unsynced: set[OwnFolder] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for folder, name, descriptor in self._written:
            os.close(descriptor)
            with suppress(OSError):
                folder.remove(unfinished(name))
        for folder, name in self._placed:
            with suppress(OSError):
                folder.remove(name)
        self._stack.close()
        if isinstance(error, OSError):
            raise storage_error(self._root.path, error) from error

    def put(self, place: str, content: bytes, mode: int = FOR_ALL) -> None:
        """A file that never changes; one that is there and the same stays. `place`: FOLDER/NAME within."""
        sub, _, name = place.rpartition("/")
        folder = self._folder(sub)
        if any((one.folder, one.name) == (folder, name) for one in self._written):
            return  # of two that are the same
        if _content(folder, name, len(content) + 1) == content:
            self._unsynced.add(folder)  # one that was killed may have put it there
            return
        self._write(folder, name, content, mode)
        if len(self._written) >= _BATCH:
            self._name()

    def mend(self) -> None:
        """Only what was put is put in place: it is named already."""
        self._settle()
        self._placed.clear()

    def finish(self, manifest: bytes, version_place: str) -> None:
        """Put the manifest in place: the change is made, and on disk, when this returns."""
        self._settle()
        self.put(version_place, manifest)
        self._settle()
        self._write(self._root, MANIFEST, manifest, FOR_ALL)
        _, name, descriptor = self._written[-1]
        os.fsync(descriptor)
        self._root.rename_unsynced(unfinished(name), name)
        os.close(descriptor)
        self._written.clear()
        self._placed.clear()
        self._root.sync()

    def _settle(self) -> None:
        self._name()
        for folder in self._unsynced:
            folder.sync()
        self._unsynced.clear()

    def _folder(self, sub: str) -> OwnFolder:
        if sub not in self._folders:
            self._folders[sub] = self._stack.enter_context(OwnFolder(self._root.path / sub, self._owner))
        return self._folders[sub]

    def _write(self, folder: OwnFolder, name: str, content: bytes, mode: int) -> None:
        descriptor = folder.open(unfinished(name))
        self._written.append(_Written(folder, name, descriptor))
        os.ftruncate(descriptor, 0)
        os.fchmod(descriptor, mode)
        os.fchown(descriptor, *self._owner)
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]

    def _name(self) -> None:
        """All that was written gets its names, when all of it is on disk: one flush, where the disk can do so."""
        for _, _, descriptor in self._written:
            os.fsync(descriptor)
        while self._written:
            folder, name, descriptor = self._written[-1]
            self._placed.append((folder, name))
            self._unsynced.add(folder)
            folder.rename_unsynced(unfinished(name), name)
            os.close(descriptor)
            self._written.pop()


def unfinished(name: str) -> str:
    """What a file is called until it is whole."""
    return f".{name}.tmp"


def storage_error(folder: Path, error: OSError) -> StorageError:
    """What a refused write means."""
    if error.errno in _FULL:
        return StorageError(
            f"{folder}: the disk is full ({os.strerror(error.errno)}). Nothing of the taught model was changed. "
            "Make room there, and try again."
        )
    return StorageError(
        f"{folder}: can't be written: {error.strerror or error}. Nothing of the taught model was changed. Run the "
        "command as a user who may write there: with sudo, what the service uses."
    )


def _content(folder: OwnFolder, name: str, most: int) -> bytes | None:
    """What is there, up to so many bytes; None where no plain file is."""
    try:
        descriptor = folder.open_as(name, os.O_RDONLY)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file, suppress(OSError):
        return file.read(most)
    return None
