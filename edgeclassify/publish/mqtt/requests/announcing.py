"""When a node sends all that is retained again: at an interval, and when all nodes are asked for it.

Thousands of nodes hear the same request in the same moment, and come back together after a power cut: each draws a
time of its own.
"""

import random
from collections.abc import Callable

from edgeclassify.publish.mqtt.requests.repeat import Repeat

SPREAD = 0.1
"""By this share an interval is now longer, now shorter: nodes that met once do not stay together."""


class Announcing:
    """Used by one thread. `interval_s`: 0: only when asked. `clock`: monotonic seconds. `draw(low, high)`: a
    number between these, each as likely.
    """

    def __init__(
        self,
        interval_s: float,
        clock: Callable[[], float],
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._interval_s, self._clock, self._draw = interval_s, clock, draw
        self._asked = Repeat()
        self._due: float | None = clock() + draw(0, interval_s) if interval_s > 0 else None

    def asked(self, within_s: float) -> None:
        """All nodes are asked, each within so many seconds."""
        self._asked.ask(self._clock(), self._draw(0, within_s))

    def take(self) -> bool:
        """True where it is due, which is told once."""
        now = self._clock()
        due = self._asked.take(now)
        if self._due is not None and now >= self._due:
            due = True
            self._due = now + self._interval_s * self._draw(1 - SPREAD, 1 + SPREAD)
        return due
