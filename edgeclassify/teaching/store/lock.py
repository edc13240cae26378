"""One process at a time changes a taught model."""

import errno
import fcntl
import os
import time
from contextlib import suppress

from edgeclassify.errors import TeachingBusyError
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.taught.places import LOCK

_PAUSE_S = 0.05


class WriterLock:
    """Held from `take` until `release`, or until the process ends.

    `owner`: user and group who get the lock's file where it is made.
    """

    def __init__(self, folder: OwnFolder, owner: tuple[int, int]) -> None:
        self._folder, self._owner = folder, owner
        self._descriptor: int | None = None

    def take(self, wait_s: float = 0.0) -> None:
        """Hold it; another process's end is waited for `wait_s` at most.

        Raises TeachingBusyError where another has it, OSError where no lock can be made.
        """
        descriptor = self._opened()
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
                    os.close(descriptor)
                    raise TeachingBusyError(
                        f"{self._folder.path.name}: another edgeclassify (process {holder}) is changing this "
                        "taught model now; nothing was changed by this one. Try again when it is done."
                    ) from None
                time.sleep(_PAUSE_S)
            except OSError as error:
                if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
                    os.close(descriptor)
                    raise
                break  # a file system without locks
        self._descriptor = descriptor
        with suppress(OSError):  # a full disk, or only to be read: the lock holds all the same
            os.pwrite(descriptor, b"%-19d\n" % os.getpid(), 0)

    def release(self) -> None:
        """Let others have it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        """The lock's file. It is never taken away: another process may hold it by that name."""
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
