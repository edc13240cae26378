"""One run at a time in a folder."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.errors import StorageError
from edgeclassify.files import printable

LOCK = "lock"
_LENGTH = 20
"""Bytes: the number of a process, and a new line."""
_WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
"""On some file systems nobody can lock anything."""


class FolderLock:
    """Makes the folder where it is missing, and holds it within its context, or until the process ends.

    Entering raises StorageError where another run has it, or nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._descriptor = folder, -1

    def __enter__(self) -> Self:
        name = printable(self._folder)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            how = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._descriptor = os.open(self._folder / LOCK, how, 0o666)
        except OSError as error:
            raise StorageError(
                f"--out {name}: expected a folder to write to, can't be used: {error.strerror}. Name another one."
            ) from error
        if os.fstat(self._descriptor).st_size not in (0, _LENGTH):
            self._close()
            raise StorageError(
                f"--out {name}: expected a folder of its own, found a file {LOCK} of another kind. Name another "
                "folder, or move it away."
            )
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = self._holder()
            self._close()
            raise StorageError(
                f"--out {name}: expected a folder that no other run writes to, found one{holder}. Wait for its "
                "end, or name another folder."
            ) from error
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                self._close()
                raise StorageError(f"--out {name}: can't be locked: {error.strerror}.") from error
        with suppress(OSError):  # a full disk: it is held all the same
            os.pwrite(self._descriptor, b"%-19d\n" % os.getpid(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _holder(self) -> str:
        with suppress(OSError):
            digits = os.pread(self._descriptor, _LENGTH, 0).decode(errors="replace").strip()
            return f" (process {digits})" if digits.isdecimal() else ""
        return ""

    def _close(self) -> None:
        os.close(self._descriptor)
