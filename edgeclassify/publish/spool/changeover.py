"""What goes on over a change of the database file: what this run knows holds, and goes into the new one."""

from collections.abc import Iterable

from edgeclassify.publish.spool.acknowledgements import Acknowledgements
from edgeclassify.publish.spool.bounds import SpoolBounds
from edgeclassify.publish.spool.clocks import Clocks, RunningTime, Stamp
from edgeclassify.publish.spool.database.file import Row
from edgeclassify.publish.spool.database.known import Known, Records
from edgeclassify.publish.spool.database.rows import DiskRows
from edgeclassify.publish.spool.drops import Drops
from edgeclassify.publish.spool.store import StoreUser
from edgeclassify.publish.spool.undelivered import Undelivered
from edgeclassify.publish.spool.writer import BATCH, Writer


class Changeover(StoreUser):
    """Not thread-safe. Tells all who keep something of the database when another one is in use."""

    def __init__(
        self,
        events: Undelivered,
        *,
        known: Known,
        running: RunningTime,
        acknowledgements: Acknowledgements,
        drops: Drops,
        bounds: SpoolBounds,
        writer: Writer,
        clocks: Clocks,
    ) -> None:
        self._events, self._known, self._running = events, known, running
        self._acknowledgements, self._drops = acknowledgements, drops
        self._bounds, self._writer, self._clocks = bounds, writer, clocks

    def opened(self, rows: DiskRows) -> None:
        """What this run knows holds; the rest is as the database says."""
        self._known.opened(rows.file.known(Stamp.now(self._clocks)))
        self._events.last_seq = max(self._events.last_seq, rows.file.last_seq)
        self._running.go_on_after(rows.file.running_s)
        if self._acknowledgements.shared:
            self._acknowledgements.go_on(rows.file.acknowledged())

    def salvaged(self, known: Records) -> None:
        """It goes into the new one. Numbers that it names have been used, also where all events were delivered."""
        self._known.salvaged(known)
        self._events.last_seq = max([self._events.last_seq, *(record.seq for record in known.views)])

    def take_over(self, rows: Iterable[Row]) -> int:
        """What was not known waits to be written."""
        saved = 0
        for row in rows:
            if row.event.seq not in self._events:
                saved += 1
                self._events.put(row)
                if len(self._events.waiting) >= BATCH:
                    self._writer.write()
                self._bounds.bound_waiting()
        while self._writer.write():
            pass
        return saved

    def lose(self, count: int) -> None:
        """They count as dropped."""
        self._drops.lose(count)

    def rescue(self) -> int:
        """All on disk waits to be written anew: what goes to a file that was removed is lost. Returns how many
        wait then."""
        after = 0
        while rows := self._events.on_disk(BATCH, after):
            after = rows[-1].event.seq
            for row in rows:
                self._events.put(row)
            self._bounds.bound_waiting()
        return len(self._events.waiting)
