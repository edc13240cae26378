"""The labels of one day in one view, as its state tells them: made once, and kept up to date by events."""

from collections.abc import Iterable

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.tallies.counting import tally_of
from edgeclassify.tallies.days import LocalDay
from edgeclassify.types import MOST_LABELS_TODAY, LabelToday, TallyRecord


@dataclass(frozen=True, slots=True)
class Stay:
    """A label's stay in a view that has not ended: since when, and its seconds until it was seen last, at `until`.

    Times are seconds since the epoch; by a clock that was set meanwhile there are others between them.
    """

    label: str
    since: float
    seconds: float
    until: float


class DayOfView:
    """Not thread-safe. `records`: what is counted of the view's labels."""

    def __init__(self, day: LocalDay, records: Iterable[TallyRecord]) -> None:
        self.day, self.text = day, str(day)
        self._labels: dict[str, LabelToday] = {}  # those that started last are the last
        for record in sorted(records, key=lambda one: one.last or 0.0):
            self._take(record)
        self._beside: tuple[str | None, tuple[LabelToday, ...]] | None = None

    def follow(self, record: TallyRecord, *, starts: bool) -> None:
        """This is counted of one of its labels from now on."""
        if starts:
            self._labels.pop(record.label, None)
        self._take(record)
        self._beside = None

    def _take(self, record: TallyRecord) -> None:
        tally = tally_of(record, self.day.number)
        if tally.count or tally.seconds:
            self._labels[record.label] = LabelToday(record.label, tally.count, tally.seconds, record.last or 0.0)

    def labels(self, stay: Stay | None) -> tuple[LabelToday, ...]:
        """Those that started last first. `stay`: what is in the view, the day's part of which counts.

        Called for every frame: what is there beside that is made once.
        """
        if stay is None:
            return self._others(None)
        others = self._others(stay.label)
        counted = self._labels.get(stay.label)
        seconds = self.day.share_s(stay.until - stay.seconds, stay.until)
        if counted is not None:
            return (LabelToday(stay.label, counted.count, counted.seconds + seconds, counted.last), *others)
        if seconds == 0:
            return others
        # It started on the day before.
        return (LabelToday(stay.label, 0, seconds, stay.since), *others)

    def _others(self, label: str | None) -> tuple[LabelToday, ...]:
        if self._beside is None or self._beside[0] != label:
            most = MOST_LABELS_TODAY - (label is not None)
            others = (one for name, one in reversed(self._labels.items()) if name != label)
            self._beside = label, tuple(one for one, _ in zip(others, range(most), strict=False))
        return self._beside[1]
