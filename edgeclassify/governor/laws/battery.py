"""The battery: the emptier, the further apart; it must gain something before they come closer together again."""

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import Law, Readings, Reason, Wish

SPARE_SHARE = 0.25
"""Of the way from low to empty: from there on models run with one thread."""


class BatteryLaw(Law):
    """In the unit of the readings. Below `low` frames come further apart, at `empty` as far as it goes. `gain`: so
    much must come back before anything is given back.
    """

    def __init__(self, low: float, empty: float, gain: float) -> None:
        self._low, self._empty, self._gain = low, empty, gain
        self._counts: float | None = None

    def ask(self, readings: Readings, passed_s: float, most: float) -> Wish:
        """What is not known changes nothing: a charger that has gone silent may have run dry."""
        if readings.battery is not None:
            self._follow(readings.battery)
        share = self._share()
        return Wish(share * most, Reason.BATTERY, spare_power=share >= SPARE_SHARE)

    def adopt(self, config: GovernorConfig) -> None:
        """As of `Law`."""
        (self._low, self._empty), self._gain = config.battery_levels, config.battery_gain

    def _follow(self, battery: float) -> None:
        """Down at once, up only behind what was gained: a battery's voltage rises where its load goes."""
        before = battery if self._counts is None else self._counts
        self._counts = min(max(before, battery - self._gain), battery)

    def _share(self) -> float:
        """0: full enough; 1: empty."""
        if self._counts is None:
            return 0.0
        return min(max(0.0, (self._low - self._counts) / (self._low - self._empty)), 1.0)
