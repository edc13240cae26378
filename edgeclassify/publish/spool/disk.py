"""Undelivered events on disk: what `append` returned from survives a kill at any moment, and a power cut.

A row is committed (WAL, synchronous=FULL) before `append` returns. Deletes are batched, at most a second or 256
of them, and not waited for: a kill may repeat delivered events, with the same `seq`, but lose none. What the disk
does not take (full, broken, over the day's write budget) waits in memory and is written when that is possible.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from edgeclassify.config import SpoolConfig
from edgeclassify.files import FolderCondition, condition_of
from edgeclassify.publish.interface import Spool, SpooledEvent, SpoolReader
from edgeclassify.publish.spool.acknowledgements import Acknowledgements, Run, SinkReader
from edgeclassify.publish.spool.bounds import SpoolBounds
from edgeclassify.publish.spool.changeover import Changeover
from edgeclassify.publish.spool.clocks import CLOCKS, Clocks, RunningTime
from edgeclassify.publish.spool.database.connection import Connect, connect
from edgeclassify.publish.spool.database.file import Row
from edgeclassify.publish.spool.database.known import Records
from edgeclassify.publish.spool.database.rows import DELETES
from edgeclassify.publish.spool.database.wal import read_wal
from edgeclassify.publish.spool.drops import Drops
from edgeclassify.publish.spool.knowing import KnowingSpool
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.last_number import LastNumber
from edgeclassify.publish.spool.numbers.lock import FolderLock
from edgeclassify.publish.spool.numbers.mark import SpoolMark
from edgeclassify.publish.spool.numbers.number_file import NumberFile
from edgeclassify.publish.spool.store import Store
from edgeclassify.publish.spool.undelivered import Undelivered
from edgeclassify.publish.spool.write_policy import BUDGET, WritePolicy
from edgeclassify.publish.spool.writer import BATCH, Writer
from edgeclassify.types import OpenOccurrence

log = logging.getLogger(__name__)

FILE_NAME = "spool.sqlite3"

MAINTAIN_S = 0.2
"""How long `maintain` may write and delete, up to the end of the batch then begun: its caller has more to do."""


def open_spool(
    state_dir: Path | None, config: SpoolConfig, *, bytes_written_day: Callable[[], int | None] = lambda: None
) -> Spool:
    """The node's spool: in its state folder, or without one in memory. Raises StorageError, see DiskSpool."""
    if state_dir is None:
        return MemorySpool(config.memory_events)
    return DiskSpool(state_dir, config, bytes_written_day=bytes_written_day)


class DiskSpool(KnowingSpool):
    """Opens or creates `folder`/spool.sqlite3. Raises StorageError where another process has the folder.

    A damaged database is set aside, and what can be trusted in it taken over. In a folder that can't be written it
    works in memory, says so once, and tries again. `bytes_written_day`: bytes written within 24 hours, for the
    budget. Events grow old by the monotonic clock, carried over restarts. Whole, since most of its methods are a
    spool's, and the rest is the order in which its parts act under one lock.
    """

    def __init__(
        self,
        folder: Path,
        config: SpoolConfig,
        *,
        bytes_written_day: Callable[[], int | None] = lambda: None,
        clocks: Clocks = CLOCKS,
        connect: Connect = connect,
    ) -> None:
        super().__init__()
        self._path = folder / FILE_NAME
        self._clock = clocks.monotonic
        self._drops = Drops(str(self._path), self._clock)
        self._running = RunningTime(self._clock)
        self._closed = self._said_closed = False
        with suppress(OSError):  # opening the database says it
            folder.mkdir(parents=True, exist_ok=True)
        self._folder_lock = FolderLock(folder)
        self._folder_lock.take()
        self._numbers, mark = NumberFile(folder), SpoolMark(folder, clocks.boot_id)
        last_number = LastNumber(self._path, self._numbers, mark, read_wal(self._path))
        self._policy = WritePolicy(self._path, config, bytes_written_day, self._clock)
        self._store = Store(
            self._path, lock=self._folder_lock, policy=self._policy, mark=mark, clocks=clocks, connect=connect
        )
        self._events = Undelivered(self._store)
        self._had = Acknowledgements(
            self._events.__contains__, within=self._events.within, forget=self._events.forget
        )
        self._writer = Writer(
            self._store, self._events.waiting, policy=self._policy, known=self._known, acknowledgements=self._had,
            running=self._running, clocks=clocks, on_healed=lambda: self._numbers.settle(self.last_seq),
        )  # fmt: skip
        self._bounds = SpoolBounds(
            config, self._store, self._events, running=self._running, drops=self._drops, acknowledgements=self._had
        )
        self._changeover = Changeover(
            self._events, known=self._known, running=self._running, acknowledgements=self._had, drops=self._drops,
            bounds=self._bounds, writer=self._writer, clocks=clocks,
        )  # fmt: skip
        self._store.begin(self._changeover)
        self._events.last_seq = last_number.find(self.last_seq, self._store.rows)

    # --- events in and out -----------------------------------------------------------------------------

    def append(self, event: SpooledEvent) -> None:
        """On disk before this returns, or in memory while the disk takes nothing (`on_disk`)."""
        with self._lock:
            if self._closed:
                self._say_closed(event)
                return
            if event.seq <= self.last_seq:
                self._had.renew(event.seq)
                self._events.forget([event.seq])
                self._drops.appended(event.seq)
            self._events.put(Row(event, int(self._running.now_s)))
            self._known.follow(event)
            self._bounds.make_room()
            if self._policy.reason is None:
                self._numbers.reserve(event.seq)
            while self._writer.write(eager=True) and self._policy.reason is None and self._events.waiting:
                """Again, after a damaged database was replaced."""
            if not self._events.waiting:
                self._numbers.reserve(event.seq)
            elif self._policy.reason == BUDGET:
                self._numbers.use_up_ahead(self.last_seq)
            else:
                self._numbers.use_up(self.last_seq)
            self._bounds.bound_waiting()

    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        """The oldest undelivered events above `after`."""
        # Nothing more is told without the lock: an append in progress has its number before its row, and whoever
        # was told "none" then would go on behind it.
        if after >= self.last_seq:
            return []
        with self._lock:
            return self._events.first(limit, after)

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
            if self._had.serves(sinks):
                return
            noted: dict[str, list[Run]] = self._store.ask(lambda rows: rows.file.acknowledged(), {})
            is_noted = bool(noted) or self._had.shared or len(sinks) > 1
            self._had.serve(sinks, noted)
            if is_noted:
                self._writer.forget_acknowledged()
                self._writer.delete()

    def reader(self, sink: str) -> SpoolReader:
        """What a sink has not had."""
        return SinkReader(self, sink, self._had, self._lock, self._had_by_all)

    # --- figures ---------------------------------------------------------------------------------------

    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        """Not synced: a power cut may lose how long ago it was. Left out while events wait for the disk."""
        with self._lock:
            changed = self._known.views.keep_open(occurrences)
            if not self._closed:
                self._writer.note(Records(views=changed))

    @property
    def tallies_known(self) -> bool:
        """True where what earlier runs have counted could be read."""
        with self._lock:
            return self._known.tallies.has_read

    @property
    def persistent(self) -> bool:
        """As far as the disk takes it."""
        return True

    @property
    def last_seq(self) -> int:
        """Highest number ever appended."""
        return self._events.last_seq

    @property
    def depth(self) -> int:
        """Number of undelivered events."""
        return self._events.count

    @property
    def dropped(self) -> int:
        """Number of events dropped since start."""
        return self._drops.total

    @property
    def on_disk(self) -> bool:
        """False while events, or what they say of their views, wait in memory, or the next one would have to."""
        waits = self._events.waiting or not self._known.is_written
        return self._store.rows is not None and not waits and self._policy.reason is None

    @property
    def folder_condition(self) -> FolderCondition:
        """As the system tells, and where that knows of no fault, as the last writing went."""
        found = condition_of(self._path.parent)
        return self._policy.fault or found if found in (FolderCondition.OK, FolderCondition.VOLATILE) else found

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
                self._writer.stamp()

    def close(self) -> None:
        """Write and delete all that is still to be, also beyond the write budget; then release the folder."""
        with self._lock:
            if self._closed:
                return
            self._writer.finishing = True
            # All in one commit, since a card may take 50 ms for each; without room for all, in smaller ones.
            for limit in (len(self._events.waiting), BATCH):
                self._policy.try_now()
                while self._writer.work(limit):
                    pass
            self._say_lost()
            if self._store.rows is not None:
                self._writer.stamp()
            self._store.close()
            self._numbers.settle(self.last_seq)
            self._drops.settle(at_once=True)
            self._closed = True
            self._folder_lock.release()

    def _work(self) -> bool:
        """Write or delete a batch; True when something was achieved and more may be."""
        with self._lock:
            return not self._closed and self._writer.work()

    def _say_lost(self) -> None:
        """What waits in memory and is not written any more. Who has had it has lost nothing."""
        lost = [row.event.seq for row in self._events.waiting.first(len(self._events.waiting))]
        if lost:
            lacking = self._had.lacking(lost)
            whose = "".join(f", {sink} lacks {count}" for sink, count in lacking.items())
            log.error("%s: %d events waited in memory only and are lost%s", self._path, len(lost), whose)

    def _say_closed(self, event: SpooledEvent) -> None:
        if not self._said_closed:
            log.error(
                "%s: event %d of view %s came after the spool was closed and is lost, as are those after it",
                self._path, event.seq, event.view, extra={"view": event.view},
            )  # fmt: skip
        self._said_closed = True

    def _write_anew(self) -> None:
        waiting = self._changeover.rescue()
        self._store.release()
        log.error("%s: was removed or replaced while in use; %d events are written anew", self._path, waiting)
        self._store.open()
        self._numbers.write_anew(self.last_seq)

    def _had_by_all(self, seqs: Iterable[int]) -> None:
        self._drops.recover(self._events.forget(self._drops.arrived(seqs)))
        rows = self._store.rows
        if rows is not None and (len(rows.gone) >= DELETES or (self._had.unsaved >= DELETES and self._had.differ)):
            self._writer.delete()
