"""Which of a camera's frames a view is due to look at."""

from collections.abc import Iterable

from edgeclassify.types import Frame

_EARLY = 0.25
"""The part of a view's interval by which a frame may come early."""


class FramePace:
    """One view's frames, an interval apart (seconds; 0: each one). Used by the inference thread."""

    def __init__(self) -> None:
        self._due_ns = self._seen_ns = 0

    def is_due(self, frame: Frame, interval_s: float) -> bool:
        """True where an interval has passed since the last one.

        A frame that comes a little early counts as in time, or every second one would be passed over. Due is the
        next one an interval after the last at most, whatever was asked for or shortened meanwhile.
        """
        interval_ns = interval_s * 1e9
        due_ns = min(self._due_ns, self._seen_ns + interval_ns * (1 + _EARLY))
        return frame.pace_ns < self._seen_ns or frame.pace_ns >= due_ns - interval_ns * _EARLY

    def is_due_after(self, unfinished: Iterable[Frame], frame: Frame, interval_s: float) -> bool:
        """As if these had been looked at before."""
        ahead = FramePace()
        ahead._due_ns, ahead._seen_ns = self._due_ns, self._seen_ns
        for one in unfinished:
            ahead.seen(one, interval_s)
        return ahead.is_due(frame, interval_s)

    def seen(self, frame: Frame, interval_s: float) -> None:
        """This frame was looked at."""
        # The first one; or on a file's time line, one that was seen before what was seen last.
        anew = not self._seen_ns or frame.pace_ns < self._seen_ns
        interval_ns = int(interval_s * 1e9)
        self._due_ns = frame.pace_ns + interval_ns if anew else max(self._due_ns + interval_ns, frame.pace_ns)
        self._seen_ns = frame.pace_ns
