"""Counts the events that a spool had to drop, and says so once at the begin and once at the end of an episode."""

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

QUIET_S = 60.0
"""An episode is over when so long nothing was dropped."""


class Drops:
    """Not thread-safe. `place` names the spool in messages, `clock` gives seconds."""

    def __init__(self, place: str, clock: Callable[[], float]) -> None:
        self._place, self._clock = place, clock
        self.total = 0
        self._episode = 0
        self._range = (0, 0)
        self._newest = 0.0

    def add(self, seq: int, why: str) -> None:
        """An event is lost; `why` says which bound it was and completes "…: undelivered events are dropped, oldest
        first: " for the first of an episode."""
        self.total += 1
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
