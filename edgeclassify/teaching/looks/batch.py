"""Looks that were chosen and wait to be written, several in one commit: each commit costs a card some blocks."""

from collections.abc import Sequence
from dataclasses import replace

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.teaching.interface import Look
from edgeclassify.teaching.looks.interface import Ticket

MOST = 64
"""That wait in memory, while the disk takes none too: about 1 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    look: Look
    ticket: Ticket


class Batch:
    """In the order in which they came. Not thread-safe."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._gone: list[int] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """True where the next one would be one too many."""
        return len(self._waiting) >= MOST

    @property
    def looks(self) -> list[Look]:
        """Those that wait."""
        return [one.look for one in self._waiting]

    @property
    def in_place_of(self) -> Sequence[int]:
        """Numbers of looks in the file that go for them."""
        return tuple(self._gone)

    def add(self, look: Look, ticket: Ticket, in_place_of: Sequence[Ticket] = ()) -> None:
        """It waits from now on; one that has given way to it, and has not been written, never will be."""
        for gone in in_place_of:
            if gone.number is None:
                self._waiting = [one for one in self._waiting if one.ticket is not gone]
            else:
                self._gone.append(gone.number)
        self._waiting.append(_Waiting(look, ticket))

    def written(self, numbers: Sequence[int | None]) -> None:
        """All of them are on disk, under these numbers."""
        for one, number in zip(self._waiting, numbers, strict=True):
            one.ticket.number = number
        self._waiting, self._gone = [], []

    def drop_oldest(self) -> Ticket:
        """It can't wait any longer."""
        return self._waiting.pop(0).ticket

    def without_pictures(self) -> None:
        """Of none may a picture be kept."""
        self._waiting = [_Waiting(replace(one.look, jpeg=None), one.ticket) for one in self._waiting]
