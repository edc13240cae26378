"""What waits to be told to whoever looks: left by the node's threads, taken in the server's loop."""

from collections import deque
from collections.abc import Callable
from typing import Any

from edgeclassify.lazy_dataclass import dataclass

CAPACITY = 1000
"""Messages that wait; they are taken five times a second."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message that is not written yet. `of`: where it says how something is now, what that is: a newer one takes
    its place; "": it stays as it is."""

    kind: str
    of: str
    write: Callable[[], Any]


class Outbox:
    """Left from any thread, taken by one.

    Drop policy: of messages about how one thing is now the newest stays; of more than CAPACITY the oldest go, and
    `lost` says so. While it is closed, as at first, nothing is kept at all.
    """

    def __init__(self) -> None:
        self._waiting: deque[Said] = deque(maxlen=CAPACITY)
        self.is_open = False
        self.lost = False
        """True where messages went since this was set to False."""

    def put(self, said: Said) -> None:
        """Leave a message."""
        if self.is_open:
            self.lost |= len(self._waiting) == CAPACITY
            self._waiting.append(said)

    def take(self) -> list[Said]:
        """All that wait, in their order, those that were replaced left out."""
        kept: dict[object, Said] = {}
        for _ in range(len(self._waiting)):  # and no more: others go on leaving some
            try:
                said = self._waiting.popleft()
            except IndexError:  # closed by another thread meanwhile
                break
            key: object = (said.kind, said.of) if said.of else object()
            kept.pop(key, None)
            kept[key] = said
        return list(kept.values())

    def close(self) -> None:
        """Nobody listens: keep nothing."""
        self.is_open = False
        self._waiting.clear()
        self.lost = False
