"""How long to wait before the next attempt to connect."""

import random
from collections.abc import Callable


class Backoff:
    """Exponential with full jitter: a wait between 0 and min(cap_s, base_s * 2**n) after the n-th failure.

    Full jitter spreads the nodes of a house that all lost the same broker
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). A connection that breaks within
    `stable_s` counts as one more failure, so that two clients with one id don't chase each other at full speed.
    """

    def __init__(
        self,
        *,
        base_s: float = 1.0,
        cap_s: float = 60.0,
        stable_s: float = 10.0,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._base_s, self._cap_s, self._stable_s = base_s, cap_s, stable_s
        self._uniform = uniform
        self._failures = 0

    def connected_for(self, seconds: float) -> None:
        """A connection has ended after so many seconds."""
        if seconds >= self._stable_s:
            self._failures = 0

    def next_s(self) -> float:
        """Seconds to wait before the next attempt."""
        ceiling = min(self._cap_s, self._base_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return self._uniform(0.0, ceiling)
