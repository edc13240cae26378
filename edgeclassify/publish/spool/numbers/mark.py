"""What the spool's database held after its last commit, noted beside it: a database can't tell what it has lost.

The note is written after each commit and not synced. A kill leaves it exact, since the kernel holds it. After a
power cut it may be half a minute old: then the write-ahead log itself is looked at (wal.py), and where that
is torn the reserved numbers are skipped. So a card bears no second sync for each event.
"""

import logging
import os
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import boot_id
from edgeclassify.publish.spool.database.wal import is_torn

log = logging.getLogger(__name__)

FILE_NAME = "spool.mark"
_LENGTH = 128
_RECORD = re.compile(rb"(([0-9]{1,18}) ([0-9]{1,18}) ([01]) ([0-9a-f-]{0,64})) ([0-9a-f]{8}) *\n")


@dataclass(frozen=True, slots=True)
class Mark:
    """`last`: the highest number in the database; `count`: at least so many undelivered events are in it.

    `clean`: it was closed in order. `boot`: the machine's start in which this was noted.
    """

    last: int
    count: int
    clean: bool
    boot: str


class SpoolMark:
    """The note in `folder`; `found`: as it was at the begin, None where there is none. Not thread-safe.

    `boot_id` names this start of the machine.
    """

    def __init__(self, folder: Path, boot_id: Callable[[], str] = boot_id) -> None:
        self._path, self._boot_id = folder / FILE_NAME, boot_id
        self.found = self._written = _read(self._path)

    def is_exact(self, wal: bytes) -> bool:
        """True where the note says what the database held at its very end. `wal`: its log as found."""
        if self.found is None:
            return False
        return self.found.boot == self._boot_id() != "" or (self.found.clean and not wal)

    def is_doubtful(self, wal: bytes) -> bool:
        """True where the note is not exact and, by the look of the log, commits may be missing."""
        missing = self.found is not None and not self.found.clean and not wal
        return missing or is_torn(wal)

    def keep(self, last: int, count: int) -> None:
        """The database holds this, or is about to hold no less."""
        self._write(Mark(last, count, False, self._boot_id()), sync=False)

    def close(self, last: int, count: int) -> None:
        """The database holds this to the end. On disk when this returns."""
        self._write(Mark(last, count, True, self._boot_id()), sync=True)

    def _write(self, mark: Mark, *, sync: bool) -> None:
        if mark == self._written:
            return
        values = b"%d %d %d %s" % (mark.last, mark.count, mark.clean, mark.boot.encode())
        record = b"%s %08x" % (values, zlib.crc32(values))
        with suppress(OSError):  # a disk that takes no mark takes no event: that is said
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, record.ljust(_LENGTH - 1) + b"\n", 0)
                if sync:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self._written = mark


def _read(path: Path) -> Mark | None:
    try:
        match = _RECORD.fullmatch(path.read_bytes()[:_LENGTH])
    except OSError:
        return None
    if match is None or zlib.crc32(match[1]) != int(match[6], 16):
        return None
    return Mark(int(match[2]), int(match[3]), match[4] == b"1", match[5].decode())
