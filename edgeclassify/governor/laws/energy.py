"""Energy: a day's budget is spread over the day; what was saved may be spent, what was overspent is saved."""

import math

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import Law, Readings, Reason, Wish
from edgeclassify.governor.laws.integral import Integral

DAY_H = 24.0
SAVED_H = 2.0
"""So many hours' worth may be saved up, or owed."""
WITHIN_H = 0.5
"""What is saved is spent, and what is owed paid back, at the rate that would take so long."""
SMOOTHED_S = 120.0
SETTLE_S = 300.0
"""What is asked for grows by an octave for an octave too much in this time."""
LEAST_SHARE = 0.1
"""Of the budget's mean power that is aimed at whatever is owed."""


class EnergyLaw(Law):
    """`budget_wh`: for 24 hours."""

    def __init__(self, budget_wh: float) -> None:
        self._allowed_w = budget_wh / DAY_H
        self._wish = Integral()
        self._saved_wh = 0.0
        self._mean_w: float | None = None

    def ask(self, readings: Readings, passed_s: float, most: float) -> Wish:
        """Where nothing tells what is used, nothing changes."""
        if readings.used_w is not None:
            self._account(readings.used_w, passed_s)
            self._wish.move(self._rate() * passed_s / SETTLE_S, most)
        return Wish(self._wish.octaves, Reason.ENERGY, spare_power=self._wish.octaves >= 1)

    def adopt(self, config: GovernorConfig) -> None:
        """As of `Law`."""
        if config.energy_wh_per_day is not None:
            self._allowed_w = config.energy_wh_per_day / DAY_H

    def _account(self, used_w: float, passed_s: float) -> None:
        most_wh = SAVED_H * self._allowed_w
        saved = self._saved_wh + (self._allowed_w - used_w) * passed_s / 3600
        self._saved_wh = min(max(-most_wh, saved), most_wh)
        before = used_w if self._mean_w is None else self._mean_w
        self._mean_w = before + (used_w - before) * passed_s / (passed_s + SMOOTHED_S)

    def _rate(self) -> float:
        assert self._mean_w is not None, "accounted for"
        aim_w = max(LEAST_SHARE * self._allowed_w, self._allowed_w + self._saved_wh / WITHIN_H)
        return min(2.0, max(-2.0, math.log2(max(self._mean_w, 1e-6) / aim_w)))
