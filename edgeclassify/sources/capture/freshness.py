"""Whether what comes from a camera is new. Streams are known to freeze after hours while the API still answers."""

import zlib

import numpy as np

from edgeclassify.errors import SourceError
from edgeclassify.pixels import luma
from edgeclassify.sources.interface import StalledError
from edgeclassify.types import Frame

LATTICE = 64
"""The frame is compared at so many rows and columns; the whole of it only where all of these are equal."""
SLOWEST_INTERVALS = 3
"""A source that states its pace may be late by so many frames, however short the stall timeout is."""
FIRST_INTERVALS = 15
"""And by so many after its start: a camera hides its first frames until exposure and colour have settled."""


class FrozenError(SourceError):
    """The same frame, bit by bit, for too long."""


class Freshness:
    """Watches the frames of one source, over all restarts. Times are seconds of the monotonic clock.

    A frame is new when the source's content clock has moved (or there is none). The source has stalled when none
    was new for `stall_timeout_s`, or for `stall_frames` frame intervals if that is less, but never before
    `least_stall_s`.

    It is frozen when the frame was bit-identical for `freeze_timeout_s` (0: never). A frame of one single
    value, as in the dark, says nothing. Where a restart brings the same frame again, it is frozen at once.
    """

    def __init__(
        self,
        *,
        now: float,
        stall_timeout_s: float,
        stall_frames: int = 0,
        least_stall_s: float = 0.0,
        freeze_timeout_s: float = 0.0,
    ) -> None:
        self._stall_timeout_s, self._stall_frames = stall_timeout_s, stall_frames
        self._least_stall_s, self._freeze_timeout_s = least_stall_s, freeze_timeout_s
        self._new = self._answered = now
        self._has_started = False
        self._clock: int | None = None
        self._sample = b""
        self._same_since = now
        self._digest: int | None = None

    def passed(self, clock: int | None, now: float) -> bool:
        """A frame came, with this content clock (None: unknown). True where it is a new one."""
        if clock is not None:
            if clock == self._clock:
                return False
            self._clock = clock
            self._new = now
        self._answered = now
        self._has_started = True
        return True

    def excuse(self, now: float) -> None:
        """The source was paused, or is started, now: that no frame came before is no stall."""
        self._new = self._answered = now
        self._has_started = False

    def check_stall(self, now: float, interval_s: float | None, *, repeated: bool = False) -> None:
        """Raises StalledError when no new frame came in time. `interval_s`: the source's own pace, if known.

        `repeated`: a frame came, but not a new one: then only those count that were known to be new.
        """
        limit_s = self.stall_s(interval_s)
        if now - (self._new if repeated else self._answered) >= limit_s:
            what = "the source repeats a frame" if repeated else "no new frame"
            raise StalledError(f"{what} for {limit_s:.3g} s")

    def stall_s(self, interval_s: float | None) -> float:
        """Seconds without a new frame after which the source counts as stalled."""
        limit_s = self._stall_timeout_s
        if interval_s is not None:
            if self._stall_frames:
                limit_s = min(limit_s, max(self._least_stall_s, self._stall_frames * interval_s))
            limit_s = max(limit_s, (SLOWEST_INTERVALS if self._has_started else FIRST_INTERVALS) * interval_s)
        return limit_s

    def check_frozen(self, frame: Frame, now: float) -> None:
        """Raises FrozenError when this frame has been the same for too long.

        Costs a look at LATTICE x LATTICE pixels; the second half of the time is confirmed with the whole frame.
        """
        if not self._freeze_timeout_s:
            return
        pixels = luma(frame)
        sample = pixels[:: max(1, len(pixels) // LATTICE), :: max(1, pixels.shape[1] // LATTICE)]
        seen = sample.tobytes()
        if seen != self._sample or sample.min() == sample.max():
            self._sample, self._same_since, self._digest = seen, now, None
            return
        held_s = now - self._same_since
        if held_s < self._freeze_timeout_s / 2:
            return
        digest = zlib.crc32(np.ascontiguousarray(pixels).data)
        if self._digest is None:
            self._digest = digest
        elif digest != self._digest:
            self._same_since, self._digest = now, None
        elif held_s >= self._freeze_timeout_s:
            raise FrozenError(f"the same picture, bit by bit, for {held_s:.3g} s")
