"""Where a camera stands: its state, why it is lost, what was done about it, and who is told."""

import logging
import time
from collections.abc import Callable

from edgeclassify.errors import (
    AbsentError,
    ImageError,
    MissingInputError,
    SourceError,
    SourceSetupError,
    SourceUnusableError,
)
from edgeclassify.sources.capture.freshness import FrozenError
from edgeclassify.sources.capture.ladder import NextAttempt, Rung
from edgeclassify.sources.interface import StalledError
from edgeclassify.types import CameraState

log = logging.getLogger(__name__)

FINAL = (MissingInputError, ImageError, SourceSetupError, SourceUnusableError)
"""Errors that trying again in this process can't mend."""


class CameraStatus:
    """Written by the capture thread alone, read by any.

    `on_available(camera, True)` is called with the first frame and with the first after a loss, with False when
    the source is lost or has failed. It must not raise or block.
    """

    def __init__(self, camera: str, on_available: Callable[[str, bool], None]) -> None:
        self.camera = camera
        self.state = CameraState.STARTING
        self.error: SourceError | None = None
        self._lost_since: float | None = time.monotonic()
        self._absent_since: float | None = None
        self._down_since: float | None = time.monotonic()
        self.restarts = self.reopens = self.stalls = self.freezes = 0
        self._on_available = on_available
        self._available: bool | None = None

    @property
    def lost_s(self) -> float:
        """Seconds since the first loss after it was last well, without those of its absence; 0 while well."""
        since = self._lost_since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def down_s(self) -> float:
        """Seconds since it gave frames last, or since its start; 0 while it does."""
        since = self._down_since
        return 0.0 if since is None else time.monotonic() - since

    def count(self, rung: Rung | None) -> None:
        """A rung of the ladder is taken."""
        self.restarts += rung is Rung.RESTART
        self.reopens += rung is Rung.REOPEN

    def back(self, source: str) -> None:
        """A new frame has come from the source of that name."""
        self._end_absence()
        if self.state is CameraState.RUNNING:
            return
        if self.state in (CameraState.RESTARTING, CameraState.FAILED):
            log.info("camera %s: frames are back from %s", self.camera, source, extra={"camera": self.camera})
            self.error = None
        self.state, self._down_since = CameraState.RUNNING, None
        self._tell(True)

    def well(self) -> None:
        """Frames have come for long enough."""
        self._lost_since = None

    def rests(self) -> None:
        """It is stopped between two stills."""
        self.state = CameraState.RESTING

    def ended(self, source: str) -> None:
        """It has come to its end."""
        self.state, self._lost_since = CameraState.FINISHED, None
        log.info("camera %s: end of %s", self.camera, source, extra={"camera": self.camera})

    def lost(self, error: SourceError, step: NextAttempt) -> None:
        """It is lost, and `step` comes next. Said once per loss, and again when it is of another kind."""
        self._note_loss(error)
        first = self.state is not CameraState.RESTARTING
        if first or type(error) is not type(self.error):
            what = "restarting its stream" if step.rung is Rung.RESTART else "opening it again"
            log.warning("camera %s: lost, %s: %s", self.camera, what, error, extra={"camera": self.camera})
        self.error, self.state = error, CameraState.RESTARTING
        if first:
            self._tell(False)

    def failed(self, error: SourceError) -> None:
        """It can't be brought back by the capture thread."""
        self._note_loss(error)
        self.error, self.state = error, CameraState.FAILED
        self._tell(False)

    def _note_loss(self, error: SourceError) -> None:
        self.stalls += isinstance(error, StalledError)
        self.freezes += isinstance(error, FrozenError)
        if self._down_since is None:
            self._down_since = time.monotonic()
        if isinstance(error, AbsentError):
            self._absent_since = self._absent_since or time.monotonic()
            return
        self._end_absence()
        if self._lost_since is None:
            self._lost_since = time.monotonic()

    def _end_absence(self) -> None:
        """What is absent is waited for: that is no sign that this process fails."""
        if self._absent_since is not None and self._lost_since is not None:
            self._lost_since += time.monotonic() - self._absent_since
        self._absent_since = None

    def _tell(self, available: bool) -> None:
        if self._available is not available:
            self._available = available
            self._on_available(self.camera, available)
