"""Load: where more is to be done than the cores can do, this node's frames are what can wait."""

import math

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import Law, Readings, Reason, Wish
from edgeclassify.governor.laws.integral import Integral

SETTLE_S = 120.0
"""The kernel's mean of a minute is that late: what is asked for grows by an octave for an octave too much in this
time."""
QUIET_SHARE = 0.8
"""Of the limit: below it something is given back; between the two nothing changes."""
MOST = 4.0
"""Octaves: the load may be somebody else's, and would not fall for it."""


class LoadLaw(Law):
    """`limit`: load average of a minute for each core."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._wish = Integral()

    def ask(self, readings: Readings, passed_s: float, most: float) -> Wish:
        """Octaves by octaves: work that is done half as often is half the load."""
        self._wish.move(self._rate(readings.load) * passed_s / SETTLE_S, min(most, MOST))
        return Wish(self._wish.octaves, Reason.LOAD)

    def adopt(self, config: GovernorConfig) -> None:
        """As of `Law`."""
        self._limit = config.load_max

    def _rate(self, load: float | None) -> float:
        if load is None:
            return -1.0
        if load > self._limit:
            return min(2.0, math.log2(load / self._limit))
        quiet = QUIET_SHARE * self._limit
        return max(-1.0, math.log2(max(load, 1e-6) / quiet)) if load < quiet else 0.0
