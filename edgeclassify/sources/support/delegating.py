"""A source that works by means of another one."""

from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import Frame, Outcome


class DelegatingSource(FrameSource):
    """Everything is the other source's, as long as a subclass does not say otherwise."""

    def __init__(self, source: FrameSource) -> None:
        super().__init__(source.camera)
        self.source = source
        self.live, self.waits, self.keeps_device = source.live, source.waits, source.keeps_device
        self.least_stall_s, self.freeze_timeout_s = source.least_stall_s, source.freeze_timeout_s
        self.longest_call_s = source.longest_call_s

    def open(self) -> None:
        """As of the source."""
        self.source.open()

    def read(self, timeout_s: float) -> Frame | None:
        """As of the source."""
        return self.source.read(timeout_s)

    def skip(self, timeout_s: float) -> bool:
        """As of the source."""
        return self.source.skip(timeout_s)

    def pause(self) -> None:
        """As of the source."""
        self.source.pause()

    def resume(self) -> None:
        """As of the source."""
        self.source.resume()

    def close(self) -> None:
        """As of the source."""
        self.source.close()

    def renew(self) -> None:
        """As of the source."""
        self.source.renew()

    @property
    def clock(self) -> int | None:
        """As of the source."""
        return self.source.clock

    @property
    def frame_interval_s(self) -> float | None:
        """As of the source."""
        return self.source.frame_interval_s

    @property
    def lux(self) -> float | None:
        """As of the source."""
        return self.source.lux

    @property
    def copied(self) -> int:
        """As of the source."""
        return self.source.copied

    def use_night_profile(self, night: bool) -> None:
        """As of the source."""
        self.source.use_night_profile(night)

    def processed(self, sequence: int, outcome: Outcome) -> None:
        """As of the source."""
        self.source.processed(sequence, outcome)

    def describe(self) -> str:
        """As of the source."""
        return self.source.describe()
