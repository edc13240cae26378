"""Which event is posted next: the oldest, except while it is on trial for what the receiver says of it.

What the receiver can't take must not hold up all others, and a receiver that takes none (a wrong URL, a flow that
is switched off) must not cost any. Both say 400. So an event that was refused ATTEMPTS times waits while those
behind it are tried. When one of them is taken, it has a last chance, and is given up where it is refused by a
receiver that has just taken another: then the fault is its own. (Where it is taken then, it comes behind a later
one: the receiver has been mended meanwhile. That is the one case in which the order is not kept.)
"""

import math

from edgeclassify.publish.interface import SpooledEvent, SpoolReader

ATTEMPTS = 5
"""How often the receiver must refuse an event before those behind it are tried."""
MOST_ON_TRIAL = 10
"""How many in a row may be at fault. Are there more, the receiver counts as one that takes none."""
READ_AHEAD = 64
"""Events that are read from the spool at once."""


class EventQueue:
    """Used by one thread."""

    def __init__(self, spool: SpoolReader) -> None:
        self._spool = spool
        self._ahead: list[SpooledEvent] = []
        self._refusals: dict[int, int] = {}  # seq → how often
        self._last_chance: set[int] = set()

    def next(self) -> SpooledEvent | None:
        """What is to be posted; None: nothing is left."""
        oldest = self._oldest()
        if oldest is None or oldest.seq in self._last_chance or self._refusals.get(oldest.seq, 0) < ATTEMPTS:
            return oldest
        if len(self._refusals) >= MOST_ON_TRIAL:
            self._refusals = {oldest.seq: self._refusals[oldest.seq]}
            return oldest
        behind = self._spool.pending(1, after=max(self._refusals))
        return behind[0] if behind else oldest

    def taken(self, seq: int) -> None:
        """The receiver has it; those before it, which it would not take, have a last chance."""
        self._last_chance |= {other for other in self._refusals if other < seq}
        self._forget(seq)

    def refused(self, seq: int) -> bool:
        """The receiver says that this event can't be taken. True: that was its last chance, it is given up."""
        if seq in self._last_chance:
            self._forget(seq)
            return True
        self._refusals[seq] = self._refusals.get(seq, 0) + 1
        return False

    def _oldest(self) -> SpooledEvent | None:
        if not self._ahead:
            self._ahead = list(self._spool.pending(READ_AHEAD))
        least = self._ahead[0].seq if self._ahead else math.inf
        # What the spool has dropped, at its limits, is on trial no more.
        self._refusals = {seq: count for seq, count in self._refusals.items() if seq >= least}
        self._last_chance = {seq for seq in self._last_chance if seq >= least}
        return self._ahead[0] if self._ahead else None

    def _forget(self, seq: int) -> None:
        self._spool.delivered([seq])
        self._refusals.pop(seq, None)
        self._ahead = [event for event in self._ahead if event.seq != seq]
