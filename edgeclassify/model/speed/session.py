"""What this process has measured: each model once, and all models of one start within one time."""

import math
from collections.abc import Hashable

PAUSE_S = 60.0
"""So long after the last measuring the next one is no part of the same start: there is time for it again."""
_LEAST_S = 0.2
"""With less nothing is measured."""


class Session:
    """Used by one thread."""

    def __init__(self) -> None:
        self._done: set[Hashable] = set()
        self._spent_s, self._at_s = 0.0, -math.inf

    def is_done(self, what: Hashable) -> bool:
        """True where this was measured: once more would only say how it is in the same minute."""
        return what in self._done

    def left_s(self, budget_s: float, now_s: float) -> float:
        """Of the seconds that one start may take; 0: too little is left."""
        if now_s - self._at_s > PAUSE_S:
            return budget_s
        left_s = budget_s - self._spent_s
        return left_s if left_s >= _LEAST_S else 0.0

    def add(self, what: Hashable, began_s: float, ended_s: float) -> None:
        """This was measured from then to then."""
        before_s = 0.0 if began_s - self._at_s > PAUSE_S else self._spent_s
        self._spent_s, self._at_s = before_s + ended_s - began_s, ended_s
        self._done.add(what)
