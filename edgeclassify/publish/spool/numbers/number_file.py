"""The numbers that are in use, beside the database: for the cases in which that can't tell.

It was lost or set aside, or the disk is full and events are in memory only.
"""

import logging
import os
import re
import zlib
from contextlib import suppress
from pathlib import Path

from edgeclassify.files import sync_folder
from edgeclassify.once import Once

log = logging.getLogger(__name__)

FILE_NAME = "event-numbers"
FORMER_NAME = "event-number"
"""An earlier version kept the last number here, in decimal."""

STEP = 100
"""How many numbers are reserved at once, and so are skipped at most when the database is lost."""

_PLACE = 4096  # two places in blocks of their own: a power cut while one is written leaves the other
_LENGTH = 64
_RECORD = re.compile(rb"(([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18})) ([0-9a-f]{8})\n *\n")


class NumberFile:
    """Two numbers in a file of fixed size that is overwritten in place, which needs no free space.

    `ceiling`: no number above it has been used. `floor`: every number up to it counts as used. Not thread-safe.
    Files that can't be written are said once; counting goes on.
    """

    def __init__(self, folder: Path) -> None:
        self._path, self._former = folder / FILE_NAME, folder / FORMER_NAME
        self._unwritable = Once()
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
            if self._unwritable.is_news():
                log.warning(
                    "%s: can't be written: %s. A restart may give event numbers (seq) that are in use now to "
                    "other events, and subscribers would take those for repeats. Make room, or make the folder "
                    "writable, before the next restart.", self._path, error.strerror or error,
                )  # fmt: skip
            return
        if self._unwritable.is_over():
            log.info("%s: written again", self._path)
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
