"""A file on its way into a folder: written beside its place, checked, then put there in one step.

What is in the folder under its real name is always whole: the rename is atomic, and comes after the checksum
and after the bytes are on disk. Everybody may read it: the service is another user than who fetches.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.errors import DownloadError, EdgeClassifyError, ModelError, StorageError
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.catalog.places import ENVIRONMENT
from edgeclassify.model.tflite.file_kinds import looks_like

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CHUNK = 1 << 20
_HEAD_BYTES = 512


class PartFile:
    """`.NAME.part` beside `target`; a context manager. What an earlier run left in it is kept, for resuming.

    At the end it is removed where it is empty, and after any error but a lost connection.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name}.part")
        self._folder = OwnFolder(target.parent)
        self._descriptor = -1
        self._close: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        """Open and lock it. Raises StorageError where it can't be written, DownloadError where it is in use."""
        with ExitStack() as undone:
            try:
                undone.enter_context(self._folder)
                self._descriptor = self._folder.open(self.path.name)
            except OSError as error:
                raise self._storage_error(error) from error
            undone.callback(os.close, self._descriptor)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise DownloadError(
                    f"{self.path}: another process is fetching this file now. Wait until it is done."
                ) from error
            self._close = undone.pop_all().close
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; a part that is not worth resuming is removed."""
        is_fatal = isinstance(error, EdgeClassifyError) and not isinstance(error, DownloadError)
        is_useless = is_fatal or self.size == 0
        if is_useless and not self._is_placed():
            self._folder.remove(self.path.name)
        self._close()

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return os.fstat(self._descriptor).st_size

    def append(self, content: bytes) -> None:
        """Write at the end. Raises StorageError where the disk is full."""
        try:
            os.lseek(self._descriptor, 0, os.SEEK_END)
            view = memoryview(content)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            raise self._storage_error(error) from error

    def restart(self) -> None:
        """Forget what was written."""
        os.ftruncate(self._descriptor, 0)

    def need(self, size: int) -> None:
        """Raise StorageError where the disk has no room for `size` bytes in all."""
        free = shutil.disk_usage(self.target.parent).free
        if size - self.size > free:
            raise self._full(f"{size - self.size} bytes are needed and {free} are free")

    def sha256(self) -> str:
        """Checksum of what was written, in hex."""
        digest, at = hashlib.sha256(), 0
        while chunk := os.pread(self._descriptor, _CHUNK, at):
            digest.update(chunk)
            at += len(chunk)
        return digest.hexdigest()

    def verify(self, sha256: str, origin: str) -> None:
        """Raise ModelError, and keep nothing, unless the checksum is `sha256`; `origin` is where it came from."""
        found = self.sha256()
        if found == sha256:
            return
        head, size = os.pread(self._descriptor, _HEAD_BYTES, 0), self.size
        kind = "" if head[4:8] == b"TFL3" else f", and looks like {looks_like(head)[0]}"
        self.restart()
        raise ModelError(
            f"{origin}: expected a file with the sha256 {sha256}, found {found} (it has {size} bytes{kind}). "
            "Nothing of it was kept. It is damaged or not the file that the catalog means: fetch it again, or "
            "from another place (--mirror, --from)."
        )

    def place(self) -> None:
        """Put it into its place, in one step. Raises StorageError where that can't be done."""
        try:
            os.fchmod(self._descriptor, 0o644)
            os.fsync(self._descriptor)
            self._folder.rename(self.path.name, self.target.name)
        except OSError as error:
            raise self._storage_error(error) from error

    def _is_placed(self) -> bool:
        try:
            return not os.path.samestat(os.fstat(self._descriptor), self._folder.status(self.path.name))
        except OSError:
            return True

    def _storage_error(self, error: OSError) -> StorageError:
        if error.errno in _FULL:
            return self._full(f"{os.strerror(error.errno)}")
        return StorageError(
            f"{self.target}: can't be written: {error.strerror or error}. Run the command as a user who may, or "
            f"name another folder: {ENVIRONMENT}=FOLDER."
        )

    def _full(self, found: str) -> StorageError:
        return StorageError(
            f"{self.target}: the disk is full: {found}. Nothing was kept. Make room in {self.target.parent}, or "
            f"name another folder: {ENVIRONMENT}=FOLDER."
        )
