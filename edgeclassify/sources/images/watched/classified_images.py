"""Which images of a watched folder have been classified: kept over a restart of the daemon."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from edgeclassify.files import replace_file
from edgeclassify.once import Once

log = logging.getLogger(__name__)

FORGET_S = 2 * 86_400.0
MOST = 500_000
_DIGITS = 16
_HEXADECIMAL = frozenset("0123456789abcdef")
_FAILED = " failed"


def fingerprint(name: str, size: int, mtime_ns: int) -> str:
    """An image's identity: the same name with another content counts as another image."""
    return hashlib.blake2b(
        f"{name}\0{size}\0{mtime_ns}".encode(errors="surrogateescape"), digest_size=8
    ).hexdigest()


def mark_of(folder: Path, name: str) -> tuple[str, int]:
    """The fingerprint of the image of that name in the folder, and when it was changed (ns). Raises OSError."""
    status = (folder / name).stat()
    return fingerprint(name, status.st_size, status.st_mtime_ns), status.st_mtime_ns


class ClassifiedImages:
    """Fingerprints, each appended to a text file, a line of its own. `path` None: in memory only.

    An image is forgotten when it has been gone for FORGET_S without a break: a drive may be away for a day, and
    show an empty folder meanwhile. Of more than MOST the ones that have been gone longest are forgotten.

    `failed`: of these, the ones of which nothing could be made. In the file they are marked.

    A line that a power cut left half written is passed over: that image is classified once more. A file that
    can't be written is said once, and the set is kept in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known, self.failed = (set(), set()) if path is None else _read(path)
        self._gone_since: dict[str, float] = {}
        self._lines = len(self._known)
        self._unwritable = Once()

    def __contains__(self, mark: str) -> bool:
        return mark in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, mark: str, *, failed: bool = False) -> None:
        """Remember an image."""
        self._known.add(mark)
        if failed:
            self.failed.add(mark)
        self._lines += 1
        if self._path is not None:
            self._try(lambda path: _append(path, self._line(mark)) if path.exists() else self._write_all(path))

    def saw(self, present: set[str], now: float) -> None:
        """The folder was looked through as a whole, and these are there. `now`: monotonic seconds."""
        for mark in self._known & present:
            self._gone_since.pop(mark, None)
        for mark in self._known - present:
            self._gone_since.setdefault(mark, now)
        surplus = len(self._known) - MOST
        for number, (mark, since) in enumerate(list(self._gone_since.items())):
            if now - since < FORGET_S and number >= surplus:
                break
            self._known.discard(mark)
            self.failed.discard(mark)
            del self._gone_since[mark]
        if self._path is not None and self._lines > 2 * len(self._known) + 1000:
            self._lines = len(self._known)
            self._try(self._write_all)

    def other_drive(self) -> None:
        """Another drive is in the folder's place: what was not there before may be there now."""
        self._gone_since.clear()

    def _write_all(self, path: Path) -> None:
        replace_file(path, "".join(map(self._line, sorted(self._known))).encode())

    def _line(self, mark: str) -> str:
        return f"{mark}{_FAILED}\n" if mark in self.failed else f"{mark}\n"

    def _try(self, write: Callable[[Path], None]) -> None:
        assert self._path is not None, "asked for by the caller"
        try:
            write(self._path)
        except OSError as error:
            if self._unwritable.is_news():
                log.warning(
                    "%s: can't be written: %s. Pictures that have been classified will be again after a restart. "
                    "Make room, or make the folder writable.",
                    self._path, error.strerror or error,
                )  # fmt: skip
        else:
            self._unwritable.is_over()


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="ascii") as file:
        file.write(line)


def _read(path: Path) -> tuple[set[str], set[str]]:
    """All of them, and those that failed."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return set(), set()
    except OSError as error:
        log.warning("%s: can't be read: %s. All pictures count as new.", path, error.strerror or error)
        return set(), set()
    failed = {line.removesuffix(_FAILED) for line in lines if line.endswith(_FAILED)}
    known = {line for line in failed.union(lines) if len(line) == _DIGITS and _HEXADECIMAL.issuperset(line)}
    return known, failed & known
