"""The node's event numbers: each event gets the next one, also after a restart.

A subscriber proves by them that nothing is missing, so a number is on disk before it is handed out. The file is
replaced as a whole (temporary file, fsync, rename, fsync of the folder): a power cut leaves the old or the new
number, never half of one.
"""

import logging
import os
import re
from pathlib import Path
from threading import Lock

log = logging.getLogger(__name__)

FILE_NAME = "event-number"
_VALID = re.compile(rb"([0-9]{1,18})\n")


class EventNumbers:
    """Hands out 1, 2, 3 …, going on after the last number of the previous run. Thread-safe.

    `state_dir` is created when it is missing; None: numbers in memory only, from 1 in each run. When the folder
    can't be written (read-only, disk full) that is said once and counting goes on in memory, so that a full card
    does not stop events; it is tried again with every number.
    """

    def __init__(self, state_dir: Path | None) -> None:
        self._lock = Lock()
        self._path = None if state_dir is None else state_dir / FILE_NAME
        self._writable = True
        self._last = 0 if self._path is None else _read(self._path)

    @property
    def last(self) -> int:
        """The last number handed out; 0: none yet."""
        return self._last

    def next(self) -> int:
        """The next number, on disk before it is returned."""
        with self._lock:
            self._last += 1
            if self._path is not None:
                self._store(self._path, self._last)
            return self._last

    def _store(self, path: Path, number: int) -> None:
        try:
            _write(path, number)
        except OSError as error:
            if self._writable:
                log.warning(
                    "%s: can't be written: %s. Event numbers are counted in memory: after a restart some may "
                    "repeat. Make room, or make the folder writable.",
                    path, error.strerror or error,
                )  # fmt: skip
            self._writable = False
        else:
            if not self._writable:
                log.info("%s: written again", path)
            self._writable = True


def _write(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    with temporary.open("wb") as file:
        file.write(b"%d\n" % number)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _temporary(path: Path) -> Path:
    return path.with_name(path.name + ".tmp")


def _read(path: Path) -> int:
    """The number in the file, 0 without one. What can't be read is set aside, and what it shows is used."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return 0
    except OSError as error:
        log.warning("%s: can't be read: %s. Event numbers begin at 1 again.", path, error.strerror or error)
        return 0
    if match := _VALID.fullmatch(content):
        return int(match[1])
    last = max(_numbers_in(content) + _numbers_in(_content(_temporary(path))), default=0)
    log.warning(
        "%s: expected one number, found %d damaged bytes: %s. Event numbers go on with %d.",
        path, len(content), _set_aside(path), last + 1,
    )  # fmt: skip
    return last


def _numbers_in(content: bytes) -> list[int]:
    return [int(digits) for digits in re.findall(rb"[0-9]+", content[:4096]) if len(digits) <= 18]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _set_aside(path: Path) -> str:
    """Rename the damaged file to a name that is free; says what became of it."""
    for i in range(1, 1000):
        aside = path.with_name(f"{path.name}.damaged-{i}")
        if aside.exists():
            continue
        try:
            path.rename(aside)
        except OSError as error:
            return f"can't be set aside ({error.strerror or error})"
        return f"set aside as {aside.name}"
    return "left in place, too many damaged ones are beside it"
