"""Whether a view may pass a frame over, since nothing has changed since it last looked."""

from dataclasses import dataclass


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
        self._opened_ns: int | None = None
        """When there was reason to look last: something moved, or what is shown came into question."""
        self._passed_ns: int | None = None
        """When a frame was classified last."""
        self._settled = True

    def is_shut(self, now_ns: int, *, moved: bool, settled: bool) -> bool:
        """True where the frame may be passed over; else it counts as classified.

        `settled`: what the view shows agrees with what it saw last. Where it does not any more, and after each
        frame that is classified since it is time and brings no agreement, the gate opens for a decision.
        """
        overdue = self._passed_ns is None or not 0 <= now_ns - self._passed_ns < self._longest_ns
        in_question = not settled and (overdue or self._settled)
        if moved or in_question or self._passed_ns is None:
            self._opened_ns = now_ns
        self._settled = settled
        is_open = self._opened_ns is not None and 0 <= now_ns - self._opened_ns <= self._open_ns
        if not (is_open or overdue):
            return True
        self._passed_ns = now_ns
        return False
