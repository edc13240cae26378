"""Undelivered events in memory, bounded. They do not survive the process."""

import logging
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Sequence

from edgeclassify.once import Once
from edgeclassify.publish.interface import SpooledEvent, SpoolReader
from edgeclassify.publish.spool.acknowledgements import Acknowledgements, Run, SinkReader
from edgeclassify.publish.spool.drops import Dropped
from edgeclassify.publish.spool.knowing import KnowingSpool
from edgeclassify.types import OpenOccurrence

log = logging.getLogger(__name__)

DEFAULT_CAPACITY = 10_000


class MemorySpool(KnowingSpool):
    """At most `capacity` events; when full, the oldest is dropped, counted, and the first drop is logged."""

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity}")
        super().__init__()
        self._capacity = capacity
        self._events: dict[int, SpooledEvent] = {}
        self._order: list[int] = []
        self._last_seq = 0
        self._drops = Dropped()
        self._had = Acknowledgements(self._events.__contains__, within=self._within, forget=self._forget)
        self._full = Once()

    def append(self, event: SpooledEvent) -> None:
        """Keep the event; of two with one `seq` the later stays."""
        with self._lock:
            self._had.renew(event.seq)
            if event.seq not in self._events:
                insort(self._order, event.seq)
            self._events[event.seq] = event
            self._drops.appended(event.seq)
            self._last_seq = max(self._last_seq, event.seq)
            self._known.follow(event)
            self._known.written(self._known.unwritten)  # nothing is to be
            overfull = len(self._order) > self._capacity
            if overfull:
                oldest = self._order.pop(0)
                self._had.drop(oldest)
                del self._events[oldest]
                self._drops.count(oldest)
            first_drop = overfull and self._full.is_news()
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
            for seq in (listed := list(seqs)):
                self._had.drop(seq)
            self._forget(listed)

    def serve(self, sinks: Collection[str]) -> None:
        """Known for as long as this process lives."""
        with self._lock:
            self._had.serve(sinks, noted={})

    def reader(self, sink: str) -> SpoolReader:
        """What a sink has not had."""
        return SinkReader(self, sink, self._had, self._lock, self._forget)

    def _within(self, run: Run) -> Sequence[int]:
        return self._order[bisect_left(self._order, run[0]) : bisect_right(self._order, run[1])]

    def _forget(self, seqs: Iterable[int]) -> None:
        with self._lock:
            for seq in self._drops.arrived(seqs):
                if self._events.pop(seq, None) is not None:
                    del self._order[bisect_right(self._order, seq) - 1]

    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> None:
        """Nothing is kept longer than this process lives."""

    @property
    def tallies_known(self) -> bool:
        """There were none."""
        return True

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
