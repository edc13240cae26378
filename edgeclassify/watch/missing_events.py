"""Which numbers (`seq`) of one node are missing. Pure: the time comes with each call.

The first number is unknown to who comes later, so counting begins with the first event seen. Late events may bring
lower ones (a backlog on `history`), and live ones overtake: a missing number is a hole first, and is reported only
when nothing has filled the hole for some seconds.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto

PATIENCE_S = 5.0
"""A hole that nothing fills for so long is reported. A backlog fills its hole many times a second."""
RECENT = 32
"""How many numbers are remembered with what they named, to tell a repeat from a number used twice."""
HOLES = 64
"""Holes kept per node; of more the oldest are forgotten, and count as missing for good."""


class Verdict(Enum):
    """What a number is."""

    NEW = auto()
    REPEATED = auto()
    STARTED_OVER = auto()


@dataclass(slots=True)
class ReportedHole:
    """A range that is known to be missing; `left` of its numbers still are."""

    first: int
    last: int
    left: int
    while_away: bool


@dataclass(slots=True)
class _Hole:
    first: int
    last: int
    touched_at: float
    while_away: bool
    reported: ReportedHole | None = None

    def __len__(self) -> int:
        return self.last - self.first + 1


class EventSequence:
    """The numbers of one node. `first` and `highest` are None until an event came."""

    __slots__ = ("_away", "_forgotten", "_holes", "_recent", "filled", "first", "highest")

    def __init__(self) -> None:
        self.first: int | None = None
        self.highest: int | None = None
        self.filled: list[ReportedHole] = []
        """Reported holes that are filled by now, which is not told yet; the owner takes them out."""
        self._holes: list[_Hole] = []
        self._recent: OrderedDict[int, int] = OrderedDict()
        self._forgotten = 0
        self._away = False

    @property
    def missing(self) -> int:
        """How many numbers are missing: those of reported holes."""
        return self._forgotten + sum(len(hole) for hole in self._holes if hole.reported is not None)

    @property
    def settled(self) -> bool:
        """True while there is no hole that may have to be reported."""
        return all(hole.reported is not None for hole in self._holes)

    def away(self) -> None:
        """Messages may have passed unseen: a hole that follows need not be the node's."""
        self._away = True

    def take(self, seq: int, name: object, now: float, *, live: bool) -> Verdict:
        """An event with this number; `name` is what it names. `live`: it came when it happened, thus in order."""
        if self.first is None or self.highest is None:
            self.first = self.highest = seq
            verdict = Verdict.NEW
        elif seq > self.highest:
            self._hole(self.highest + 1, seq - 1, now)
            self.highest = seq
            verdict = Verdict.NEW
        elif self._fill(seq, now):
            verdict = Verdict.NEW
        elif live and self._used_otherwise(seq, name):
            self._start_over(seq)
            verdict = Verdict.STARTED_OVER
        elif seq < self.first:
            self._hole(seq + 1, self.first - 1, now)
            self.first = seq
            verdict = Verdict.NEW
        else:
            verdict = Verdict.REPEATED
        self._remember(seq, name)
        self._away &= not live
        return verdict

    def expect(self, seq: int, now: float) -> None:
        """A state names the number of its last event: it must come, or have come."""
        if self.highest is not None and seq > self.highest:
            self._hole(self.highest + 1, seq, now)
            self.highest = seq

    def due(self, now: float) -> list[ReportedHole]:
        """Holes to be reported since the last call."""
        found = []
        for hole in self._holes:
            if hole.reported is None and now - hole.touched_at >= PATIENCE_S:
                hole.reported = ReportedHole(hole.first, hole.last, len(hole), hole.while_away)
                found.append(hole.reported)
        return found

    def _hole(self, first: int, last: int, now: float) -> None:
        if first > last:
            return
        self._holes.append(_Hole(first, last, now, self._away))
        if len(self._holes) > HOLES:
            self._forgotten += len(self._holes.pop(0))

    def _fill(self, seq: int, now: float) -> bool:
        place = next((i for i, hole in enumerate(self._holes) if hole.first <= seq <= hole.last), None)
        if place is None:
            return False
        hole = self._holes[place]
        parts = [(hole.first, seq - 1), (seq + 1, hole.last)]
        self._holes[place : place + 1] = [
            _Hole(first, last, now, hole.while_away, hole.reported) for first, last in parts if first <= last
        ]
        if hole.reported is not None:
            hole.reported.left -= 1
            if hole.reported.left == 0:
                self.filled.append(hole.reported)
        return True

    def _used_otherwise(self, seq: int, name: object) -> bool:
        """Live events come in order: one far below the last ones, or that named another, begins a new count."""
        if seq in self._recent:
            return self._recent[seq] != hash(name)
        return bool(self._recent) and seq < min(self._recent)

    def _start_over(self, seq: int) -> None:
        self.first = self.highest = seq
        self._holes.clear()
        self._recent.clear()
        self._forgotten = 0

    def _remember(self, seq: int, name: object) -> None:
        self._recent[seq] = hash(name)
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)
