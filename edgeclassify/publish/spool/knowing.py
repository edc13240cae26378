"""What every spool tells of views and labels: what it knows by the events that it was given."""

from abc import ABC
from collections.abc import Mapping, Sequence
from threading import RLock

from edgeclassify.publish.interface import Spool
from edgeclassify.publish.spool.database.known import Known
from edgeclassify.types import TallyRecord, ViewRecord


class KnowingSpool(Spool, ABC):
    """Thread-safe. Whoever follows the events does so under `_lock`."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._known = Known()

    def views(self) -> Mapping[str, ViewRecord]:
        """What is known of each view."""
        with self._lock:
            return self._known.views.records

    def tally(self, view: str, label: str) -> TallyRecord | None:
        """What is counted of a label."""
        with self._lock:
            return self._known.tallies.of(view, label)

    def tallies_of(self, view: str) -> Sequence[TallyRecord]:
        """What is counted of a view's labels."""
        with self._lock:
            return self._known.tallies.of_view(view)

    @property
    def last_counted_at(self) -> float:
        """When a label that is counted started last."""
        with self._lock:
            return self._known.tallies.last_at
