"""Undelivered events on disk: what `append` returned from survives a kill at any moment, and a power cut.

A row is committed (WAL, synchronous=FULL) before `append` returns. Deletes are batched, at most a second or 256
of them, and not waited for: a kill may repeat delivered events, with the same `seq`, but lose none. What the disk
does not take (full, broken, over the day's write budget) waits in memory and is written when that is possible.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock

from edgeclassify.config import SpoolConfig
from edgeclassify.publish.interface import Spool, SpooledEvent, SpoolReader
from edgeclassify.publish.spool.acknowledgements import Acknowledgements, Run, Runs
from edgeclassify.publish.spool.bounds import Bounds
from edgeclassify.publish.spool.clocks import CLOCKS, Clocks, Stamp
from edgeclassify.publish.spool.database.file import Row
from edgeclassify.publish.spool.database.rows import DELETES, DiskRows
from edgeclassify.publish.spool.database.wal import read_wal
from edgeclassify.publish.spool.drops import Drops
from edgeclassify.publish.spool.known_views import KnownViews
from edgeclassify.publish.spool.lock import FolderLock
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.last_number import LastNumber
from edgeclassify.publish.spool.numbers.mark import SpoolMark
from edgeclassify.publish.spool.numbers.number_file import NumberFile
from edgeclassify.publish.spool.readers import SinkReader
from edgeclassify.publish.spool.running_time import RunningTime
from edgeclassify.publish.spool.store import Store, StoreUser
from edgeclassify.publish.spool.waiting import Waiting
from edgeclassify.publish.spool.write_policy import BUDGET, WritePolicy
from edgeclassify.publish.spool.writer import BATCH, Writer
from edgeclassify.types import OpenOccurrence, ViewRecord

log = logging.getLogger(__name__)

FILE_NAME = "spool.sqlite3"

MAINTAIN_S = 0.2
"""So long may `maintain` write and delete, up to the end of the batch then begun: its caller has more to do."""


def open_spool(
    state_dir: Path | None, config: SpoolConfig, *, bytes_written_day: Callable[[], int | None] = lambda: None
) -> Spool:
    """The node's spool: in its state folder, or without one in memory. Raises StorageError, see DiskSpool."""
    if state_dir is None:
        return MemorySpool(config.memory_events)
    return DiskSpool(state_dir, config, bytes_written_day=bytes_written_day)


class DiskSpool(Spool, StoreUser):
    """Opens or creates `folder`/spool.sqlite3. Raises StorageError where another process has the folder.

    A damaged database is set aside, and what can be trusted in it taken over. In a folder that can't be written it
    works in memory, says so once, and tries again. `bytes_written_day`: bytes written within 24 hours, for the
    budget. Events grow old by the monotonic clock, carried over restarts.
    """

    def __init__(
        self,
        folder: Path,
        config: SpoolConfig,
        *,
        bytes_written_day: Callable[[], int | None] = lambda: None,
        clocks: Clocks = CLOCKS,
    ) -> None:
        self._path = folder / FILE_NAME
        self._clocks, self._clock = clocks, clocks.monotonic
        self._lock = RLock()
        self._drops = Drops(str(self._path), self._clock)
        self._waiting = Waiting()
        self._views = KnownViews()
        self._running = RunningTime(self._clock)
        self._had = Acknowledgements(lambda seq: seq in self._waiting or seq in self._store)
        self._sinks: frozenset[str] | None = None
        self._last_seq = 0
        self._closed = self._said_closed = False
        with suppress(OSError):  # opening the database says it
            folder.mkdir(parents=True, exist_ok=True)
        self._folder_lock = FolderLock(folder)
        self._folder_lock.take()
        self._numbers, mark = NumberFile(folder), SpoolMark(folder, clocks.boot_id)
        last_number = LastNumber(self._path, self._numbers, mark, read_wal(self._path))
        self._policy = WritePolicy(str(self._path), config, bytes_written_day, self._clock)
        self._store = Store(
            self._path, self, lock=self._folder_lock, policy=self._policy, mark=mark, clocks=clocks
        )
        self._writer = Writer(
            self._store, self._waiting, policy=self._policy, views=self._views, acknowledgements=self._had,
            clocks=clocks, on_healed=lambda: self._numbers.settle(self._last_seq),
        )  # fmt: skip
        self._bounds = Bounds(
            config, self._store, self._waiting, running=self._running, drops=self._drops,
            acknowledgements=self._had,
        )  # fmt: skip
        self._store.open()
        self._last_seq = last_number.find(self._last_seq, self._store.rows)

    # --- events in and out -----------------------------------------------------------------------------

    def append(self, event: SpooledEvent) -> None:
        """On disk before this returns, or in memory while the disk takes nothing (`on_disk`)."""
        with self._lock:
            if self._closed:
                self._say_closed(event)
                return
            if event.seq <= self._last_seq:
                self._had.renew(event.seq)
                self._forget([event.seq])
                self._drops.appended(event.seq)
            self._last_seq = max(self._last_seq, event.seq)
            self._waiting.put(Row(event, int(self._running.now_s)))
            self._views.follow(event)
            self._bounds.make_room()
            if self._policy.reason is None:
                self._numbers.reserve(event.seq)
            while self._writer.write(eager=True) and self._policy.reason is None and self._waiting:
                """Again, after a damaged database was replaced."""
            if not self._waiting:
                self._numbers.reserve(event.seq)
            elif self._policy.reason == BUDGET:
                self._numbers.use_up_ahead(self._last_seq)
            else:
                self._numbers.use_up(self._last_seq)
            self._bounds.bound_waiting()

    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        """The oldest undelivered events above `after`."""
        # Nothing more is told without the lock: an append in progress has its number before its row, and whoever
        # was told "none" then would go on behind it.
        if after >= self._last_seq:
            return []
        with self._lock:
            rows = {row.event.seq: row for row in self._read(limit, after)}
            rows.update((row.event.seq, row) for row in self._waiting.first(limit, after))
            return [rows[seq].event for seq in sorted(rows)[:limit]]

    def delivered(self, seqs: Iterable[int]) -> None:
        """Forget the events: at once for `pending` and `depth`, on disk within a second."""
        with self._lock:
            if self._had.shared:
                seqs = list(seqs)
                for seq in seqs:
                    self._had.drop(seq)
            self._had_by_all(seqs)

    def serve(self, sinks: Collection[str]) -> None:
        """What is noted of several sinks is on disk as well: a second later at most."""
        with self._lock:
            if self._sinks == frozenset(sinks):
                return
            self._sinks = frozenset(sinks)
            on_disk = self._acknowledged()
            if on_disk or self._had.shared or len(sinks) > 1:
                self._share(on_disk)
                self._writer.forget_acknowledged()
                self._writer.delete()

    def reader(self, sink: str) -> SpoolReader:
        """What a sink has not had."""
        return SinkReader(self, sink, self._had, self._lock, self._had_by_all)

    # --- figures ---------------------------------------------------------------------------------------

    def views(self) -> Mapping[str, ViewRecord]:
        """What is known of each view, those of earlier runs with it."""
        with self._lock:
            return self._views.records

    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        """Not synced: a power cut may lose how long ago it was. Left out while events wait for the disk."""
        with self._lock:
            changed = self._views.keep_open(occurrences)
            if not self._closed:
                self._writer.note_views(changed)

    @property
    def persistent(self) -> bool:
        """As far as the disk takes it."""
        return True

    @property
    def last_seq(self) -> int:
        """Highest number ever appended."""
        return self._last_seq

    @property
    def depth(self) -> int:
        """Number of undelivered events."""
        return len(self._waiting) + self._store.count

    @property
    def dropped(self) -> int:
        """Number of events dropped since start."""
        return self._drops.total

    @property
    def on_disk(self) -> bool:
        """False while events wait in memory, or the next one would have to."""
        return self._store.rows is not None and not self._waiting and self._policy.reason is None

    # --- in time ---------------------------------------------------------------------------------------

    def maintain(self) -> None:
        """Drop what is too old, write what waits, delete what was delivered; about once a second."""
        with self._lock:
            if self._closed:
                return
            if self._store.was_removed():
                self._write_anew()
            self._bounds.drop_aged()
            self._bounds.make_room()
            self._drops.settle()
        until = self._clock() + MAINTAIN_S
        while self._clock() < until and self._work():
            """The lock is free between two batches."""
        with self._lock:
            if not self._closed and (self._policy.reason is not None or (self.depth and self._running.is_due)):
                self._stamp()

    def close(self) -> None:
        """Write and delete all that is still to be, also beyond the write budget; then release the folder."""
        with self._lock:
            if self._closed:
                return
            self._writer.finishing = True
            # All in one commit, since a card may take 50 ms for each; without room for all, in smaller ones.
            for limit in (len(self._waiting), BATCH):
                self._policy.try_now()
                while self._work(limit):
                    pass
            if self._waiting:
                log.error("%s: %d events waited in memory only and are lost", self._path, len(self._waiting))
            if self._store.rows is not None:
                self._stamp()
            self._store.close()
            self._numbers.settle(self._last_seq)
            self._drops.settle(at_once=True)
            self._closed = True
            self._folder_lock.release()

    def _work(self, limit: int = BATCH) -> bool:
        """Write or delete a batch; True when something was achieved and more may be."""
        with self._lock:
            return not self._closed and (self._writer.write(limit) or self._writer.delete())

    def _stamp(self) -> None:
        self._writer.stamp(int(self._running.now_s), self._running.stamped)

    def _say_closed(self, event: SpooledEvent) -> None:
        if not self._said_closed:
            log.error(
                "%s: event %d of view %s came after the spool was closed and is lost, as are those after it",
                self._path, event.seq, event.view,
            )  # fmt: skip
        self._said_closed = True

    # --- another database ------------------------------------------------------------------------------

    def opened(self, rows: DiskRows) -> None:
        """Over a change of the file what this run knows holds."""
        self._views.opened(rows.file.views(Stamp.now(self._clocks)))
        self._last_seq = max(self._last_seq, rows.file.last_seq)
        self._running.go_on_after(rows.file.running_s)
        if self._had.shared:
            self._share(rows.file.acknowledged())

    def take_over(self, rows: Iterable[Row], views: Mapping[str, ViewRecord]) -> int:
        """What was not known waits to be written."""
        self._views.salvaged(views)
        saved = 0
        for row in rows:
            seq = row.event.seq
            if seq not in self._waiting and seq not in self._store:
                saved += 1
                self._waiting.put(row)
                self._last_seq = max(self._last_seq, seq)
                if len(self._waiting) >= BATCH:
                    self._writer.write()
                self._bounds.bound_waiting()
        while self._writer.write():
            pass
        return saved

    def lose(self, count: int) -> None:
        """They count as dropped."""
        self._drops.lose(count)

    def _write_anew(self) -> None:
        """What goes to a file that was removed or replaced meanwhile would be lost."""
        after = 0
        while rows := self._read(BATCH, after):
            after = rows[-1].event.seq
            for row in rows:
                self._waiting.put(row)
            self._bounds.bound_waiting()
        self._store.release()
        log.error(
            "%s: was removed or replaced while in use; %d events are written anew", self._path, len(self._waiting)
        )
        self._store.open()
        self._numbers.write_anew(self._last_seq)

    # --- several sinks ---------------------------------------------------------------------------------

    def _share(self, on_disk: Mapping[str, Iterable[Run]]) -> None:
        """Go on with what each sink has had, by what this run knows and by the database."""
        sinks = self._sinks or frozenset()
        known = {name: Runs([*self._had.sinks.get(name, ()), *on_disk.get(name, ())]) for name in sinks}
        runs = next(iter(known.values()), Runs())
        complete = [
            seq for run in runs for seq in self._within(run) if all(seq in other for other in known.values())
        ]
        self._forget([seq for seq in complete if self._waiting.take(seq) is None])
        self._had.serve(known)
        self._had.count(lambda run: len(self._within(run)))

    def _had_by_all(self, seqs: Iterable[int]) -> None:
        seqs = self._drops.arrived(seqs)
        self._drops.recover(self._forget([seq for seq in seqs if self._waiting.take(seq) is None]))
        rows = self._store.rows
        if rows is not None and (len(rows.gone) >= DELETES or self._had.unsaved >= DELETES):
            self._writer.delete()

    # --- the database, which may fail at any time ------------------------------------------------------

    def _read(self, limit: int, after: int) -> list[Row]:
        """The oldest undelivered rows on disk above `after`; none while it can't be read."""
        rows = self._store.rows
        try:
            return [] if rows is None else rows.read(limit, after)
        except sqlite3.Error as error:
            return self._read(limit, after) if self._store.failed(error) else []

    def _forget(self, seqs: Sequence[int]) -> int:
        """They are delivered, or replaced; returns how many of them are not here."""
        rows = self._store.rows
        try:
            return 0 if rows is None else rows.forget(seqs)
        except sqlite3.Error as error:
            return self._forget(seqs) if self._store.failed(error) else 0

    def _within(self, run: Run) -> list[int]:
        """The undelivered events with these numbers; those on disk only while that can be read."""
        rows = self._store.rows
        try:
            on_disk = [] if rows is None else rows.within(*run)
        except sqlite3.Error as error:
            return self._within(run) if self._store.failed(error) else []
        return on_disk + [seq for seq in self._waiting.seqs() if run[0] <= seq <= run[1]]

    def _acknowledged(self) -> Mapping[str, Iterable[Run]]:
        rows = self._store.rows
        try:
            return {} if rows is None else rows.file.acknowledged()
        except sqlite3.Error as error:
            return self._acknowledged() if self._store.failed(error) else {}
