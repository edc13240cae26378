"""Which of several sinks has which event, and so what each still lacks.

With one sink nothing is noted: what it has is forgotten.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from threading import RLock

from edgeclassify.publish.interface import SpooledEvent, SpoolReader

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

    `is_here(seq)`: whether an event is in the spool; `within(run)`: the numbers of a run that are;
    `forget(seqs)`: all sinks have had these. `unsaved`: so many were noted since `saved` was called; `urgent`:
    that is to be on disk also where sinks do not differ.
    """

    def __init__(
        self,
        is_here: Callable[[int], bool],
        *,
        within: Callable[[Run], Collection[int]],
        forget: Callable[[list[int]], object],
    ) -> None:
        self._is_here, self._within, self._forget = is_here, within, forget
        self._sinks: frozenset[str] | None = None
        self._had: dict[str, Runs] = {}
        self._kept_for_others: dict[str, int] = {}
        self.unsaved = 0
        self.urgent = False

    @property
    def differ(self) -> bool:
        """True while an event is here that one sink has had and another has not: else nothing need be on disk."""
        return any(self._kept_for_others.values())

    @property
    def shared(self) -> bool:
        """True while there is more than one sink."""
        return len(self._had) > 1

    def serves(self, sinks: Collection[str]) -> bool:
        """True where these are the sinks already."""
        return self._sinks == frozenset(sinks)

    def serve(self, sinks: Collection[str], noted: Mapping[str, Iterable[Run]]) -> None:
        """These are the sinks from now on; what they all have had already is forgotten.

        `noted`: what the database says that each has had.
        """
        self._sinks = frozenset(sinks)
        self.go_on(noted)

    def go_on(self, noted: Mapping[str, Iterable[Run]]) -> None:
        """Another database is in use, which has noted this: what is known holds as well."""
        known = {name: Runs([*self._had.get(name, ()), *noted.get(name, ())]) for name in self._sinks or ()}
        first = next(iter(known.values()), Runs())
        self._forget(
            [seq for run in first for seq in self._within(run) if all(seq in runs for runs in known.values())]
        )
        self._had = known if len(known) > 1 else {}
        self._kept_for_others = dict.fromkeys(self._had, 0)
        self.unsaved, self.urgent = len(self._had), bool(self._had)
        for name, runs in self._had.items():
            self._kept_for_others[name] = sum(len(self._within(run)) for run in runs)

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

    def lacking(self, seqs: Collection[int]) -> dict[str, int]:
        """How many of these each sink lacks; those that lack none are left out, and with one sink all."""
        counts = {name: sum(seq not in runs for seq in seqs) for name, runs in self._had.items()}
        return {name: count for name, count in sorted(counts.items()) if count}

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
            self.urgent |= seq in runs
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
        self.unsaved, self.urgent = 0, False

    def _count(self, seq: int, by: int, but: str = "") -> None:
        if self.shared and self._is_here(seq):
            for name, runs in self._had.items():
                if name != but and seq in runs:
                    self._kept_for_others[name] += by


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
