"""Counts the events that a spool had to drop; says so once at the begin and once at the end of an episode."""

import logging
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)

_REMEMBERED = 1024
"""More than can be on their way to the broker when they are dropped."""

QUIET_S = 60.0
"""An episode is over when so long nothing was dropped."""


class Dropped:
    """How many events were dropped: `total`. Not thread-safe.

    One that was on its way when it was dropped may arrive all the same: then it does not count.
    """

    def __init__(self) -> None:
        self.total = 0
        self._recent: dict[int, None] = {}
        self._lost = 0

    def count(self, seq: int) -> None:
        """An event was dropped."""
        self.total += 1
        self._recent[seq] = None
        if len(self._recent) > _REMEMBERED:
            del self._recent[next(iter(self._recent))]

    def appended(self, seq: int) -> None:
        """An event has this number: what arrives under it is that one, not one that was dropped before."""
        self._recent.pop(seq, None)

    def lose(self, count: int) -> None:
        """Count those that went with a damaged database; which ones can't be told."""
        self.total += count
        self._lost += count

    def arrived(self, seqs: Iterable[int]) -> list[int]:
        """The broker has acknowledged these; returns those that were not dropped before."""
        kept = []
        for seq in seqs:
            if seq in self._recent:
                del self._recent[seq]
                self.total -= 1
            else:
                kept.append(seq)
        return kept

    def recover(self, count: int) -> None:
        """Take off those that the broker has acknowledged and that are nowhere: they were among the lost ones."""
        count = min(count, self._lost)
        self.total -= count
        self._lost -= count


class Drops(Dropped):
    """Says the begin and the end of an episode. `place` names the spool in messages, `clock` gives seconds."""

    def __init__(self, place: str, clock: Callable[[], float]) -> None:
        super().__init__()
        self._place, self._clock = place, clock
        self._episode = 0
        self._range = (0, 0)
        self._newest = 0.0

    def add(self, seq: int, why: str) -> None:
        """An event is lost; `why` says which bound it was and completes "…: undelivered events are dropped, oldest
        first: " for the first of an episode."""
        self.count(seq)
        self._episode += 1
        self._newest = self._clock()
        low, high = self._range if self._episode > 1 else (seq, seq)
        self._range = min(low, seq), max(high, seq)
        if self._episode == 1:
            log.warning("%s: undelivered events are dropped, oldest first: %s", self._place, why)

    def settle(self, *, at_once: bool = False) -> None:
        """Sum up an episode that has ended (`at_once`: that ends now)."""
        if self._episode and (at_once or self._clock() - self._newest >= QUIET_S):
            log.warning(
                "%s: %d undelivered events were dropped (numbers within %d to %d)",
                self._place, self._episode, *self._range,
            )  # fmt: skip
            self._episode = 0
