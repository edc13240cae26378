"""One process per state folder: two would hand out the same event numbers."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from edgeclassify.errors import StorageError

FILE_NAME = "spool.lock"


class FolderLock:
    """Holds the folder from `take` until `release`, or until the process ends.

    A folder in which no lock file can be made (read-only, full) is not locked: nothing can be written there. So
    `take` is called again before anything is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    def take(self) -> None:
        """Hold the folder, where that is possible now. Raises StorageError when another process has it."""
        if self._descriptor is not None:
            return
        folder = self._folder
        try:
            descriptor = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StorageError(
                f"{folder}: another edgeclassify (process {holder}) keeps its events here, and event numbers "
                f"would repeat. Stop it, or give this one a folder of its own (node.state_dir in the config)."
            ) from None
        except OSError:  # a file system without locks
            os.close(descriptor)
            return
        self._descriptor = descriptor
        with suppress(OSError):  # a full disk: the lock holds all the same
            os.pwrite(descriptor, b"%-19d\n" % os.getpid(), 0)

    def release(self) -> None:
        """Let others have the folder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def holder_of(folder: Path, locks: Path = Path("/proc/locks")) -> int | None:
    """The process that holds a folder; None: nobody, or nobody can tell.

    Read off the system's list of locks: whoever tried the lock itself could keep a daemon from it that starts just
    now.
    """
    try:
        inode = (folder / FILE_NAME).stat().st_ino
        lines = locks.read_text().splitlines()
    except OSError:
        return None
    for line in lines:  # 1: FLOCK  ADVISORY  WRITE 1234 08:01:393222 0 EOF
        words = line.split()
        if len(words) >= 6 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(inode):
            return int(words[4])
    return None
