"""Undelivered events on disk: what `append` returned from survives a kill at any moment, and a power cut.

A row is committed (WAL, synchronous=FULL) before `append` returns. Deletes are batched, at most a second or 256
of them, and not waited for: a kill may repeat delivered events, with the same `seq`, but lose none. What the disk
does not take (full, broken, over the day's write budget) waits in memory and is written when that is possible.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import RLock

from edgeclassify.config import SpoolConfig
from edgeclassify.errors import StorageError
from edgeclassify.publish.interface import Spool, SpooledEvent
from edgeclassify.publish.spool.account import Account
from edgeclassify.publish.spool.damage import salvage, salvage_views, set_aside
from edgeclassify.publish.spool.database import Row, SpoolFile, is_damage
from edgeclassify.publish.spool.drops import Drops
from edgeclassify.publish.spool.lock import FolderLock
from edgeclassify.publish.spool.mark import SpoolMark
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers import NumberFile
from edgeclassify.publish.spool.rows import DELETES, DiskRows
from edgeclassify.publish.spool.waiting import Waiting
from edgeclassify.publish.spool.wal import read_wal
from edgeclassify.publish.spool.write_policy import BUDGET, WritePolicy
from edgeclassify.types import OpenOccurrence, ViewRecord

log = logging.getLogger(__name__)

FILE_NAME = "spool.sqlite3"

STAMP_S = 3600.0
"""So much running time may go uncounted by a kill."""

MAINTAIN_S = 0.2
"""So long may `maintain` write and delete, up to the end of the batch then begun: its caller has more to do."""

LOOK_S = 1.0
"""How often it is looked whether the file is still there: what goes to a removed one is lost by a kill."""

_BATCH = 64
_AT_ONCE = 1024  # dropped, so that others get the lock


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
        self._lock = RLock()
        self._drops = Drops(str(self._path), clock)
        self._waiting = Waiting()
        self._rows: DiskRows | None = None
        self._policy = WritePolicy(str(self._path), config, bytes_written_day, clock)
        self._zero_s = clock()  # when the running time was 0, on `clock`
        self._stamped_s = 0.0
        self._looked_at = clock()
        self._recovering = self._closing = self._closed = self._said_closed = False
        self._last_seq = 0
        self._views: dict[str, ViewRecord] = {}
        self._views_lost = False
        with suppress(OSError):  # opening the database says it
            folder.mkdir(parents=True, exist_ok=True)
        self._folder_lock = FolderLock(folder)
        self._folder_lock.take()
        self._numbers, self._mark = NumberFile(folder), SpoolMark(folder)
        account = Account(self._path, self._numbers, self._mark, read_wal(self._path))
        self._open()
        self._last_seq = account.last_number(self._last_seq, self._rows)

    # --- for others ------------------------------------------------------------------------------------

    def append(self, event: SpooledEvent) -> None:
        """On disk before this returns, or in memory while the disk takes nothing (`on_disk`)."""
        with self._lock:
            if self._closed:
                self._say_closed(event)
                return
            if event.seq <= self._last_seq:
                self._forget([event.seq])
                self._drops.appended(event.seq)
            self._last_seq = max(self._last_seq, event.seq)
            self._waiting.put(Row(event, int(self._running_s)))
            if event.after is not None:
                self._views[event.view] = event.after
            self._make_room()
            if self._policy.reason is None:
                self._numbers.reserve(event.seq)
            while self._write_batch(eager=True) and self._policy.reason is None and self._waiting:
                """Again, after a damaged database was replaced."""
            if not self._waiting:
                self._numbers.reserve(event.seq)
            elif self._policy.reason == BUDGET:
                self._numbers.use_up_ahead(self._last_seq)
            else:
                self._numbers.use_up(self._last_seq)
            self._bound_waiting()

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
            seqs = self._drops.arrived(seqs)
            self._drops.recover(self._forget([seq for seq in seqs if self._waiting.take(seq) is None]))
            if self._rows is not None and len(self._rows.gone) >= DELETES:
                self._delete_batch()

    def views(self) -> Mapping[str, ViewRecord]:
        """What is known of each view, those of earlier runs with it."""
        with self._lock:
            return dict(self._views)

    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        """Not synced: a power cut may lose how long ago it was. Left out while events wait for the disk."""
        with self._lock:
            changed = []
            for one in occurrences:
                known = self._views.get(one.view)
                if known is not None and known.open is not None and known.open.id == one.id:
                    self._views[one.view] = replace(known, open=one)
                    changed.append(self._views[one.view])
            if changed and not self._waiting and self._writable() and self._rows is not None:
                try:
                    self._rows.file.note_views(changed, self._clock())
                except sqlite3.Error as error:
                    self._failed(error)
                else:
                    self._healed()

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
        rows = self._rows
        return len(self._waiting) + (0 if rows is None else rows.count)

    @property
    def dropped(self) -> int:
        """Number of events dropped since start."""
        return self._drops.total

    @property
    def on_disk(self) -> bool:
        """False while events wait in memory, or the next one would have to."""
        return self._rows is not None and not self._waiting and self._policy.reason is None

    def maintain(self) -> None:
        """Drop what is too old, write what waits, delete what was delivered; about once a second."""
        with self._lock:
            if self._closed:
                return
            self._look_for_file()
            self._drop_aged()
            self._make_room()
            self._drops.settle()
        until = self._clock() + MAINTAIN_S
        while self._clock() < until and (self._write_batch() or self._delete_batch()):
            """The lock is free between two batches."""
        with self._lock:
            if self._policy.reason is not None or (self.depth and self._running_s - self._stamped_s >= STAMP_S):
                self._stamp()

    def close(self) -> None:
        """Write and delete all that is still to be, also beyond the write budget; then release the folder."""
        with self._lock:
            if self._closed:
                return
            self._closing = True
            # All in one commit, since a card may take 50 ms for each; without room for all, in smaller ones.
            for limit in (len(self._waiting), _BATCH):
                self._policy.try_now()
                while self._write_batch(limit) or self._delete_batch():
                    pass
            if self._waiting:
                log.error("%s: %d events waited in memory only and are lost", self._path, len(self._waiting))
            if self._rows is not None:
                self._stamp()
                self._mark.close(self._rows.file.last_seq, self._rows.count)
                self._release_file()
            self._numbers.settle(self._last_seq)
            self._drops.settle(at_once=True)
            self._closed = True
            self._folder_lock.release()

    def _say_closed(self, event: SpooledEvent) -> None:
        if not self._said_closed:
            log.error(
                "%s: event %d of view %s came after the spool was closed and is lost, as are those after it",
                self._path, event.seq, event.view,
            )  # fmt: skip
        self._said_closed = True

    # --- time ------------------------------------------------------------------------------------------

    @property
    def _running_s(self) -> float:
        return self._clock() - self._zero_s

    def _stamp(self) -> None:
        """Keep the running time; also shows whether the disk can be written again."""
        if self._writable() and self._rows is not None:
            try:
                self._rows.file.stamp(int(self._running_s))
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
            self._folder_lock.take()
            try:
                file = SpoolFile(self._path)
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise
                damage = error
            if damage is not None:
                self._replace(damage, ())
                return self._rows is not None
        except StorageError as error:
            self._policy.taken(error)
            return False
        except (sqlite3.Error, OSError) as error:
            self._policy.failed(error)
            return False
        self._use(file)
        return True

    def _use(self, file: SpoolFile) -> None:
        self._rows = DiskRows(file, self._mark)
        # Over a change of the file what this run knows holds, and has to go into the new one.
        self._views_lost = bool(self._views)
        self._views = file.views(self._clock()) | self._views
        self._last_seq = max(self._last_seq, file.last_seq)
        self._zero_s = min(self._zero_s, self._clock() - file.running_s)
        self._stamped_s = self._running_s

    def _release_file(self) -> None:
        if self._rows is not None:
            self._rows.file.close()
        self._rows = None

    def _failed(self, error: sqlite3.Error) -> bool:
        """Deal with an error of the database; True when a new one is in its place."""
        rows = self._rows
        if not is_damage(error) or rows is None:
            self._policy.failed(error)
            return False
        self._release_file()
        if self._recovering:  # the new one is no better
            self._policy.failed(error)
            return False
        try:
            saved = self._replace(error, rows.gone)
        except (sqlite3.Error, OSError) as second:
            self._policy.failed(second)
            saved = 0
        self._drops.lose(max(0, rows.count - saved))
        return self._rows is not None

    def _replace(self, damage: sqlite3.Error, gone: Collection[int]) -> int:
        """Set the (closed) damaged database aside and take over what can be trusted, except what is `gone`;
        returns how many events. Raises OSError when it can't be set aside."""
        aside = set_aside(self._path)
        self._recovering = True
        try:
            with suppress(sqlite3.Error, OSError):  # opened again later
                self._use(SpoolFile(self._path))
            saved = 0
            if not self._views:
                self._views = salvage_views(aside, self._clock())
                self._views_lost = True
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
            "%s: damaged (%s). It is set aside as %s, and a new one begun; %d undelivered events could be taken "
            "over.",
            self._path, str(damage).splitlines()[-1], aside.name, saved,
        )  # fmt: skip
        return saved

    def _is_on_disk(self, seq: int) -> bool:
        with suppress(sqlite3.Error):
            return self._rows is not None and seq in self._rows
        return False

    def _look_for_file(self) -> None:
        """What goes to a file that was removed or replaced meanwhile would be lost: write it anew."""
        if self._rows is None or self._clock() - self._looked_at < LOOK_S:
            return
        self._looked_at = self._clock()
        with suppress(StorageError):  # the database is locked, too
            self._folder_lock.take()
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            inode = None
        except OSError:
            return
        if inode == self._rows.file.inode:
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
        self._numbers.write_anew(self._last_seq)

    # --- writing ---------------------------------------------------------------------------------------

    def _write_batch(self, limit: int = _BATCH, *, eager: bool = False) -> bool:
        """Write the oldest that wait; True when something was achieved and more may be. `eager`: also try a full
        disk before its pause is over."""
        with self._lock:
            rows = self._waiting.first(limit)
            if not rows or not self._writable(eager=eager) or self._rows is None:
                return False
            try:
                self._rows.write(rows, self._views_in(rows), self._clock())
            except sqlite3.Error as error:
                return self._failed(error)
            self._waiting.take_first(len(rows))
            self._policy.waited += len(rows)
            self._views_lost = False
            self._healed()
            return True

    def _views_in(self, rows: Iterable[Row]) -> Iterable[ViewRecord]:
        """What the views are like after these events."""
        after = {row.event.view: row.event.after for row in rows if row.event.after is not None}
        return ((self._views if self._views_lost else {}) | after).values()

    def _delete_batch(self) -> bool:
        """Delete what was delivered; True when something was achieved and more may be."""
        with self._lock:
            if self._rows is None or not self._rows.gone or not self._writable():
                return False
            try:
                self._rows.delete()
            except sqlite3.Error as error:
                return self._failed(error)
            self._healed()
            return True

    def _writable(self, *, eager: bool = False) -> bool:
        if self._closed or self._policy.pausing(eager=eager):
            return False
        if self._rows is None and (self._recovering or not self._open()):
            return False
        if not self._closing and self._policy.over_budget():
            self._policy.spend()
            return False
        return True

    def _healed(self) -> None:
        if self._policy.reason is not None and not self._waiting:
            self._policy.over()
            self._numbers.settle(self._last_seq)

    # --- reading and forgetting ------------------------------------------------------------------------

    def _read(self, limit: int, after: int) -> list[Row]:
        """The oldest undelivered rows on disk above `after`; none while it can't be read."""
        try:
            return [] if self._rows is None else self._rows.read(limit, after)
        except sqlite3.Error as error:
            return self._read(limit, after) if self._failed(error) else []

    def _forget(self, seqs: Sequence[int]) -> int:
        """They are delivered, or replaced; returns how many of them are not here."""
        try:
            return 0 if self._rows is None else self._rows.forget(seqs)
        except sqlite3.Error as error:
            return self._forget(seqs) if self._failed(error) else 0

    @property
    def _size(self) -> int:
        return self._waiting.size + (0 if self._rows is None else self._rows.size)

    def _make_room(self) -> None:
        """Drop the oldest until all fits `max_bytes`, with the newest in any case."""
        limit, why = self._config.max_bytes, f"more than {self._config.max_bytes} bytes (spool.max_bytes)"
        if self._size > limit:
            self._drop_on_disk(lambda _: self._size > limit, why)
        while self._size > limit and self.depth == len(self._waiting) > 1:
            self._drop_waiting(why)

    def _drop_aged(self) -> None:
        limit = self._running_s - self._config.max_age_s
        why = f"older than {self._config.max_age_s:g} s of running time (spool.max_age_s)"
        self._drop_on_disk(lambda at: at < limit, why)
        while (oldest := self._waiting.first(1)) and oldest[0].at < limit:
            self._drop_waiting(why)

    def _drop_on_disk(self, wanted: Callable[[int], bool], why: str) -> None:
        """Drop the oldest on disk as long as they are `wanted`, a function of when they were appended."""
        rows = self._rows
        if rows is None:
            return
        try:
            for seq, at in islice(rows.oldest(), _AT_ONCE):
                if not wanted(at):
                    break
                rows.forget([seq])
                self._drops.add(seq, why)
        except sqlite3.Error as error:
            self._failed(error)

    def _bound_waiting(self) -> None:
        while len(self._waiting) > self._config.memory_events:
            self._drop_waiting(f"more than {self._config.memory_events} wait in memory (spool.memory_events)")

    def _drop_waiting(self, why: str) -> None:
        seq = self._waiting.first(1)[0].event.seq
        self._waiting.take(seq)
        self._drops.add(seq, why)
