"""What is known by events beside the events themselves: of the views, and of their labels."""

from collections.abc import Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.database.known_tallies import KnownTallies
from edgeclassify.publish.spool.database.known_views import KnownViews
from edgeclassify.types import TallyRecord, ViewRecord


@dataclass(frozen=True, slots=True)
class Records:
    """What a database holds, or is to hold, of views and labels."""

    views: Sequence[ViewRecord] = ()
    tallies: Sequence[TallyRecord] = ()

    def __bool__(self) -> bool:
        return bool(self.views or self.tallies)


class Known:
    """Not thread-safe. Both go the same ways: into a commit, from one database to another."""

    def __init__(self) -> None:
        self.views, self.tallies = KnownViews(), KnownTallies()

    def follow(self, event: SpooledEvent) -> None:
        """The event has been appended."""
        self.views.follow(event)
        self.tallies.follow(event)

    def opened(self, on_disk: Records) -> None:
        """Another database is in use, which holds these."""
        self.views.opened(on_disk.views)
        self.tallies.opened(on_disk.tallies)

    def salvaged(self, on_disk: Records) -> None:
        """A damaged database held these; they count where nothing is known."""
        self.views.salvaged(on_disk.views)
        self.tallies.salvaged(on_disk.tallies)

    def to_write(self, events: Sequence[SpooledEvent]) -> Records:
        """What is known with these events, and what else has to be written with them."""
        return Records(self.views.to_write(events), self.tallies.to_write(events))

    @property
    def unwritten(self) -> Records:
        """What the database does not hold yet."""
        return Records(self.views.unwritten, self.tallies.unwritten)

    @property
    def is_written(self) -> bool:
        """True where the database holds all of it. May be asked without the lock."""
        return self.views.is_written and self.tallies.is_written

    def written(self, records: Records) -> None:
        """These are on disk."""
        self.views.written(records.views)
        self.tallies.written(records.tallies)
