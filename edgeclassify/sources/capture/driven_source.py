"""What the capture thread shares with its two ways of reading: the source, the rules, and watched calls."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from edgeclassify.errors import ImageError
from edgeclassify.sources.capture.camera_state import CameraStatus
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import Ladder
from edgeclassify.sources.interface import FrameSource

READ_SLICE_S = 0.2
"""Longest single wait inside a source's read: how soon a stop is noticed."""


class DrivenSource:
    """One source on its way through opening, reading, loss and return."""

    def __init__(
        self, source: FrameSource, frames: LatestFrames, rules: CaptureRules, status: CameraStatus, ladder: Ladder
    ) -> None:
        self.source, self.frames, self.rules = source, frames, rules
        self.status, self.ladder = status, ladder
        self.stop, self.hurry = threading.Event(), threading.Event()
        self.held = False
        """True: nobody looks now. A source that waits keeps its images meanwhile."""
        self.captured = 0
        self.worked = False
        """True once it has given a frame, or waited for one as it should."""
        self.skipped_images = 0
        self.bad_image: ImageError | None = None
        self.last_handed_over: float | None = None
        self.settled = False
        self._call_began: float | None = None

    @property
    def slice_s(self) -> float:
        """How long one read may wait."""
        return min(READ_SLICE_S, self.rules.stall_timeout_s)

    @property
    def stuck_s(self) -> float:
        """Seconds since the source was called without having returned yet; 0 between calls."""
        began = self._call_began
        return 0.0 if began is None else time.monotonic() - began

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around each call into the source, so that another thread can see one that does not return."""
        self._call_began = time.monotonic()
        try:
            yield
        finally:
            self._call_began = None

    def tell_settled(self) -> None:
        """Tell the source which of its frames are done with."""
        for sequence, outcome in self.frames.settled(self.source.camera):
            self.source.processed(sequence, outcome)

    def is_back(self) -> None:
        """A new frame has come, or the source waits for one as it should."""
        self.worked = True
        self.settled = self.ladder.well(time.monotonic())
        if self.settled:
            self.status.well()
        self.status.back(self.source.describe())

    def handed_over(self) -> None:
        """A frame has been handed over."""
        self.captured += 1
        self.last_handed_over = time.monotonic()
