"""Too little voltage: the board may crash and its card be damaged; what leads there is the current of peaks."""

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import Law, Readings, Reason, Wish
from edgeclassify.governor.laws.integral import Integral

AT_ONCE = 1.0
"""Octaves from the first sign on."""
PER_S = 1 / 60.0
"""Octaves more for each second that it lasts."""
CALM_S = 600.0
"""So long the voltage must have been right before anything is given back."""
BACK_PER_S = 1 / 300.0


class VoltageLaw(Law):
    """Acts at once, and returns late: a supply that is too weak for the load is no better for having recovered."""

    def __init__(self) -> None:
        self._wish = Integral()
        self._calm_s = 0.0

    def ask(self, readings: Readings, passed_s: float, most: float) -> Wish:
        """With one thread: the peaks of several cores at once are the highest."""
        if readings.too_little_voltage:
            self._calm_s = 0.0
            grown = self._wish.octaves + PER_S * passed_s
            self._wish.move(max(AT_ONCE, grown) - self._wish.octaves, most)
        else:
            self._calm_s += passed_s
            if self._calm_s > CALM_S:
                self._wish.move(-BACK_PER_S * passed_s, most)
        return Wish(self._wish.octaves, Reason.VOLTAGE, spare_power=self._wish.octaves > 0)

    def adopt(self, config: GovernorConfig) -> None:
        """As of `Law`: it has no limits."""
