"""Whether a view may pass a frame over, since nothing has changed since it last looked."""

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class GateRules:
    """`open_s`: how long frames are classified after something has moved, so that a decision can come of it.

    `max_interval_s`: after so long one is classified in any case.
    """

    open_s: float
    max_interval_s: float


class Gate:
    """Of one view; used by one thread. Times are nanoseconds of one clock."""

    def __init__(self, rules: GateRules) -> None:
        self._open_ns, self._longest_ns = round(rules.open_s * 1e9), round(rules.max_interval_s * 1e9)
        self._opened_ns = 0
        """When there was reason to look last: something moved, or what is shown came into question."""
        self._passed_ns: int | None = None
        """When a frame was classified last."""
        self._settled = True

    def is_shut(self, now_ns: int, *, moved: bool, settled: bool) -> bool:
        """True where the frame may be passed over; else it counts as classified.

        `settled`: what the view shows agrees with what it saw last. Where it does not any more, and after each
        frame that is classified since it is time and brings no agreement, the gate opens for a decision.
        """
        if self._passed_ns is None or now_ns < self._passed_ns:  # the first one, or a film that begins again
            self._opened_ns = self._passed_ns = now_ns
            self._settled = settled
            return False
        overdue = now_ns - self._passed_ns >= self._longest_ns
        if moved or (not settled and (overdue or self._settled)):
            self._opened_ns = now_ns
        self._settled = settled
        if not overdue and now_ns - self._opened_ns > self._open_ns:
            return True
        self._passed_ns = now_ns
        return False
