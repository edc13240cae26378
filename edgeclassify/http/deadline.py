"""How long a whole answer may take, whatever comes of it bit by bit."""

import time

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a connection with its TLS, for the head of an answer or the next bytes, and for all in all."""

    connect_s: float
    silence_s: float
    total_s: float


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left_s(self, most_s: float = float("inf")) -> float:
        """Seconds that are left, at most `most_s`. Raises TimeoutError where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return min(left, most_s)
