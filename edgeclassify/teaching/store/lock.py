"""One process at a time changes a taught model."""

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.errors import TeachingBusyError
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.taught.places import LOCK

_PAUSE_S = 0.05
_WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
"""On some file systems nobody can lock anything."""


class WriterLock:
    """Held within its context, or until the process ends.

    `owner`: user and group who get the lock's file where it is made. `wait_s`: how long another process's end is
    waited for. Entering raises TeachingBusyError where another has it, OSError where no lock can be made.
    """

    def __init__(self, folder: OwnFolder, owner: tuple[int, int], wait_s: float = 0.0) -> None:
        self._folder, self._owner, self._wait_s = folder, owner, wait_s
        self._descriptor = -1

    def __enter__(self) -> Self:
        self._descriptor = self._opened()
        try:
            self._take()
        except BaseException:
            os.close(self._descriptor)
            raise
        with suppress(OSError):  # a full disk, or only to be read: the lock holds all the same
            os.pwrite(self._descriptor, b"%-19d\n" % os.getpid(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def is_at(self, folder: Path) -> bool:
        """True while it is the lock of what is at that path now, and not of a folder that was taken away."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), (folder / LOCK).lstat())
        except OSError:
            return False

    def _take(self) -> None:
        until = time.monotonic() + self._wait_s
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise TeachingBusyError(
                        f"{self._folder.path.name}: another edgeclassify (process {self._holder()}) is changing "
                        "this taught model now; nothing was changed by this one. Try again when it is done."
                    ) from None
                time.sleep(_PAUSE_S)
            except OSError as error:
                if error.errno in _WITHOUT_LOCKS:
                    return
                raise
            else:
                return

    def _holder(self) -> str:
        return os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"

    def _opened(self) -> int:
        """The lock's file. It is never taken away by itself: another process may hold it by that name."""
        try:
            descriptor = self._folder.open_as(LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            pass
        else:
            os.fchmod(descriptor, 0o644)
            os.fchown(descriptor, *self._owner)
            return descriptor
        try:
            return self._folder.open_as(LOCK, os.O_RDWR)
        except PermissionError:
            return self._folder.open_as(LOCK, os.O_RDONLY)
