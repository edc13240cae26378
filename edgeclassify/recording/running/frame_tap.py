"""Where a recording hears of the frames that views are shown."""

from typing import Protocol

from edgeclassify.types import Frame


class FrameListener(Protocol):
    """Who keeps frames. Returns at once, never raises, and keeps no pixels that are not its own."""

    def offer(self, view: str, frame: Frame, *, made_events: bool) -> None:
        """A view was shown this frame, and events came of it or none."""


class FrameTap:
    """There from the start of the daemon to its end; offered frames by the inference thread."""

    def __init__(self) -> None:
        self._listener: FrameListener | None = None

    def listen(self, listener: FrameListener | None) -> None:
        """From any thread: it hears of the next frame on, in the place of who did until now; None: nobody does."""
        self._listener = listener

    def offer(self, view: str, frame: Frame, *, made_events: bool) -> None:
        """A view was shown this frame."""
        listener = self._listener
        if listener is not None:
            listener.offer(view, frame, made_events=made_events)
