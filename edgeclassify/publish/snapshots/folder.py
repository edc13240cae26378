"""Snapshots on disk: whole files only, bounded by bytes, by age and by the room that others need.

`<folder>/<view>/20261123T105445.123Z-start-egyptian_cat-seq812-57.jpg`: time of the frame (UTC), kind of event,
label, the event's number, and a number that grows by one per snapshot; where the frame came from a file, its name
follows, as a slug. The second number decides which is the oldest: times don't, since the clock may have jumped.
Files with other names are left alone, and are not counted.
"""

import logging
import os
import re
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from edgeclassify.config import SnapshotConfig
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.files import write_whole
from edgeclassify.files.age import AgeClock
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once
from edgeclassify.pictures.caption import Caption
from edgeclassify.slugs import slug

log = logging.getLogger(__name__)

_VIEW = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_OURS = re.compile(
    r"(\d{8}T\d{6}\.\d{3}Z)-[a-z]{1,16}-[a-z0-9_]{1,64}-seq\d{1,20}-(\d+)(?:-[a-z0-9_]{1,64})?\.jpg", re.ASCII
)
_UNFINISHED = re.compile(rf"\.{_OURS.pattern}\.tmp", re.ASCII)


@dataclass(frozen=True, slots=True)
class _File:
    """A snapshot. `since`: seconds on the monotonic clock for this process's own, else since the epoch."""

    path: Path
    size: int
    since: float
    is_own: bool


class SnapshotFolder:
    """Keeps snapshots. Thread-safe. Never raises for a disk that is full, broken or read-only: says so once."""

    def __init__(self, folder: Path, config: SnapshotConfig, clock: AgeClock | None = None) -> None:
        self._folder, self._config = folder, config
        self._clock = clock or AgeClock()
        self._lock = Lock()
        self._files: OrderedDict[int, _File] | None = None
        self._bytes = 0
        self._last = 0
        self._faults = Once()

    @property
    def count(self) -> int:
        """Number of snapshots that are kept."""
        with self._lock:
            return len(self._scanned())

    @property
    def bytes_used(self) -> int:
        """What they take."""
        with self._lock:
            self._scanned()
            return self._bytes

    def sweep(self) -> None:
        """Delete what is too old, or too much; the first time, what a crash left unfinished."""
        with self._lock:
            try:
                self._delete_aged()
                self._make_room(0)
            except OSError as error:
                self._say(f"can't delete old pictures: {error.strerror or error}")

    def add(self, caption: Caption, jpeg: bytes) -> Path | None:
        """Keep a snapshot; the oldest make room for it. None where it can't be kept."""
        with self._lock:
            try:
                self._delete_aged()
                if fault := self._obstacle(len(jpeg)):
                    self._say(fault)
                    return None
                self._make_room(len(jpeg))
                path = self._write(caption, jpeg)
            except OSError as error:
                self._say(f"can't keep pictures: {error.strerror or error}. Make room, or make it writable")
                return None
            if self._faults.is_over():
                log.info("%s: pictures are kept again", self._folder)
            return path

    def _obstacle(self, size: int) -> str | None:
        """Why a snapshot of `size` bytes must not be written, None where it may."""
        if size > self._config.max_bytes:
            most = self._config.max_bytes
            return f"a picture of {size} bytes is more than snapshot.max_bytes = {most}; raise that"
        self._folder.mkdir(parents=True, exist_ok=True)
        disk = os.statvfs(self._folder)
        free, least = disk.f_bavail * disk.f_frsize, self._config.min_free_bytes
        if free - size < least:
            return (
                f"no picture is kept while the disk has less room than snapshot.min_free_bytes = {least} "
                f"(now {free} bytes). Make room, or lower it"
            )
        return None

    def _write(self, caption: Caption, jpeg: bytes) -> Path:
        """As a whole or not at all."""
        files = self._scanned()
        number = self._last + 1
        folder = self._folder / caption.view
        folder.mkdir(exist_ok=True)
        path = folder / _name(caption, number)
        write_whole(path, jpeg)
        self._last = number
        self._bytes += len(jpeg)
        files[number] = _File(path, len(jpeg), self._clock.running(), is_own=True)
        return path

    def _make_room(self, size: int) -> None:
        files = self._scanned()
        while files and self._bytes + size > self._config.max_bytes:
            self._delete(next(iter(files)))

    def _delete_aged(self) -> None:
        now, running = self._clock.now(), self._clock.running()
        for number, file in list(self._scanned().items()):
            clock = running if file.is_own else now
            if clock is not None and clock - file.since > self._config.max_age_s:
                self._delete(number)

    def _delete(self, number: int) -> None:
        files = self._scanned()
        files[number].path.unlink(missing_ok=True)  # somebody else may have taken it away
        self._bytes -= files.pop(number).size

    def _scanned(self) -> "OrderedDict[int, _File]":
        """The snapshots by number, oldest first; the folder is read once."""
        if self._files is None:
            found = sorted(_snapshots(self._folder), key=lambda pair: pair[0])
            self._files = OrderedDict()
            for number, file in found:
                # Two of one number: somebody copied folders together. The later gets a number of its own.
                self._last = max(self._last + 1, number)
                self._files[self._last] = file
            self._bytes = sum(file.size for _, file in found)
        return self._files

    def _say(self, fault: str) -> None:
        # The figures in it change; the fault is the same.
        if self._faults.is_news(what=re.sub(r"\d+", "", fault)):
            log.warning("%s: %s. This is said once", self._folder, fault)


def _name(caption: Caption, number: int) -> str:
    moment = rfc3339(caption.captured_at).replace("-", "").replace(":", "")
    origin = "" if caption.origin is None else f"-{slug(caption.origin)}"
    return f"{moment}-{caption.event_type}-{slug(caption.label)}-seq{caption.seq}-{number}{origin}.jpg"


def _snapshots(folder: Path) -> Iterator[tuple[int, _File]]:
    """Ours, of every view, with their numbers; deletes what a crash left unfinished."""
    for view in _entries(folder):
        if not _VIEW.fullmatch(view.name) or not view.is_dir(follow_symlinks=False):
            continue
        for entry in _entries(Path(view.path)):
            if _UNFINISHED.fullmatch(entry.name):
                Path(entry.path).unlink(missing_ok=True)
            elif found := _snapshot(entry):
                yield found


def _snapshot(entry: "os.DirEntry[str]") -> tuple[int, _File] | None:
    match = _OURS.fullmatch(entry.name)
    since = _seconds(match[1]) if match else None
    if match is None or since is None or not entry.is_file(follow_symlinks=False):
        return None
    size = entry.stat(follow_symlinks=False).st_size
    return int(match[2]), _File(Path(entry.path), size, since, is_own=False)


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _seconds(stamp: str) -> float | None:
    """Seconds since the epoch; None for digits that are no date, and so no name of ours."""
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
