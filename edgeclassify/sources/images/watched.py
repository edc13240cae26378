"""A folder into which another program drops pictures: each is classified once.

The folder is looked through again and again, since network drives tell nobody of new files.
"""

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
DONE = "done"
"""Folder for classified pictures, within the watched one."""

After = Literal["keep", "delete", "move"]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A file that is not known yet. Times in monotonic seconds."""

    path: Path
    mark: str
    mtime_ns: int
    seen: float
    due: float


class WatchedFolderSource(FrameSource):
    """New pictures in a folder, oldest first; hidden files and what has no image suffix are left out.

    A picture that can't be read or decoded is tried again for GRACE_S, then reported once, and left where it is.
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
        self._given: deque[tuple[int, Path, str]] = deque()
        self._held: set[str] = set()
        self._closed = threading.Event()
        self._next_look = self._next_full_look = 0.0
        self._folder_mtime_ns = self._drive = -1
        self._sequence = 0
        self._said: set[str] = set()

    def open(self) -> None:
        """Raises AbsentError where the folder is not there, MissingInputError where it is no readable folder."""
        self._closed.clear()
        self._candidates.clear()
        self._next_look = self._next_full_look = 0.0
        self._ledger = self._ledger or Ledger(self._ledger_path)
        try:
            with os.scandir(self.folder) as entries:
                next(entries, None)
        except FileNotFoundError as error:
            raise AbsentError(
                f"{self.folder}: expected a folder to watch, found nothing there. Create it, or check the path."
            ) from error
        except OSError as error:
            raise MissingInputError(
                f"{self.folder}: expected a folder to watch, can't be read: {error.strerror}. "
                "Check its kind, owner and mode."
            ) from error

    def read(self, timeout_s: float) -> Frame | None:
        """The oldest new picture. Raises NoFrameInTimeError where none came, ImageError for a bad one."""
        deadline = time.monotonic() + timeout_s
        while True:
            now = time.monotonic()
            if now >= self._next_look:
                self._look(now)
            candidate = self._next_due(now)
            if candidate is not None:
                frame = self._load(candidate, now)
                if frame is not None:
                    return frame
                continue
            if now >= deadline:
                raise NoFrameInTimeError(f"{self.folder}: no new picture.")
            self._closed.wait(min(deadline - now, 0.1))

    def processed(self, sequence: int) -> None:
        """Everything up to this number has been classified: it is done with, as `after` says."""
        while self._given and self._given[0][0] <= sequence:
            _, path, mark = self._given.popleft()
            self._held.discard(mark)
            self._put_away(path, mark)

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
            status = path.stat()
        except OSError:
            self._candidates.pop(path, None)
            return None
        mark = fingerprint(path.name, status.st_size, status.st_mtime_ns)
        if mark in self._ledger or mark in self._held:
            self._candidates.pop(path, None)
        elif path not in self._candidates or self._candidates[path].mark != mark:
            self._candidates[path] = _Candidate(path, mark, status.st_mtime_ns, now, now + QUIET_S)
        return mark

    def _next_due(self, now: float) -> _Candidate | None:
        due = [candidate for candidate in self._candidates.values() if now >= candidate.due]
        return min(due, key=lambda c: (c.mtime_ns, natural_key(c.path.name)), default=None)

    # --- one picture -----------------------------------------------------------------------------------

    def _load(self, candidate: _Candidate, now: float) -> Frame | None:
        """The picture as a frame; None where it is not whole yet, or has changed or gone."""
        if self._note(candidate.path, now) != candidate.mark:
            return None
        try:
            frame = load_frame(candidate.path, self.camera, self._sequence, self.wanted_side)
        except SourceError as error:
            if not candidate.path.exists():
                return None
            if now - candidate.seen < GRACE_S:
                self._candidates[candidate.path] = replace(candidate, due=now + RETRY_S)
                return None
            self._remember(candidate)
            raise ImageError(str(error)) from error
        del self._candidates[candidate.path]
        self._given.append((self._sequence, candidate.path, candidate.mark))
        self._held.add(candidate.mark)
        self._sequence += 1
        # When the picture was taken, as far as its file tells: the time of the look at it says nothing.
        return replace(frame, captured_at=candidate.mtime_ns / 1e9)

    def _remember(self, candidate: _Candidate) -> None:
        assert self._ledger is not None, "opened"
        self._candidates.pop(candidate.path, None)
        self._ledger.add(candidate.mark)

    def _put_away(self, path: Path, mark: str) -> None:
        assert self._ledger is not None, "opened"
        try:
            if self.after == "delete":
                path.unlink(missing_ok=True)
                return
            if self.after == "move":
                _move(path, self.folder / DONE)
                return
        except OSError as error:
            if self.after not in self._said:
                log.error(
                    "camera %s: %s: can't %s it: %s. It is remembered instead. This is said once.",
                    self.camera, path, self.after, error.strerror or error,
                )  # fmt: skip
                self._said.add(self.after)
        self._ledger.add(mark)


def _is_picture(entry: "os.DirEntry[str]") -> bool:
    if entry.name.startswith(".") or os.path.splitext(entry.name)[1].lower() not in IMAGE_SUFFIXES:  # noqa: PTH122
        return False
    return not entry.is_dir()


def _move(path: Path, folder: Path) -> None:
    """Into the folder, under a name that is free there. Nothing is done where the file has gone."""
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    number = 0
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    if path.exists():
        path.rename(target)
