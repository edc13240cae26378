"""A folder and the folders below it, looked through again and again for images.

Hidden folders, links to folders and one folder by name are left out, as are files that are no images by their
suffix. Network drives tell nobody of new files, so folders are read anew where their time of change says so, and
all of them from time to time.
"""

import errno
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.errors import AbsentError, MissingInputError
from edgeclassify.files import printable
from edgeclassify.once import Once
from edgeclassify.sources.images.reading import IMAGE_SUFFIXES

log = logging.getLogger(__name__)

LARGE = 1000
"""A tree of more entries is read as a whole only every LARGE_POLL_S."""
LARGE_POLL_S = 30.0
RECENT_S = 2 * 86_400.0
"""A folder that has changed within that time may change again soon: a folder by date gets its next hour or day."""
DEEPEST = 32
MOST_FOLDERS = 100_000


_BEYOND_HELP = (errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL)
"""Errors of reading a folder that no waiting mends; whatever else it is, a drive may come back."""


@dataclass(slots=True)
class _Folder:
    changed_ns: int
    entries: int = 0


class FolderTree:
    """The images below `root`. `recursive` False: those directly in it. `without`: a folder in it that is none.

    Links to files count where they lead to a file within the tree.
    """

    def __init__(self, root: Path, *, recursive: bool, without: str) -> None:
        self._root, self._recursive, self._without = root, recursive, without
        self._real = root
        self._folders: dict[str, _Folder] = {}
        self._next_full = 0.0
        self._unreadable = 0
        self._said = Once()
        self.saw_all = False
        """True where the last look read every folder."""

    def check(self) -> None:
        """Raises AbsentError where the folder is not there now, MissingInputError where it is none to be read."""
        try:
            with os.scandir(self._root) as entries:
                next(entries, None)
        except FileNotFoundError as error:
            raise AbsentError(
                f"{self._root}: expected a folder to watch, found nothing there. Create it, or check the path."
            ) from error
        except OSError as error:
            kind = MissingInputError if error.errno in _BEYOND_HELP else AbsentError
            raise kind(
                f"{self._root}: expected a folder to watch, can't be read: {error.strerror}. "
                "Check its kind, owner and mode."
            ) from error
        if not os.access(self._root, os.X_OK, effective_ids=True):
            raise MissingInputError(
                f"{self._root}: expected a folder to watch, its pictures may be listed but not read. Check its "
                "mode (x for the user that edgeclassify runs as)."
            )

    def forget(self) -> None:
        """Read everything anew."""
        self._folders.clear()
        self._next_full = 0.0

    def look(self, now: float) -> Iterator[list[str]]:
        """The images of each folder that is read now: of all of them, or of those that have changed.

        They are paths within the tree, with / between their parts. `now`: monotonic seconds. Raises OSError where
        the root can't be read.
        """
        self._real = self._root.resolve()
        self.saw_all = False
        if now >= self._next_full:
            yield from self._full_look(now)
            return
        recent_ns = time.time_ns() - int(RECENT_S * 1e9)
        for name, known in list(self._folders.items()):
            if name and known.changed_ns < recent_ns:
                continue
            try:
                changed_ns = (self._root / name).stat().st_mtime_ns
            except OSError:
                if not name:
                    raise
                continue
            if changed_ns != known.changed_ns:
                yield from self._read(name)

    def _full_look(self, now: float) -> Iterator[list[str]]:
        self._folders = {}
        self._unreadable = 0
        yield from self._read("")
        large = sum(1 + folder.entries for folder in self._folders.values()) > LARGE
        self._next_full = now + (LARGE_POLL_S if large else 0.0)
        self.saw_all = self._unreadable == 0

    def _read(self, start: str) -> Iterator[list[str]]:
        """A folder and, of those below it, the ones that are not known yet."""
        waiting = [start]
        while waiting:
            name = waiting.pop()
            try:
                images, folders = self._list(name)
            except OSError as error:
                if not name:
                    raise
                self._unreadable += 1
                self._say(name, f"can't be read: {error.strerror}. Its pictures are left out. This is said once.")
                continue
            waiting += (folder for folder in folders if folder not in self._folders and self._has_room(folder))
            yield images

    def _list(self, name: str) -> tuple[list[str], list[str]]:
        """The images and the folders in a folder."""
        images, folders, count = [], [], 0
        path = self._root / name
        changed_ns = path.stat().st_mtime_ns  # before it is read: what comes meanwhile shows as a change
        with os.scandir(path) as entries:
            for entry in entries:
                count += 1
                if entry.name.startswith("."):
                    continue
                within = f"{name}/{entry.name}" if name else entry.name
                if self._is_image(entry):
                    images.append(within)
                elif self._recursive and within != self._without and _is_folder(entry):
                    folders.append(within)
        self._folders[name] = _Folder(changed_ns, count)
        return images, folders

    def _is_image(self, entry: "os.DirEntry[str]") -> bool:
        if os.path.splitext(entry.name)[1].lower() not in IMAGE_SUFFIXES:  # noqa: PTH122
            return False
        try:
            if entry.is_file(follow_symlinks=False):  # not so a folder, a pipe that nobody writes into, a device
                return True
            if not entry.is_symlink() or not entry.is_file():
                return False
            target = Path(entry.path).resolve()
        except (OSError, RuntimeError):
            return False
        if target.is_relative_to(self._real):
            return True
        self._say(
            "links", f"{printable(entry.name)} is left out: a link that leads out of the folder. So are others."
        )
        return False

    def _has_room(self, name: str) -> bool:
        if len(self._folders) < MOST_FOLDERS and name.count("/") < DEEPEST:
            return True
        self._say(
            "room", f"{printable(name)} and others are left out: too many folders, or too deep. Move old ones."
        )
        return False

    def _say(self, kind: str, fault: str) -> None:
        if len(self._said) < LARGE and self._said.is_news(kind):
            place = self._root if kind in ("links", "room") else self._root / kind
            log.warning("%s: %s", printable(place), fault)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
