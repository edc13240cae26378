"""What is known of the views by their events, and what of that the database does not hold yet."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.types import OpenOccurrence, ViewRecord


class KnownViews:
    """Not thread-safe. Over a change of the database what this run knows holds, and has to go into the new one."""

    def __init__(self) -> None:
        self._records: dict[str, ViewRecord] = {}
        self._unwritten: set[str] = set()

    @property
    def records(self) -> Mapping[str, ViewRecord]:
        """By the view's name."""
        return dict(self._records)

    def follow(self, event: SpooledEvent) -> None:
        """The event has been appended."""
        if event.after is not None:
            self._records[event.view] = event.after
            self._unwritten.add(event.view)

    def keep_open(self, occurrences: Iterable[OpenOccurrence]) -> list[ViewRecord]:
        """Those of them that events have opened are so old by now; returns what has changed."""
        changed = []
        for one in occurrences:
            known = self._records.get(one.view)
            if known is not None and known.open is not None and known.open.id == one.id:
                self._records[one.view] = replace(known, open=one)
                changed.append(self._records[one.view])
        return changed

    def opened(self, on_disk: Iterable[ViewRecord]) -> None:
        """Another database is in use, which holds these."""
        self._unwritten = set(self._records)
        self._records = {**_by_name(on_disk), **self._records}

    def salvaged(self, on_disk: Iterable[ViewRecord]) -> None:
        """A damaged database held these; they count where nothing is known."""
        for record in on_disk:
            if record.view not in self._records:
                self._records[record.view] = record
                self._unwritten.add(record.view)

    def to_write(self, events: Iterable[SpooledEvent]) -> list[ViewRecord]:
        """What the views are like after these events, and what else has to be written with them."""
        after = {event.view: event.after for event in events if event.after is not None}
        return list(({name: self._records[name] for name in self._unwritten} | after).values())

    @property
    def is_written(self) -> bool:
        """True where the database holds all of it."""
        return not self._unwritten

    @property
    def unwritten(self) -> list[ViewRecord]:
        """What the database does not hold yet."""
        return [self._records[name] for name in self._unwritten]

    def written(self, records: Iterable[ViewRecord]) -> None:
        """These are on disk."""
        self._unwritten -= {record.view for record in records if self._records[record.view] is record}


def _by_name(records: Iterable[ViewRecord]) -> dict[str, ViewRecord]:
    return {record.view: record for record in records}
