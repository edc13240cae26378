"""What comes on the battery's topic, on its way to who wants to know: the topic is there before them."""

import threading
from collections.abc import Callable


class BatteryTopic:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[str, bytes] | None = None
        self._topic: str | None = None
        self._hear: Callable[[str], None] = lambda text: None

    def tell(self, topic: str, payload: bytes) -> None:
        """It came. Returns at once."""
        with self._lock:
            self._last = (topic, payload)
            if topic == self._topic:
                self._hear(payload.decode("utf-8", "replace"))

    def listen(self, topic: str | None, hear: Callable[[str], None]) -> None:
        """From now on `hear` gets what comes on this topic, and what came there last. None: nobody listens."""
        with self._lock:
            self._topic, self._hear = topic, hear
            if self._last is not None and self._last[0] == topic:
                hear(self._last[1].decode("utf-8", "replace"))
