"""Which frames get an image in a recording: about one in an interval of each camera, and those with events."""

from edgeclassify.types import Frame

_EARLY = 0.25
"""The part of the interval by which a frame may come early: or of frames at that interval every second one would
be left out."""


class RecordedPace:
    """Used by one thread at a time. `interval_s` 0: each frame."""

    def __init__(self, interval_s: float) -> None:
        self._interval_ns = interval_s * 1e9
        self._cameras: dict[str, _Taken] = {}

    def is_due(self, frame: Frame, *, made_events: bool) -> bool:
        """True where this frame gets an image; that it has one counts from then on.

        A frame comes once for each view that was shown it, and has one image.
        """
        taken = self._cameras.get(frame.camera)
        if taken is None:
            self._cameras[frame.camera] = _Taken(frame, frame.pace_ns + self._interval_ns)
            return True
        if frame.captured_at_ns == taken.captured_at_ns:
            return False
        goes_back = frame.pace_ns < taken.pace_ns  # a film that begins anew
        if not (made_events or goes_back or frame.pace_ns >= taken.due_ns - _EARLY * self._interval_ns):
            return False
        # On average no more than one in an interval, however early each of them comes.
        due_ns = frame.pace_ns if goes_back else max(taken.due_ns, frame.pace_ns)
        self._cameras[frame.camera] = _Taken(frame, due_ns + self._interval_ns)
        return True


class _Taken:
    """The last frame of a camera that got an image, and when the next one does."""

    __slots__ = ("captured_at_ns", "due_ns", "pace_ns")

    def __init__(self, frame: Frame, due_ns: float) -> None:
        self.captured_at_ns, self.pace_ns, self.due_ns = frame.captured_at_ns, frame.pace_ns, due_ns
