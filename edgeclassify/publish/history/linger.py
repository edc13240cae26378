"""How long events wait for others that go to the disk with them: in the spool, where they are as safe."""

from typing import Self

from edgeclassify.config import SpoolConfig
from edgeclassify.lazy_dataclass import dataclass

LINGER_S = 6 * 3600.0
EVENTS = 64
_EVENT_BYTES = 4096
"""More than an event takes."""


@dataclass(frozen=True, slots=True)
class Linger:
    """At most `seconds`, or until there are so many `events`: each commit costs a card two blocks and more."""

    seconds: float = LINGER_S
    events: int = EVENTS

    @classmethod
    def within(cls, spool: SpoolConfig) -> Self:
        """So that the spool's bounds, however narrow, drop none that waits for the history alone."""
        most = spool.max_bytes // 4 // _EVENT_BYTES
        return cls(min(LINGER_S, spool.max_age_s / 4), max(1, min(EVENTS, most)))
