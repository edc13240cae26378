"""The time that the stop of the daemon may take."""

import time
from collections.abc import Callable

STOP_BUDGET_S = 1.8
"""Seconds from the request to the end."""


class StopBudget:
    """Shared by all that is stopped: capture, inference and the sink. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: float | None = None

    def begin(self) -> None:
        """The stop begins now."""
        self._begun = self._clock()

    def deadline(self, share: float = 1.0) -> float:
        """When this share of it is used up (monotonic seconds)."""
        begun = self._clock() if self._begun is None else self._begun
        return begun + share * STOP_BUDGET_S

    def left_s(self, least_s: float) -> float:
        """What is left of it, and no less than `least_s`."""
        return max(least_s, self.deadline() - self._clock())
