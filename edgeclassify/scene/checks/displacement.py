"""How far a camera has moved: the middle of what its last frames say, so that no single one decides."""

from collections import deque
from statistics import median

from edgeclassify.scene.checks.structure import Registration

FRAMES = 5


class Displacement:
    """The shifts of one camera's last frames against its reference."""

    def __init__(self) -> None:
        self._last: deque[Registration] = deque(maxlen=FRAMES)

    def note(self, shift: Registration) -> Registration:
        """One more; returns the middle of the last ones, along each way."""
        self._last.append(shift)
        return Registration(
            median(one.x for one in self._last),
            median(one.y for one in self._last),
            median(one.coherence for one in self._last),
        )

    def forget(self) -> None:
        """The camera is where it was."""
        self._last.clear()
