"""Undelivered events in memory, bounded. They do not survive the process."""

import logging
from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from edgeclassify.publish.interface import Spool, SpooledEvent
from edgeclassify.publish.spool.drops import Dropped
from edgeclassify.types import OpenOccurrence, ViewRecord

log = logging.getLogger(__name__)

DEFAULT_CAPACITY = 10_000


class MemorySpool(Spool):
    """At most `capacity` events; when full, the oldest is dropped, counted, and the first drop is logged."""

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity}")
        self._capacity = capacity
        self._lock = Lock()
        self._events: dict[int, SpooledEvent] = {}
        self._order: list[int] = []
        self._last_seq = 0
        self._views: dict[str, ViewRecord] = {}
        self._drops = Dropped()
        self._said = False

    def append(self, event: SpooledEvent) -> None:
        """Keep the event; of two with one `seq` the later stays."""
        with self._lock:
            if event.seq not in self._events:
                insort(self._order, event.seq)
            self._events[event.seq] = event
            self._drops.appended(event.seq)
            self._last_seq = max(self._last_seq, event.seq)
            if event.after is not None:
                self._views[event.view] = event.after
            overfull = len(self._order) > self._capacity
            if overfull:
                oldest = self._order.pop(0)
                del self._events[oldest]
                self._drops.count(oldest)
            first_drop = overfull and not self._said
            self._said |= overfull
        if first_drop:
            log.warning("the spool is full (%d undelivered events): the oldest are dropped", self._capacity)

    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        """The oldest events above `after`."""
        with self._lock:
            begin = bisect_right(self._order, after)
            return [self._events[seq] for seq in self._order[begin : begin + limit]]

    def delivered(self, seqs: Iterable[int]) -> None:
        """Forget the events."""
        with self._lock:
            for seq in self._drops.arrived(seqs):
                if self._events.pop(seq, None) is not None:
                    del self._order[bisect_right(self._order, seq) - 1]

    def views(self) -> Mapping[str, ViewRecord]:
        """What the views' events have said."""
        return dict(self._views)

    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        """Nothing is kept longer than this process lives."""

    @property
    def last_seq(self) -> int:
        """Highest number ever appended."""
        return self._last_seq

    @property
    def depth(self) -> int:
        """Number of undelivered events."""
        return len(self._order)

    @property
    def dropped(self) -> int:
        """Number of events dropped since start."""
        return self._drops.total
