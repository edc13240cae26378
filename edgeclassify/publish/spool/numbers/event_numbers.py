"""The node's event numbers: each event gets the next one, also after a restart.

A subscriber proves by them that nothing is missing. The truth after a restart is the spool's `last_seq`: number
and event become durable in one commit, so that a kill leaves no hole. `NumberFile` stands beside the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from edgeclassify.publish.interface import Spool


class EventNumbers:
    """Hands out last + 1, going on after what the spool has seen. Thread-safe."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._lock = Lock()
        self._last = 0
        self._of_views = {record.view: record.seq for record in spool.views().values()}

    @property
    def last(self) -> int:
        """The last number handed out, in this run or an earlier one; 0: none yet."""
        return max(self._last, self._spool.last_seq)

    def last_of(self, view: str) -> int:
        """The number of a view's last event, in this run or an earlier one; 0: none yet."""
        return self._of_views.get(view, 0)

    @contextmanager
    def drawn(self, view: str) -> Iterator[int]:
        """The next number, for an event of `view` that is spooled within the block.

        Nobody else may draw one meanwhile. It is used up where the block ends well; after an error the next event
        gets it: what is not spooled leaves no hole.
        """
        with self._lock:
            seq = self.last + 1
            yield seq
            self._last = self._of_views[view] = seq
