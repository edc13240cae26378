"""What the deciders of all views got in the last hours: heard by their threads, packed by another, read by any."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import Enum, auto

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Decider
from edgeclassify.recording.interface import (
    DeciderFactory,
    Happening,
    Input,
    LiveEvent,
    Record,
    ViewBegins,
    ViewFacts,
)
from edgeclassify.recording.memory import memory_of
from edgeclassify.recording.recent.pieces import AnyPiece, PackedPiece, Piece
from edgeclassify.types import Event, Moment

MOST_BYTES = 16 << 20
"""Of all views together, packed."""
MOST_HOURS = 24.0
PIECE = 512
"""Inputs of a piece: about two minutes at two frames per second."""
MOST_WAITING = 4
"""Full pieces of a view that wait to be packed."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What there is of a view since some time: pieces, the oldest first, at least one. `since`: of its
    first input, `until`: of its latest one, seconds since the epoch."""

    facts: ViewFacts
    pieces: Sequence[AnyPiece]
    since: float
    until: float

    def records(self) -> Iterator[Record]:
        """As of a recording: where nothing is missing between two pieces, the view does not begin anew."""
        for number, piece in enumerate(self.pieces):
            for record in piece.records():
                if number and piece.continues and isinstance(record, ViewBegins):
                    continue
                yield record


class Taken(Enum):
    """What became of an input: it is kept; it is, and the piece is full by it; nobody keeps its view any more."""

    KEPT = auto()
    LAST = auto()
    LOST = auto()


@dataclass(slots=True)
class _Kept:
    """Of one view. `of`: what it was when this was heard: of another region nothing is kept."""

    facts: ViewFacts
    of: object
    packed: deque[PackedPiece] = field(default_factory=deque)
    waiting: deque[Piece] = field(default_factory=deque)
    growing: Piece | None = None


class RecentInputs:
    """Thread-safe. `fresh` makes a decider.

    Drop policy: of more than `most_bytes`, or of what is older than `most_hours`, the oldest piece goes, whichever
    view it is of. Where packing comes too late, new inputs are left out until there is room again.
    """

    def __init__(
        self,
        fresh: DeciderFactory,
        most_bytes: int = MOST_BYTES,
        most_hours: float = MOST_HOURS,
        piece: int = PIECE,
    ) -> None:
        self._fresh, self._most_bytes, self._most_s = fresh, most_bytes, most_hours * 3600
        self._piece = piece
        self._views: dict[str, _Kept] = {}
        self._numbers = 0
        self._lock = threading.Lock()

    def listener(self, facts: ViewFacts, of: object) -> "RecentListener":
        """Who hears of a view's decider from now on. `of`: beside its facts, what it must be to go on where the
        one before has ended: of another region, or other labels, what was heard before says nothing."""
        with self._lock:
            self._numbers += 1
            kept = self._views.get(facts.view)
            if kept is None or (kept.facts, kept.of) != (facts, of):
                self._views[facts.view] = kept = _Kept(facts, of)
            _close(kept)
        return RecentListener(self, kept, self._numbers, self._fresh)

    def forget_others(self, views: Sequence[str]) -> None:
        """Of views that are not there any more nothing is kept."""
        with self._lock:
            self._views = {name: kept for name, kept in self._views.items() if name in views}

    @property
    def bytes(self) -> int:
        """Of what is packed."""
        with self._lock:
            return self._bytes()

    def pack(self) -> None:
        """Called now and then, by one thread: pack what is full, drop what is too much."""
        while (found := self._next_full()) is not None:
            kept, piece = found
            packed = piece.closed()
            with self._lock:
                kept.packed.append(packed)
                kept.waiting.popleft()
                self._drop()

    def since(self, view: str, at: float) -> Stretch | None:
        """What there is of a view from then on (seconds since the epoch), by whole pieces; None: nothing."""
        with self._lock:
            kept = self._views.get(view)
            if kept is None:
                return None
            open_ones = [*kept.waiting, *([] if kept.growing is None else [kept.growing])]
            pieces: list[AnyPiece] = [*kept.packed, *(piece.copy() for piece in open_ones)]
        begin = next((i for i, one in enumerate(pieces) if one.last is not None and one.last.at >= at), None)
        if begin is None:
            return None
        wanted = pieces[begin:]
        times = [time.at for one in wanted for time in (one.first, one.last) if time is not None]
        return Stretch(kept.facts, wanted, times[0], max(times))

    # --- for its listeners -------------------------------------------------------------------------------

    def begin(self, kept: "_Kept", begins: ViewBegins, continues: bool) -> bool:
        """A piece begins; False where too many wait to be packed."""
        with self._lock:
            if len(kept.waiting) >= MOST_WAITING:
                return False
            _close(kept)
            kept.growing = Piece(begins, continues)
            return True

    def add(self, kept: "_Kept", record: Input) -> Taken:
        """Whether it is kept, and there is room for the next one."""
        with self._lock:
            growing = kept.growing
            if growing is None:
                return Taken.LOST
            growing.add(record)
            if len(growing.records) <= self._piece:
                return Taken.KEPT
            _close(kept)
            return Taken.LAST

    def _next_full(self) -> tuple["_Kept", Piece] | None:
        with self._lock:
            return next(((kept, kept.waiting[0]) for kept in self._views.values() if kept.waiting), None)

    def _bytes(self) -> int:
        return sum(piece.bytes for kept in self._views.values() for piece in kept.packed)

    def _drop(self) -> None:
        newest = max((kept.packed[-1].last.ns for kept in self._filled() if kept.packed[-1].last), default=0)
        size = self._bytes()
        while filled := self._filled():
            oldest = min(filled, key=lambda kept: _ns(kept.packed[0]))
            if size <= self._most_bytes and newest - _ns(oldest.packed[0]) <= self._most_s * 1e9:
                return
            size -= oldest.packed.popleft().bytes

    def _filled(self) -> list["_Kept"]:
        return [kept for kept in self._views.values() if kept.packed]


class RecentListener:
    """Hears of one view's decider, under that view's lock."""

    def __init__(self, inputs: RecentInputs, kept: "_Kept", number: int, fresh: DeciderFactory) -> None:
        self._inputs, self._kept, self._number, self._fresh = inputs, kept, number, fresh
        self._was_full = False

    def begin(self, decider: Decider) -> bool:
        """A piece begins, with what the decider knows."""
        facts, rules = self._kept.facts, decider.rules
        try:
            memory = memory_of(decider, self._fresh(facts, rules, str))
        except (TypeError, RecursionError):  # it is decided on again from what is in the view alone
            memory = None
        begins = ViewBegins(self._number, facts, rules, memory, decider.open(Moment.now()))
        continues, self._was_full = self._was_full, False
        return self._inputs.begin(self._kept, begins, continues)

    def hear(self, what: Happening, events: tuple[Event, ...]) -> bool:
        """An input; False where the next one begins another piece."""
        came = tuple(LiveEvent(one.event_type, one.label, one.id) for one in events)
        taken = self._inputs.add(self._kept, Input(self._number, what, came))
        self._was_full = taken is Taken.LAST
        return taken is Taken.KEPT


def _close(kept: _Kept) -> None:
    """What grows is full, or nobody adds to it any more."""
    if kept.growing is not None:
        kept.waiting.append(kept.growing)
        kept.growing = None


def _ns(piece: PackedPiece) -> int:
    return 0 if piece.last is None else piece.last.ns
