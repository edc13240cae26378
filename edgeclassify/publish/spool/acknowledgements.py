"""Which of several sinks has which event. With one sink nothing is noted: what it has is forgotten."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping

Run = tuple[int, int]
"""The first and the last of a row of neighbouring numbers."""


class Runs:
    """A set of event numbers, kept as runs: a sink has most events in order, so that there are few.

    `touched`: where runs begin, or began, that are not as they were when this was last emptied.
    """

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        for first, last in sorted(runs):  # they may overlap
            if self._last and first <= self._last[-1] + 1:
                self._last[-1] = max(self._last[-1], last)
            else:
                self._first.append(first)
                self._last.append(last)
        self.touched: set[int] = set(self._first)

    def __contains__(self, seq: int) -> bool:
        place = bisect_right(self._first, seq) - 1
        return place >= 0 and seq <= self._last[place]

    def __iter__(self) -> Iterator[Run]:
        return zip(self._first, self._last, strict=True)

    def end(self, seq: int) -> int:
        """The last number of the run that `seq` is in; `seq` - 1 where it is in none."""
        return self._last[bisect_right(self._first, seq) - 1] if seq in self else seq - 1

    def run_at(self, first: int) -> Run | None:
        """The run that begins there."""
        place = bisect_left(self._first, first)
        found = place < len(self._first) and self._first[place] == first
        return (first, self._last[place]) if found else None

    def add(self, seq: int) -> None:
        """Put a number in."""
        if seq in self:
            return
        place = bisect_right(self._first, seq)  # of the run behind it
        before = place > 0 and self._last[place - 1] == seq - 1
        behind = place < len(self._first) and self._first[place] == seq + 1
        if before:
            self._last[place - 1] = seq
            self.touched.add(self._first[place - 1])
            if behind:
                self.touched.add(self._first.pop(place))
                self._last[place - 1] = self._last.pop(place)
        elif behind:
            self.touched |= {seq, seq + 1}
            self._first[place] = seq
        else:
            self.touched.add(seq)
            self._first.insert(place, seq)
            self._last.insert(place, seq)

    def discard(self, seq: int) -> None:
        """Take a number out."""
        if seq not in self:
            return
        place = bisect_right(self._first, seq) - 1
        first, last = self._first.pop(place), self._last.pop(place)
        parts = [run for run in ((first, seq - 1), (seq + 1, last)) if run[0] <= run[1]]
        self._first[place:place] = [begin for begin, _ in parts]
        self._last[place:place] = [end for _, end in parts]
        self.touched |= {first, seq + 1}


class Acknowledgements:
    """What each sink has had of the events that are here, where there are several sinks. Not thread-safe.

    `is_here(seq)`: whether an event is in the spool. `unsaved`: so many were noted since `saved` was called.
    """

    def __init__(self, is_here: Callable[[int], bool]) -> None:
        self._is_here = is_here
        self._had: dict[str, Runs] = {}
        self._kept_for_others: dict[str, int] = {}
        self.unsaved = 0

    @property
    def shared(self) -> bool:
        """True while there is more than one sink."""
        return len(self._had) > 1

    @property
    def sinks(self) -> Mapping[str, Runs]:
        """Each sink's numbers; none where there is only one sink."""
        return self._had

    def serve(self, known: Mapping[str, Runs]) -> None:
        """These are the sinks from now on, and what each has had. `count` is to be called then."""
        self._had = dict(known) if len(known) > 1 else {}
        self._kept_for_others = dict.fromkeys(self._had, 0)
        self.unsaved = len(self._had)

    def count(self, counted: Callable[[Run], int]) -> None:
        """Count what is here. `counted`: how many events of a run are."""
        for name, runs in self._had.items():
            self._kept_for_others[name] = sum(map(counted, runs))

    def has(self, sink: str, seq: int) -> bool:
        """True where the sink has had the event."""
        runs = self._had.get(sink)
        return runs is not None and seq in runs

    def skip(self, sink: str, after: int) -> int:
        """The number from which on the sink may lack something, less one; never below `after`."""
        runs = self._had.get(sink)
        return after if runs is None else runs.end(after + 1)

    def held(self, sink: str) -> int:
        """How many events are here only for other sinks."""
        return self._kept_for_others.get(sink, 0)

    def add(self, sink: str, seqs: Iterable[int]) -> list[int]:
        """The sink has these; returns those that all have now."""
        if not self.shared or sink not in self._had:
            return [] if self.shared else list(seqs)
        complete = []
        for seq in seqs:
            if seq in self._had[sink]:
                continue
            self._had[sink].add(seq)
            self.unsaved += 1
            if all(seq in runs for runs in self._had.values()):
                complete.append(seq)
                self._count(seq, -1, but=sink)
            elif self._is_here(seq):
                self._kept_for_others[sink] += 1
        return complete

    def drop(self, seq: int) -> None:
        """The event was dropped."""
        self._count(seq, -1)

    def renew(self, seq: int) -> None:
        """Another event has this number: nobody has had it."""
        self._count(seq, -1)
        for runs in self._had.values():
            self.unsaved += seq in runs
            runs.discard(seq)

    def changes(self) -> Iterator[tuple[str, int, Run | None]]:
        """(sink, where a run began, the run that begins there now) of all that is not saved."""
        for name, runs in self._had.items():
            for first in sorted(runs.touched):
                yield name, first, runs.run_at(first)

    def saved(self) -> None:
        """What `changes` told is on disk."""
        for runs in self._had.values():
            runs.touched = set()
        self.unsaved = 0

    def _count(self, seq: int, by: int, but: str = "") -> None:
        if self.shared and self._is_here(seq):
            for name, runs in self._had.items():
                if name != but and seq in runs:
                    self._kept_for_others[name] += by
