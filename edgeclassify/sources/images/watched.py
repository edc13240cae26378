"""A folder into which another program drops pictures: each is classified once.

The folder is looked through again and again, since network drives tell nobody of new files.
"""

import errno
import logging
import os
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from edgeclassify.errors import AbsentError, ImageError, MissingInputError, SourceError
from edgeclassify.sources.images.ledger import Ledger, fingerprint
from edgeclassify.sources.images.reading import IMAGE_SUFFIXES, load_frame, natural_key
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.types import Frame

log = logging.getLogger(__name__)

POLL_S = 1.0
"""How often the folder is looked through."""
LARGE_FOLDER = 1000
LARGE_POLL_S = 30.0
"""A folder of more entries is looked through whenever it has changed itself, else only this often."""
QUIET_S = 1.0
"""A file that has not changed for so long may be whole."""
GRACE_S = 30.0
"""A picture that can't be decoded may still be half written; after so long without a change it counts as bad."""
RETRY_S = 3.0
UNREADABLE_RETRY_S = 60.0
"""One that can't even be read lies on a drive in trouble, or lacks rights that somebody may give."""
BEYOND_HELP = (errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL)
"""Why a folder can't be read that no waiting heals; whatever else it is, a drive may come back."""
DONE = "done"
"""Folder for classified pictures, within the watched one."""

After = Literal["keep", "delete", "move"]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A file that is not known yet. Times in monotonic seconds."""

    path: Path
    mark: str
    mtime_ns: int
    due: float
    failed_since: float | None = None
    said: bool = False


class WatchedFolderSource(FrameSource):
    """New pictures in a folder, oldest first; hidden files and what has no image suffix are left out.

    A picture that can't be decoded is tried again for GRACE_S, then reported once, and left where it is. One that
    can't be read is reported once, too, and tried on.
    `after`: what becomes of a classified one: keep it (remembered in `ledger`), delete it, or move it into `done`.
    """

    live = False
    waits = True

    def __init__(
        self, camera: str, folder: str, *, after: After = "keep", ledger: Path | None = None, wanted_side: int = 0
    ) -> None:
        super().__init__(camera)
        self.folder = Path(folder)
        self.after, self.wanted_side = after, wanted_side
        self._ledger_path = ledger
        self._ledger: Ledger | None = None
        self._candidates: dict[Path, _Candidate] = {}
        self._given: deque[tuple[int, _Candidate]] = deque()
        self._held: set[str] = set()
        self._closed = threading.Event()
        self._next_look = self._next_full_look = 0.0
        self._folder_mtime_ns = self._drive = -1
        self._sequence = 0
        self._said: set[str] = set()

    def open(self) -> None:
        """Raises AbsentError where the folder is not there now, MissingInputError where it is none to be read."""
        self._closed.clear()
        self._candidates.clear()
        self._next_look = self._next_full_look = 0.0
        if self._ledger is None:  # an empty one counts as false
            self._ledger = Ledger(self._ledger_path)
        try:
            with os.scandir(self.folder) as entries:
                next(entries, None)
        except FileNotFoundError as error:
            raise AbsentError(
                f"{self.folder}: expected a folder to watch, found nothing there. Create it, or check the path."
            ) from error
        except OSError as error:
            kind = MissingInputError if error.errno in BEYOND_HELP else AbsentError
            raise kind(
                f"{self.folder}: expected a folder to watch, can't be read: {error.strerror}. "
                "Check its kind, owner and mode."
            ) from error
        if not os.access(self.folder, os.X_OK, effective_ids=True):
            raise MissingInputError(
                f"{self.folder}: expected a folder to watch, its pictures may be listed but not read. Check its "
                "mode (x for the user that edgeclassify runs as)."
            )

    def read(self, timeout_s: float) -> Frame | None:
        """The oldest new picture. Raises NoFrameInTimeError where none came, ImageError for a bad one."""
        deadline = time.monotonic() + timeout_s
        while True:
            now = time.monotonic()
            if now >= self._next_look:
                self._look(now)
            candidate = self._next_due(now)
            if candidate is None:
                self._closed.wait(min(max(0.0, deadline - now), 0.1))
            elif (frame := self._load(candidate, now)) is not None:
                return frame
            # Also after a picture that took long to fail: the caller has more to look after.
            if time.monotonic() >= deadline:
                raise NoFrameInTimeError(f"{self.folder}: no new picture.")

    def processed(self, sequence: int, *, seen: bool) -> None:
        """A picture that was seen is done with, as `after` says; one that nobody looked at is given again."""
        while self._given and self._given[0][0] <= sequence:
            number, candidate = self._given.popleft()
            self._held.discard(candidate.mark)
            if seen and number == sequence:
                self._put_away(candidate)
            else:
                self._candidates.setdefault(candidate.path, candidate)

    def close(self) -> None:
        """Wake a read that waits. What was given and is never classified is given again by the next process."""
        self._closed.set()

    def describe(self) -> str:
        """The folder's path."""
        return str(self.folder)

    # --- looking ---------------------------------------------------------------------------------------

    def _look(self, now: float) -> None:
        """Look through the folder. Raises AbsentError where it has gone."""
        self._next_look = now + POLL_S
        try:
            status = self.folder.stat()
            folder_mtime_ns = status.st_mtime_ns
            changed = folder_mtime_ns != self._folder_mtime_ns
            if status.st_dev != self._drive and self._ledger is not None:
                self._drive = status.st_dev
                self._ledger.other_drive()
            if changed or now >= self._next_full_look:
                self._look_through(now)
                self._folder_mtime_ns = folder_mtime_ns
            else:
                self._look_at(list(self._candidates), now)
        except OSError as error:
            raise AbsentError(f"{self.folder}: the folder has gone: {error.strerror}.") from error

    def _look_through(self, now: float) -> None:
        assert self._ledger is not None, "opened"
        with os.scandir(self.folder) as entries:
            paths = [Path(entry.path) for entry in entries if _is_picture(entry)]
        marks = [self._note(path, now) for path in paths]
        for path in set(self._candidates) - set(paths):
            del self._candidates[path]
        # A drive that is not mounted shows an empty folder, and one that is in trouble shows a part of it.
        if paths and None not in marks:
            self._ledger.saw({mark for mark in marks if mark is not None}, now)
        self._next_full_look = now + (LARGE_POLL_S if len(paths) > LARGE_FOLDER else 0.0)

    def _look_at(self, paths: list[Path], now: float) -> None:
        for path in paths:
            self._note(path, now)

    def _note(self, path: Path, now: float) -> str | None:
        """Keep a new or changed file in mind; its mark, None where it has gone meanwhile."""
        assert self._ledger is not None, "opened"
        try:
            mark, mtime_ns = _mark_of(path)
        except OSError:
            self._candidates.pop(path, None)
            return None
        if mark in self._ledger or mark in self._held:
            self._candidates.pop(path, None)
        elif path not in self._candidates or self._candidates[path].mark != mark:
            self._candidates[path] = _Candidate(path, mark, mtime_ns, now + QUIET_S)
        return mark

    def _next_due(self, now: float) -> _Candidate | None:
        due = [candidate for candidate in self._candidates.values() if now >= candidate.due]
        # What has failed before keeps no other waiting.
        return min(
            due, key=lambda c: (c.failed_since is not None, c.mtime_ns, natural_key(c.path.name)), default=None
        )

    # --- one picture -----------------------------------------------------------------------------------

    def _load(self, candidate: _Candidate, now: float) -> Frame | None:
        """The picture as a frame; None where it is not whole yet, or has changed or gone."""
        if self._note(candidate.path, now) != candidate.mark:
            return None
        try:
            frame = load_frame(candidate.path, self.camera, self._sequence, self.wanted_side, own_time=True)
        except SourceError as error:
            if self._note(candidate.path, now) == candidate.mark:  # neither gone nor written to meanwhile
                self._put_off(candidate, time.monotonic(), error)
            return None
        del self._candidates[candidate.path]
        self._given.append((self._sequence, candidate))
        self._held.add(candidate.mark)
        self._sequence += 1
        return replace(frame, comes_again=True)

    def _put_off(self, candidate: _Candidate, now: float, error: SourceError) -> None:
        """Try it again later. Raises ImageError where that has been in vain for too long, and it counts as bad."""
        assert self._ledger is not None, "opened"
        since = now if candidate.failed_since is None else candidate.failed_since
        again = replace(candidate, failed_since=since, due=now + RETRY_S)
        if now - since >= GRACE_S:
            if not isinstance(error, MissingInputError):
                del self._candidates[candidate.path]
                self._ledger.add(candidate.mark)
                raise ImageError(str(error)) from error
            if not candidate.said:
                log.error("camera %s: %s It is tried every %.0f s.", self.camera, error, UNREADABLE_RETRY_S)
            again = replace(again, due=now + UNREADABLE_RETRY_S, said=True)
        self._candidates[candidate.path] = again

    def _put_away(self, candidate: _Candidate) -> None:
        assert self._ledger is not None, "opened"
        path = candidate.path
        try:
            if self.after != "keep":
                if _mark_of(path)[0] != candidate.mark:  # another picture has its name now
                    return
                if self.after == "delete":
                    path.unlink()
                else:
                    _move(path, self.folder / DONE)
                return
        except FileNotFoundError:  # somebody else has put it away
            return
        except OSError as error:
            if self.after not in self._said:
                log.error(
                    "camera %s: %s: can't %s it: %s. It is remembered instead. This is said once.",
                    self.camera, path, self.after, error.strerror or error,
                )  # fmt: skip
                self._said.add(self.after)
        self._ledger.add(candidate.mark)


def _mark_of(path: Path) -> tuple[str, int]:
    """A picture's fingerprint, and when it was changed (ns). Raises OSError."""
    status = path.stat()
    return fingerprint(path.name, status.st_size, status.st_mtime_ns), status.st_mtime_ns


def _is_picture(entry: "os.DirEntry[str]") -> bool:
    if entry.name.startswith(".") or os.path.splitext(entry.name)[1].lower() not in IMAGE_SUFFIXES:  # noqa: PTH122
        return False
    try:
        return entry.is_file()  # not so a folder, a link that leads nowhere, a pipe that nobody writes into
    except OSError:
        return False


def _move(path: Path, folder: Path) -> None:
    """Into the folder, under a name that is free there. Raises OSError."""
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    number = 0
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    path.rename(target)
