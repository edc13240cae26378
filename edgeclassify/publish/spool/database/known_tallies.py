"""What events have counted of labels, and what of that the database does not hold yet."""

from collections.abc import Iterable, Iterator
from itertools import islice

from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.database.tallies import MOST_LABELS
from edgeclassify.types import TallyRecord

MOST_BESIDE = 256
"""Records that are written with events that do not bring them, at most: a commit must not take long."""

_Key = tuple[str, str]


def _key(record: TallyRecord) -> _Key:
    return record.view, record.label


class KnownTallies:
    """Not thread-safe. Over a change of the database what this run knows holds, and has to go into the new one.

    Of more than `most` labels those that started longest ago are forgotten. `has_read`: what earlier runs have
    counted is known; what this one counts before that is partial, and is added to it then.
    """

    def __init__(self, most: int = MOST_LABELS) -> None:
        self._most = most
        self.has_read = False
        self._before: dict[_Key, TallyRecord] = {}
        """Of labels that were counted before it: what earlier runs had counted of them."""
        self._views: dict[str, dict[str, TallyRecord]] = {}
        self._count = 0
        self._unwritten: dict[_Key, TallyRecord] = {}

    def __len__(self) -> int:
        return self._count

    def of(self, view: str, label: str) -> TallyRecord | None:
        """What is counted of a label; None: nothing."""
        return self._views.get(view, {}).get(label)

    def of_view(self, view: str) -> list[TallyRecord]:
        """What is counted of a view's labels."""
        return list(self._views.get(view, {}).values())

    @property
    def last_at(self) -> float:
        """When one of them started last, seconds since the epoch; 0: none did."""
        return max((record.last or 0.0 for record in self._all()), default=0.0)

    def follow(self, event: SpooledEvent) -> None:
        """The event has been appended."""
        if event.tally is not None:
            record = event.tally
            if record.partial and self.has_read:  # that was read after this had been counted
                key = _key(record)
                record = record.after(self._before.setdefault(key, self.of(*key) or TallyRecord(*key)))
            self._put(record)
            self._unwritten[_key(record)] = record
            self._make_room(spared=record)

    def opened(self, on_disk: Iterable[TallyRecord]) -> None:
        """Another database is in use, which holds these."""
        if not self.has_read:
            on_disk = list(on_disk)
            self._begin_with(on_disk)
        known = list(self._all())
        self._views, self._count = {}, 0
        for record in (*(one for one in on_disk if _key(one) not in self._unwritten), *known):
            self._put(record)
        self._unwritten |= {_key(record): record for record in known}
        self._make_room()

    def salvaged(self, on_disk: Iterable[TallyRecord]) -> None:
        """A damaged database held these; they count where nothing is known."""
        if not self.has_read:
            on_disk = list(on_disk)
            self._begin_with(on_disk)
        for record in on_disk:
            if self.of(*_key(record)) is None:
                self._put(record)
                self._unwritten[_key(record)] = record
        self._make_room()

    def to_write(self, events: Iterable[SpooledEvent]) -> list[TallyRecord]:
        """What is counted with these events, or later ones that wait, and some of what else has to be written."""
        keys = dict.fromkeys(_key(event.tally) for event in events if event.tally is not None)
        brought = {key: self._unwritten[key] for key in keys if key in self._unwritten}
        beside = (item for item in self._unwritten.items() if item[0] not in brought)
        return [*brought.values(), *(record for _, record in islice(beside, MOST_BESIDE))]

    @property
    def is_written(self) -> bool:
        """True where the database holds all of it."""
        return not self._unwritten

    @property
    def unwritten(self) -> list[TallyRecord]:
        """Some of what the database does not hold yet."""
        return list(islice(self._unwritten.values(), MOST_BESIDE))

    def written(self, records: Iterable[TallyRecord]) -> None:
        """These are on disk."""
        for record in records:
            if self._unwritten.get(_key(record)) is record:
                del self._unwritten[_key(record)]

    def _begin_with(self, on_disk: Iterable[TallyRecord]) -> None:
        """These were counted by earlier runs."""
        self.has_read = True
        earlier = {_key(record): record for record in on_disk}
        for record in [one for one in self._all() if one.partial]:
            key = _key(record)
            self._before[key] = earlier.get(key, TallyRecord(*key))
            self._put(record.after(self._before[key]))

    def _all(self) -> Iterator[TallyRecord]:
        for labels in self._views.values():
            yield from labels.values()

    def _put(self, record: TallyRecord) -> None:
        labels = self._views.setdefault(record.view, {})
        self._count += record.label not in labels
        labels[record.label] = record

    def _make_room(self, spared: TallyRecord | None = None) -> None:
        """Forget some more than must be, so that this is rarely needed."""
        if self._count <= self._most:
            return
        oldest = sorted(
            (record for record in self._all() if record is not spared), key=lambda record: record.last or 0.0
        )
        for record in oldest[: self._count - self._most + self._most // 20]:
            del self._views[record.view][record.label]
            self._count -= 1
            self._unwritten[_key(record)] = TallyRecord(record.view, record.label)
