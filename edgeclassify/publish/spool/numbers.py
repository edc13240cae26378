"""The node's event numbers: each event gets the next one, also after a restart.

A subscriber proves by them that nothing is missing. The truth after a restart is the spool's `last_seq`: number
and event become durable in one commit, so that a kill leaves no hole. `NumberFile` stands beside the database for
the cases in which that can't tell: it was lost or set aside, or the disk is full and events are in memory only.
"""

import logging
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from edgeclassify.files import sync_folder
from edgeclassify.publish.interface import Spool

log = logging.getLogger(__name__)

FILE_NAME = "event-numbers"
FORMER_NAME = "event-number"
"""An earlier version kept the last number here, in decimal."""

STEP = 100
"""So many numbers are reserved at once: at most so many are skipped when the database is lost."""

_PLACE = 4096  # two places in blocks of their own: a power cut while one is written leaves the other
_LENGTH = 64
_RECORD = re.compile(rb"(([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18})) ([0-9a-f]{8})\n *\n")


class EventNumbers:
    """Hands out last + 1, going on after what the spool has seen. Thread-safe."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._lock = Lock()
        self._last = 0
        self._of_views = {record.view: record.seq for record in spool.views().values()}

    @property
    def last(self) -> int:
        """The last number handed out, in this run or an earlier one; 0: none yet."""
        return max(self._last, self._spool.last_seq)

    def last_of(self, view: str) -> int:
        """The number of a view's last event, in this run or an earlier one; 0: none yet."""
        return self._of_views.get(view, 0)

    @contextmanager
    def drawn(self, view: str) -> Iterator[int]:
        """The next number, for an event of `view` that is spooled within the block.

        Nobody else may draw one meanwhile. It is used up where the block ends well; after an error the next event
        gets it: what is not spooled leaves no hole.
        """
        with self._lock:
            seq = self.last + 1
            yield seq
            self._last = self._of_views[view] = seq

    def next(self) -> int:
        """The next number. It is used up for good when its event is appended to the spool."""
        with self._lock:
            self._last = self.last + 1
            return self._last


class NumberFile:
    """Two numbers in a file of fixed size that is overwritten in place, which needs no free space.

    `ceiling`: no number above it has been used. `floor`: every number up to it counts as used. Not thread-safe.
    Files that can't be written are said once; counting goes on.
    """

    def __init__(self, folder: Path) -> None:
        self._path, self._former = folder / FILE_NAME, folder / FORMER_NAME
        self._writable = True
        self._generation, self.ceiling, self.floor = self._read()

    def reserve(self, seq: int) -> None:
        """`seq` is about to be used, and will be in the database."""
        if seq > self.ceiling:
            self._write(seq + STEP - 1, self.floor)

    def use_up(self, seq: int) -> None:
        """`seq` is about to be used, and the database does not have it: after a restart `seq + 1` follows."""
        if seq > self.floor:
            self._write(seq, seq)

    def write_anew(self, last: int) -> None:
        """The file may have been removed with the database; `last` is the last number used."""
        self._write(max(self.ceiling, last), last)

    def use_up_ahead(self, seq: int) -> None:
        """As `use_up`, with few writes: after a kill up to 100 numbers are skipped, until `settle` none."""
        if seq > self.floor:
            self._write(seq + STEP - 1, seq + STEP - 1)

    def settle(self, last: int) -> None:
        """`last` is the last number used, and the database has it."""
        if self.floor > last:
            self._write(self.ceiling, last)

    def _write(self, ceiling: int, floor: int) -> None:
        self._generation, self.ceiling, self.floor = self._generation + 1, ceiling, floor
        values = b"%d %d %d" % (self._generation, ceiling, floor)
        record = b"%s %08x\n" % (values, zlib.crc32(values))
        try:
            _overwrite(self._path, record.ljust(_LENGTH - 1) + b"\n", self._generation % 2 * _PLACE)
        except OSError as error:
            if self._writable:
                log.warning(
                    "%s: can't be written: %s. A restart may give event numbers (seq) that are in use now to "
                    "other events, and subscribers would take those for repeats. Make room, or make the folder "
                    "writable, before the next restart.", self._path, error.strerror or error,
                )  # fmt: skip
            self._writable = False
            return
        if not self._writable:
            log.info("%s: written again", self._path)
        self._writable = True
        with suppress(OSError):
            self._former.unlink(missing_ok=True)

    def _read(self) -> tuple[int, int, int]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return self._read_former()
        except OSError as error:
            log.warning("%s: can't be read: %s", self._path, error.strerror or error)
            return 0, 0, 0
        records = [record for at in (0, _PLACE) if (record := _parsed(content[at : at + _LENGTH]))]
        if not records:
            log.warning(
                "%s: expected a record of event numbers, found %d damaged bytes. It is written anew; event "
                "numbers go on with what the spool knows.", self._path, len(content),
            )  # fmt: skip
        return max(records, default=(0, 0, 0))

    def _read_former(self) -> tuple[int, int, int]:
        try:
            digits = re.findall(rb"[0-9]+", self._former.read_bytes()[:4096])
        except OSError:
            return 0, 0, 0
        last = max((int(number) for number in digits if len(number) <= 18), default=0)
        return 0, last, last


def _parsed(record: bytes) -> tuple[int, int, int] | None:
    match = _RECORD.fullmatch(record)
    if match is None or zlib.crc32(match[1]) != int(match[5], 16):
        return None
    return int(match[2]), int(match[3]), int(match[4])


def _overwrite(path: Path, record: bytes, offset: int) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        new = os.fstat(descriptor).st_size < 2 * _PLACE
        if new:  # both blocks are there from the start, so that later writes need no room
            os.pwrite(descriptor, bytes(2 * _PLACE), 0)
        os.pwrite(descriptor, record, offset)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:
        sync_folder(path.parent)
