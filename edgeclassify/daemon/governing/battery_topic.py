"""What comes on the battery's topic, on its way to who wants to know: the topic is there before them."""

import threading
import time
from collections.abc import Callable

Hear = Callable[[str, float], None]
"""Is told the text, and when it came (monotonic seconds)."""


class BatteryTopic:
    """Thread-safe. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._last: tuple[str, str, float] | None = None
        self._topic: str | None = None
        self._hear: Hear = hear_nothing

    def tell(self, topic: str, payload: bytes) -> None:
        """It came. Returns at once."""
        with self._lock:
            self._last = (topic, payload.decode("utf-8", "replace"), self._clock())
            if topic == self._topic:
                self._hear(*self._last[1:])

    def listen(self, topic: str | None, hear: Hear) -> None:
        """From now on `hear` gets what comes on this topic, and what came there last, be it long ago. None: nobody
        listens."""
        with self._lock:
            self._topic, self._hear = topic, hear
            if self._last is not None and self._last[0] == topic:
                hear(*self._last[1:])


def hear_nothing(text: str, at_s: float) -> None:
    """For those who do not want to know."""
