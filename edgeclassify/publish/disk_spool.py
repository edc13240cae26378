"""Undelivered events on disk: what `append` returned from survives a kill at any moment, and a power cut.

A row is committed (WAL, synchronous=FULL) before `append` returns. Deletes are batched, at most a second or 256
of them, and not waited for: a kill may repeat delivered events, with the same `seq`, but lose none. What the disk
does not take (full, broken, over the day's write budget) waits in memory and is written when that is possible.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from threading import RLock

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.folder_lock import FolderLock
from edgeclassify.publish.interface import Spool, SpooledEvent
from edgeclassify.publish.sequence import STEP, NumberFile
from edgeclassify.publish.spool import MemorySpool
from edgeclassify.publish.spool_damage import salvage, set_aside
from edgeclassify.publish.spool_drops import Drops
from edgeclassify.publish.spool_file import Row, SpoolFile, is_damage, is_full
from edgeclassify.publish.spool_waiting import Waiting

log = logging.getLogger(__name__)

FILE_NAME = "spool.sqlite3"

PAUSE_S = 10.0
"""Between two attempts to write to a disk that failed."""

STAMP_S = 3600.0
"""So much running time may go uncounted by a kill."""

_BATCH = 64
_DELETES = 256  # that may wait
_DELETES_WITH_APPEND = 16  # more pages would make the inference thread wait longer
_AGED = 1024  # dropped at once, so that others get the lock
_BUDGET = "the day's write budget (spool.max_bytes_written_day) is used up"


def open_spool(
    state_dir: Path | None, config: SpoolConfig, *, bytes_written_day: Callable[[], int | None] = lambda: None
) -> Spool:
    """The node's spool: in its state folder, or without one in memory. Raises StorageError, see DiskSpool."""
    if state_dir is None:
        return MemorySpool(config.memory_events)
    return DiskSpool(state_dir, config, bytes_written_day=bytes_written_day)


class DiskSpool(Spool):
    """Opens or creates `folder`/spool.sqlite3. Raises StorageError where another process has the folder.

    A damaged database is set aside, and what can be trusted in it taken over. In a folder that can't be written it
    works in memory, says so once, and tries again. `bytes_written_day`: bytes written within 24 hours, for the
    budget; `clock`: monotonic seconds, by which events grow old, carried over restarts.
    """

    def __init__(
        self,
        folder: Path,
        config: SpoolConfig,
        *,
        bytes_written_day: Callable[[], int | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = folder / FILE_NAME
        self._config, self._clock = config, clock
        self._bytes_written_day = bytes_written_day
        self._lock = RLock()
        self._drops = Drops(str(self._path), clock)
        self._waiting = Waiting()
        self._gone: dict[int, int] = {}  # on disk still, but delivered or dropped: seq -> size
        self._file: SpoolFile | None = None
        self._count = self._size = 0  # undelivered on disk
        self._trouble: str | None = None
        self._trouble_rows = 0
        self._retry_at, self._retry_cheap = 0.0, False
        self._budget_checked, self._over_budget = -1.0, False
        self._zero_s = clock()  # when the running time was 0, on `clock`
        self._stamped_s = 0.0
        self._looked_at = clock()
        self._recovering = self._closing = self._closed = False
        self._last_seq = 0
        with suppress(OSError):  # opening the database says it
            folder.mkdir(parents=True, exist_ok=True)
        self._folder_lock = FolderLock(folder)
        self._numbers = NumberFile(folder)
        self._open()
        self._begin_numbers()

    # --- for others ------------------------------------------------------------------------------------

    def append(self, event: SpooledEvent) -> None:
        """On disk before this returns, or in memory while the disk takes nothing (`on_disk`)."""
        with self._lock:
            if event.seq <= self._last_seq:
                self._mark_gone([event.seq])
            self._last_seq = max(self._last_seq, event.seq)
            self._waiting.put(Row(event, int(self._running_s)))
            self._make_room()
            if self._trouble is None:
                self._numbers.reserve(event.seq)
            while self._write_batch(eager=True) and self._trouble is None and self._waiting:
                """Again, after a damaged database was replaced."""
            if not self._waiting:
                self._numbers.reserve(event.seq)
            elif self._trouble == _BUDGET:
                self._numbers.use_up_ahead(self._last_seq)
            else:
                self._numbers.use_up(self._last_seq)
            self._bound_waiting()

    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        """The oldest undelivered events above `after`."""
        if after >= self._last_seq or not self.depth:
            return []
        with self._lock:
            rows = {row.event.seq: row for row in self._read(limit, after)}
            rows.update((row.event.seq, row) for row in self._waiting.first(limit, after))
            return [rows[seq].event for seq in sorted(rows)[:limit]]

    def delivered(self, seqs: Iterable[int]) -> None:
        """Forget the events: at once for `pending` and `depth`, on disk within a second."""
        with self._lock:
            self._mark_gone([seq for seq in seqs if self._waiting.take(seq) is None])
            if len(self._gone) >= _DELETES:
                self._delete_batch()

    @property
    def last_seq(self) -> int:
        """Highest number ever appended."""
        return self._last_seq

    @property
    def depth(self) -> int:
        """Number of undelivered events."""
        return self._count + len(self._waiting)

    @property
    def dropped(self) -> int:
        """Number of events dropped since start."""
        return self._drops.total

    @property
    def on_disk(self) -> bool:
        """False while events wait in memory, or the next one would have to."""
        return self._file is not None and not self._waiting and self._trouble is None

    def maintain(self) -> None:
        """Drop what is too old, write what waits, delete what was delivered; about once a second."""
        with self._lock:
            if self._closed:
                return
            self._look_for_file()
            self._drop_aged()
            self._drops.settle()
        while self._write_batch():  # the lock is free between two batches
            pass
        while self._delete_batch():
            pass
        with self._lock:
            if self._trouble is not None or (self._count and self._running_s - self._stamped_s >= STAMP_S):
                self._stamp()

    def close(self) -> None:
        """Write and delete all that is still to be, also beyond the write budget; then release the folder."""
        with self._lock:
            if self._closed:
                return
            self._closing, self._retry_at = True, 0.0
            while self._write_batch() or self._delete_batch():
                pass
            if self._waiting:
                log.error("%s: %d events waited in memory only and are lost", self._path, len(self._waiting))
            if self._file is not None:
                self._stamp()
                self._release_file()
            self._numbers.settle(self._last_seq)
            self._drops.settle(at_once=True)
            self._closed = True
            self._folder_lock.release()

    # --- numbers and time ------------------------------------------------------------------------------

    def _begin_numbers(self) -> None:
        known = max(self._last_seq, self._numbers.floor)
        ceiling = self._numbers.ceiling
        lost = self._file is None or self._file.fresh or known < ceiling - STEP
        if lost and ceiling > known:
            log.warning(
                "%s: does not tell the last event number. Numbers go on with %d; up to %d before it are skipped.",
                self._path, ceiling + 1, STEP,
            )  # fmt: skip
            known = ceiling
        self._last_seq = known

    @property
    def _running_s(self) -> float:
        return self._clock() - self._zero_s

    def _stamp(self) -> None:
        """Keep the running time; also shows whether the disk can be written again."""
        if self._writable() and self._file is not None:
            try:
                self._file.stamp(int(self._running_s))
            except sqlite3.Error as error:
                self._failed(error)
            else:
                self._stamped_s = self._running_s
                self._healed()

    # --- the database ----------------------------------------------------------------------------------

    def _open(self) -> bool:
        """Open the database, a new one in place of a damaged one; False when that can't be done now."""
        damage: sqlite3.Error | None = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                file = SpoolFile(self._path)
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise
                damage = error
            if damage is not None:
                self._replace(damage)
                return self._file is not None
        except (sqlite3.Error, OSError) as error:
            self._in_trouble(_reason(error), cheap=False)
            return False
        self._use(file)
        return True

    def _use(self, file: SpoolFile) -> None:
        self._file = file
        self._count, self._size = file.totals
        self._gone.clear()
        self._last_seq = max(self._last_seq, file.last_seq)
        self._zero_s = min(self._zero_s, self._clock() - file.running_s)
        self._stamped_s = self._running_s

    def _release_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None
        self._count = self._size = 0

    def _failed(self, error: sqlite3.Error) -> bool:
        """Deal with an error of the database; True when a new one is in its place."""
        if is_damage(error) and not self._recovering:
            expected = self._count
            self._release_file()
            try:
                saved = self._replace(error)
            except (sqlite3.Error, OSError) as second:
                self._in_trouble(_reason(second), cheap=False)
                saved = 0
            self._drops.total += max(0, expected - saved)
            return self._file is not None
        if is_damage(error):
            self._release_file()
        self._in_trouble(_reason(error), cheap=is_full(error))
        return False

    def _replace(self, damage: sqlite3.Error) -> int:
        """Set the (closed) damaged database aside, take over what can be trusted; returns how many events.

        Raises sqlite3.Error, OSError when it can't be set aside."""
        aside = set_aside(self._path)
        gone, self._recovering = set(self._gone), True
        try:
            with suppress(sqlite3.Error, OSError):  # opened again later
                self._use(SpoolFile(self._path))
            saved = 0
            for row in salvage(aside):
                seq = row.event.seq
                if seq not in gone and seq not in self._waiting and not self._is_on_disk(seq):
                    saved += 1
                    self._waiting.put(row)
                    self._last_seq = max(self._last_seq, seq)
                    if len(self._waiting) >= _BATCH:
                        self._write_batch()
                    self._bound_waiting()
            while self._write_batch():
                pass
        finally:
            self._recovering = False
        log.error(
            "%s: damaged (%s). It is set aside as %s, with a new one in its place; %d undelivered events could be "
            "taken over.", self._path, str(damage).splitlines()[-1], aside.name, saved,
        )  # fmt: skip
        return saved

    def _is_on_disk(self, seq: int) -> bool:
        with suppress(sqlite3.Error):
            return self._file is not None and bool(self._file.sizes([seq]))
        return False

    def _look_for_file(self) -> None:
        """What goes to a file that was removed or replaced meanwhile would be lost: write it anew."""
        if self._file is None or self._clock() - self._looked_at < PAUSE_S:
            return
        self._looked_at = self._clock()
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            inode = None
        except OSError:
            return
        if inode == self._file.inode:
            return
        after = 0
        while rows := self._read(_BATCH, after):
            after = rows[-1].event.seq
            for row in rows:
                self._waiting.put(row)
            self._bound_waiting()
        self._release_file()
        log.error(
            "%s: was removed or replaced while in use; %d events are written anew", self._path, len(self._waiting)
        )
        self._open()

    # --- writing ---------------------------------------------------------------------------------------

    def _write_batch(self, *, eager: bool = False) -> bool:
        """Write the oldest that wait; True when something was achieved and more may be. `eager`: also try a full
        disk before its pause is over."""
        with self._lock:
            rows = self._waiting.first(_BATCH)
            if not rows or not self._writable(eager=eager) or self._file is None:
                return False
            deletes = list(islice(self._gone, _DELETES_WITH_APPEND))
            try:
                self._file.write(rows, deletes)
            except sqlite3.Error as error:
                return self._failed(error)
            for row in rows:
                self._waiting.take(row.event.seq)
                self._count, self._size = self._count + 1, self._size + row.size
            for seq in (*deletes, *(row.event.seq for row in rows)):
                self._gone.pop(seq, None)
            self._trouble_rows += len(rows)
            self._healed()
            return True

    def _delete_batch(self) -> bool:
        """Delete what was delivered; True when something was achieved and more may be."""
        with self._lock:
            if not self._gone or not self._writable() or self._file is None:
                return False
            deletes = list(islice(self._gone, _DELETES))
            try:
                self._file.remove(deletes)
            except sqlite3.Error as error:
                return self._failed(error)
            for seq in deletes:
                del self._gone[seq]
            self._healed()
            return True

    def _writable(self, *, eager: bool = False) -> bool:
        if self._closed or (self._clock() < self._retry_at and not (eager and self._retry_cheap)):
            return False
        if self._file is None and (self._recovering or not self._open()):
            return False
        if not self._closing and self._budget_used_up():
            self._in_trouble(_BUDGET, cheap=True)
            return False
        return True

    def _budget_used_up(self) -> bool:
        now = self._clock()
        if self._config.max_bytes_written_day and not now - self._budget_checked < 1.0:
            self._budget_checked = now
            self._over_budget = (self._bytes_written_day() or 0) > self._config.max_bytes_written_day
        return self._over_budget

    def _in_trouble(self, reason: str, *, cheap: bool) -> None:
        if reason != self._trouble:
            log.error(
                "%s: %s. New events wait in memory, at most %d, and a power cut loses them.",
                self._path, reason, self._config.memory_events,
            )  # fmt: skip
            self._trouble_rows = 0
        self._trouble, self._retry_cheap = reason, cheap
        self._retry_at = self._clock() + (0.0 if reason == _BUDGET else PAUSE_S)

    def _healed(self) -> None:
        if self._trouble is not None and not self._waiting:
            log.warning("%s: written again; %d events had waited in memory", self._path, self._trouble_rows)
            self._trouble, self._retry_at = None, 0.0
            self._numbers.settle(self._last_seq)

    # --- reading and forgetting ------------------------------------------------------------------------

    def _read(self, limit: int, after: int) -> list[Row]:
        """The oldest undelivered rows on disk above `after`; none while it can't be read."""
        found: list[Row] = []
        try:
            while self._file is not None and self._count and len(found) < limit:
                rows = self._file.read(limit, after)
                found += [row for row in rows if row.event.seq not in self._gone]
                if len(rows) < limit:
                    break
                after = rows[-1].event.seq
        except sqlite3.Error as error:
            return self._read(limit, after) if self._failed(error) else found[:limit]
        return found[:limit]

    def _mark_gone(self, seqs: Sequence[int]) -> None:
        """Those of them that are on disk need not be there any more."""
        if self._file is None or not self._count:
            return
        try:
            sizes = self._file.sizes([seq for seq in seqs if seq not in self._gone])
        except sqlite3.Error as error:
            if self._failed(error):
                self._mark_gone(seqs)
            return
        self._gone |= sizes
        self._count -= len(sizes)
        self._size -= sum(sizes.values())

    def _oldest(self) -> Iterator[tuple[int, int]]:
        """(seq, at) of the undelivered rows on disk, oldest first."""
        after = 0
        while self._file is not None and self._count and (rows := self._file.oldest(_DELETES_WITH_APPEND, after)):
            yield from ((seq, at) for seq, at, _ in rows if seq not in self._gone)
            after = rows[-1][0]

    def _make_room(self) -> None:
        """Drop the oldest until all fits `max_bytes`, with the newest in any case."""
        why = f"more than {self._config.max_bytes} bytes (spool.max_bytes)"
        try:
            for seq, _ in self._oldest():
                if self._size + self._waiting.size <= self._config.max_bytes:
                    return
                self._mark_gone([seq])
                self._drops.add(seq, why)
        except sqlite3.Error as error:
            self._failed(error)
        while self._size + self._waiting.size > self._config.max_bytes and len(self._waiting) > 1:
            self._drop_waiting(why)

    def _drop_aged(self) -> None:
        limit = self._running_s - self._config.max_age_s
        why = f"older than {self._config.max_age_s:g} s of running time (spool.max_age_s)"
        try:
            for seq, at in islice(self._oldest(), _AGED):
                if at >= limit:
                    break
                self._mark_gone([seq])
                self._drops.add(seq, why)
        except sqlite3.Error as error:
            self._failed(error)
        while (oldest := self._waiting.first(1)) and oldest[0].at < limit:
            self._drop_waiting(why)

    def _bound_waiting(self) -> None:
        while len(self._waiting) > self._config.memory_events:
            self._drop_waiting(f"more than {self._config.memory_events} wait in memory (spool.memory_events)")

    def _drop_waiting(self, why: str) -> None:
        seq = self._waiting.first(1)[0].event.seq
        self._waiting.take(seq)
        self._drops.add(seq, why)


def _reason(error: sqlite3.Error | OSError) -> str:
    """Why the disk takes nothing now, and what to do."""
    if isinstance(error, sqlite3.Error) and is_full(error):
        return "the disk is full: make room"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"can't be written ({text}): check the disk and the folder's rights"
