"""A folder to write to whose path others may have a hand in: their links are not followed.

`sudo edgeclassify models fetch` writes below /var/lib/edgeclassify, which belongs to the service's user. Whoever
has taken over the service may put a link there, to a folder or by the name of a file, and wait for root to write
through it. So each level of the path is opened by itself, and a link counts only where it is root's or ours.
"""

import contextlib
import errno
import os
import shutil
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.errors import StorageError

_LINKS = 40
"""As many as the kernel follows."""


class OwnFolder:
    """A folder, open; made where it is missing. A context manager. What it does, it does by names within.

    `owner`: user and group who get the levels of the path that are made, which everybody may then look into; None:
    they stay ours. Raises OSError as the system calls do, StorageError for a link of somebody else.
    """

    def __init__(self, path: Path, owner: tuple[int, int] | None = None) -> None:
        self.path = path
        self._owner = owner
        self._descriptor = -1

    def __enter__(self) -> Self:
        self._descriptor = _opened(self.path.absolute(), self._owner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def open(self, name: str) -> int:
        """Open the file for reading and writing, as it was left or new: a descriptor.

        What is there and is no plain file of ours by one name only (a link, a pipe, a file of somebody else, who
        could go on writing to it) is taken away first.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            descriptor = os.open(name, flags, 0o644, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
        else:
            if _is_ours_alone(os.fstat(descriptor)):
                return descriptor
            os.close(descriptor)
        os.unlink(name, dir_fd=self._descriptor)
        return os.open(name, flags | os.O_EXCL, 0o644, dir_fd=self._descriptor)

    def open_as(self, name: str, flags: int) -> int:
        """As os.open(), which follows no link of that name: a descriptor."""
        return os.open(name, flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600, dir_fd=self._descriptor)

    def status(self, name: str) -> os.stat_result:
        """As lstat()."""
        return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)

    def remove(self, name: str) -> None:
        """Remove the file, where it is there."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def remove_tree(self, name: str) -> None:
        """Remove a folder with all that is in it, where it is there. Links in it are removed, not followed."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(name, dir_fd=self._descriptor)

    def rename(self, old: str, new: str) -> None:
        """Give a file its name, in one step that is on disk when this returns."""
        self.rename_unsynced(old, new)
        self.sync()

    def rename_unsynced(self, old: str, new: str) -> None:
        """As `rename`, where more is to come before it must be on disk: `sync` sees to that."""
        os.rename(old, new, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def sync(self) -> None:
        """Make what was created, renamed or removed in it durable."""
        os.fsync(self._descriptor)


def _is_ours_alone(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == os.geteuid()


def _opened(path: Path, owner: tuple[int, int] | None) -> int:
    """A descriptor of the folder, level by level from / on."""
    levels, links = list(path.parts[1:]), 0
    descriptor = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    while levels:
        above, level = descriptor, levels.pop(0)
        try:
            descriptor, target = _next(above, level, path, owner)
            if target is not None:
                links += 1
                levels = [part for part in Path(target).parts if part != "/"] + levels
                descriptor = os.open("/" if target.startswith("/") else ".", _FOLDER, dir_fd=above)
            if links > _LINKS:
                os.close(descriptor)
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        finally:
            os.close(above)
    return descriptor


def _as_folder(found: int) -> int:
    """To read, where that is allowed: a level on the way needs no more than to be passed."""
    try:
        return os.open(".", _FOLDER, dir_fd=found)
    except PermissionError:
        return os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=found)


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def _next(above: int, level: str, path: Path, owner: tuple[int, int] | None) -> tuple[int, str | None]:
    """The folder `level` in `above`: a descriptor and None, or -1 and where a trusted link leads."""
    is_new = False
    try:
        found = os.open(level, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    except FileNotFoundError:
        with contextlib.suppress(FileExistsError):  # another process was quicker
            os.mkdir(level, 0o755, dir_fd=above)
            is_new = True
        with contextlib.suppress(OSError):  # one that may be written and not read
            os.fsync(above)
        found = os.open(level, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    try:
        status = os.fstat(found)
        if not stat.S_ISLNK(status.st_mode):
            descriptor = _as_folder(found)
            if is_new and owner is not None and status.st_uid == os.geteuid():
                os.fchmod(descriptor, 0o755)
                os.fchown(descriptor, *owner)
            return descriptor, None
        if status.st_uid not in (0, os.geteuid()):
            raise StorageError(
                f"{path}: expected a folder, found the link {level} on the way, which belongs to another user "
                f"(uid {status.st_uid}): it is not followed. Remove it, or name the folder that is meant."
            )
        return -1, os.readlink("", dir_fd=found)
    finally:
        os.close(found)
