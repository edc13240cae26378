"""Reading the spool forwards, once."""

from collections import deque

from edgeclassify.publish.interface import SpooledEvent, SpoolReader

_BATCH = 64


class SpoolCursor:
    """The events with a `seq` above `after`, up to `end` (None: no end).

    What was not there, or could not be read, when it came by is not met: see EventQueue.look_for_unmet.
    """

    def __init__(self, spool: SpoolReader, *, after: int, end: int | None) -> None:
        self._spool, self._end = spool, end
        self._batch: deque[SpooledEvent] = deque()
        self.after = after

    def next(self) -> SpooledEvent | None:
        """The next event; None when there is none now."""
        if self.ended:
            return None
        event = self._batch.popleft()
        self.after = event.seq
        return event

    def peek(self) -> SpooledEvent | None:
        """What `next` will return."""
        return None if self.ended else self._batch[0]

    @property
    def ended(self) -> bool:
        """True while there is no event."""
        if self._batch:
            return False
        end = self._spool.last_seq if self._end is None else self._end
        if self.after >= end:
            return True
        self._batch.extend(e for e in self._spool.pending(_BATCH, after=self.after) if e.seq <= end)
        if not self._batch:
            self.after = end
        return not self._batch
