"""How far apart a view's frames may be, and how long what was in the view may go unseen."""

import math

from edgeclassify.lazy_dataclass import dataclass

LATE = 3
"""How many times as long as usual a frame may take; what is longer is a gap."""


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds. Frames come every `interval_s` by design (0: as fast as it goes), at most `slack_s` later.

    `resume_s`: what was in the view goes on where it is there again within that time. `waits`: frames come when
    they come, and that none comes says nothing (a watched folder). `least_s`: for the time being they come no
    closer together than this, whatever is designed: the node is hot, or its battery empty.
    """

    interval_s: float = 0.0
    slack_s: float = 10.0
    resume_s: float = 300.0
    waits: bool = False
    least_s: float = 0.0

    @property
    def apart_s(self) -> float:
        """So far apart frames come for now."""
        return max(self.interval_s, self.least_s)

    def longest_apart_s(self, usual_s: float = 0.0) -> float:
        """Two frames that are further apart have a gap between them.

        `usual_s`: so far apart they have been of late. A camera that is slower than was planned has a pace of its
        own, and its labels must be confirmed one day, too.
        """
        return LATE * max(self.apart_s, usual_s) + self.slack_s

    @property
    def patience_s(self) -> float:
        """What has not been seen for longer has ended: never sooner than a frame can be expected."""
        return math.inf if self.waits else max(self.resume_s, self.longest_apart_s())
