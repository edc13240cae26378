"""A piece of what one decider got: as records while it grows, as packed lines when it is full."""

import zlib
from collections.abc import Iterator, Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.format.lines import read_record, record_line
from edgeclassify.recording.interface import Input, Record, RulesChanged, Seen, ViewBegins, time_of
from edgeclassify.types import Moment

LEVEL = 6
"""Of zlib: a quarter smaller than by 1, and still a hundredth of a second per piece on a small machine."""


class Piece:
    """Records of one decider, from its begin. `continues`: nothing is missing between the piece before and this.

    `add` belongs to one thread, under the lock of who keeps it.
    """

    def __init__(self, begins: ViewBegins, continues: bool) -> None:
        self.continues, self.rules = continues, [begins.rules]
        self.records: list[Record] = [begins]
        self.frames = 0
        self.first: Moment | None = None
        self.last: Moment | None = None

    def add(self, record: Input) -> None:
        """One more."""
        self.records.append(record)
        self.frames += isinstance(record.what, Seen)
        if isinstance(record.what, RulesChanged):
            self.rules.append(record.what.rules)
        now = time_of(record.what)
        if now is not None:
            self.first, self.last = self.first or now, now

    def closed(self) -> "PackedPiece":
        """The same, packed."""
        lines = b"".join(map(record_line, self.records))
        return PackedPiece(
            zlib.compress(lines, LEVEL), self.continues, tuple(self.rules), self.frames, self.first, self.last
        )

    def copy(self) -> "HeldPiece":
        """As it is now."""
        return HeldPiece(
            tuple(self.records), self.continues, tuple(self.rules), self.frames, self.first, self.last
        )


@dataclass(frozen=True, slots=True)
class HeldPiece:
    """A piece that nobody adds to. `rules`: that held in it; `frames`: predictions; `first`, `last`: of its
    inputs; None: it has none with a time."""

    held: Sequence[Record]
    continues: bool
    rules: tuple[Rules, ...]
    frames: int
    first: Moment | None
    last: Moment | None

    def records(self) -> Iterator[Record]:
        """From its begin."""
        return iter(self.held)


@dataclass(frozen=True, slots=True)
class PackedPiece:
    """As HeldPiece, in little memory."""

    packed: bytes
    continues: bool
    rules: tuple[Rules, ...]
    frames: int
    first: Moment | None
    last: Moment | None

    @property
    def bytes(self) -> int:
        """What it takes, without what is the same for all."""
        return len(self.packed)

    def records(self) -> Iterator[Record]:
        """From its begin."""
        return map(read_record, zlib.decompress(self.packed).splitlines())


AnyPiece = HeldPiece | PackedPiece
