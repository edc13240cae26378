"""What one sink has not had of a spool that serves several."""

from collections.abc import Callable, Iterable, Sequence
from threading import RLock

from edgeclassify.publish.interface import SpooledEvent, SpoolReader
from edgeclassify.publish.spool.acknowledgements import Acknowledgements


class SinkReader(SpoolReader):
    """What a sink sees of a spool.

    `whole`: the spool as the reader that stands for all sinks; `lock`: the spool's; `forget(seqs)`: all sinks have
    had these.
    """

    def __init__(
        self,
        whole: SpoolReader,
        sink: str,
        acknowledgements: Acknowledgements,
        lock: RLock,
        forget: Callable[[list[int]], None],
    ) -> None:
        self._whole, self._sink, self._had, self._lock = whole, sink, acknowledgements, lock
        self._forget = forget

    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        """The oldest events above `after` that this sink has not had."""
        if not self._had.shared:
            return self._whole.pending(limit, after=after)
        found: list[SpooledEvent] = []
        while len(found) < limit:
            with self._lock:  # free between two reads: the inference thread appends
                after = self._had.skip(self._sink, after)
                events = self._whole.pending(limit, after=after)
                found += [event for event in events if not self._had.has(self._sink, event.seq)]
            if len(events) < limit:
                break
            after = events[-1].seq
        return found[:limit]

    def delivered(self, seqs: Iterable[int]) -> None:
        """Note it; what all sinks have had is forgotten."""
        with self._lock:
            known = self._whole.last_seq
            self._forget(self._had.add(self._sink, [seq for seq in seqs if seq <= known]))

    @property
    def last_seq(self) -> int:
        """Highest number ever appended."""
        return self._whole.last_seq

    @property
    def depth(self) -> int:
        """Number of events that this sink has not had."""
        return self._whole.depth - self._had.held(self._sink)
