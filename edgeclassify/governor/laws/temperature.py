"""Heat: the processor is kept below a temperature, by its own thermometer and its firmware's word.

A controller of proportional and integral kind in its incremental form. A Pi's case warms over minutes, so the
proportional part answers to how fast it warms, and begins before the limit is reached.
"""

import math

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import Law, Readings, Reason, Wish
from edgeclassify.governor.laws.integral import Integral

MARGIN_K = 3.0
"""So far below the limit it is held: what the loop does not see at once stays below it."""
GOOD_ENOUGH_K = 1.5
"""So far from there nothing is changed: a step to either side is as much, and would be taken back and forth."""
SMOOTHED_S = 20.0
"""Time constant of the mean of what the thermometer says, whose noise is a degree."""
PER_KELVIN_S = 2.5e-4
"""Octaves for each kelvin too hot and second: where an octave makes some 25 K (a Pi 4 in a box) it settles within
minutes, and does not swing."""
PER_KELVIN = 0.03
"""Octaves for each kelvin that it has become hotter."""
HOTTER = 4.0
"""So many times as fast while it is above the limit itself."""
SLOWED_K = 5.0
"""A firmware that slows the processor down counts as so much above the limit, whatever the thermometer says."""


class TemperatureLaw(Law):
    """`limit_c`: degrees Celsius."""

    def __init__(self, limit_c: float) -> None:
        self._limit_c = limit_c
        self._wish = Integral()
        self._mean_c: float | None = None

    def ask(self, readings: Readings, passed_s: float, most: float) -> Wish:
        """Where neither thermometer nor firmware tells, what was asked for is given up over minutes."""
        warmed_k, error_k = self._measure(readings.temperature_c, passed_s)
        if readings.slowed_down:
            error_k = max(error_k, MARGIN_K + SLOWED_K)
        faster = HOTTER if error_k > MARGIN_K else 1.0
        off_k = math.copysign(max(0.0, abs(error_k) - GOOD_ENOUGH_K), error_k)
        self._wish.move(PER_KELVIN * warmed_k + PER_KELVIN_S * faster * off_k * passed_s, most)
        reason = Reason.THROTTLED if readings.slowed_down else Reason.TEMPERATURE
        return Wish(self._wish.octaves, reason)

    def adopt(self, config: GovernorConfig) -> None:
        """As of `Law`."""
        self._limit_c = config.temperature_max_c

    def _measure(self, temperature_c: float | None, passed_s: float) -> tuple[float, float]:
        """By how much it has become hotter, and how far above the set point it is, in kelvin."""
        if temperature_c is None:
            self._mean_c = None
            return 0.0, -MARGIN_K
        before = temperature_c if self._mean_c is None else self._mean_c
        self._mean_c = before + (temperature_c - before) * passed_s / (passed_s + SMOOTHED_S)
        return self._mean_c - before, self._mean_c - (self._limit_c - MARGIN_K)
