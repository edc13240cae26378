"""Watts: of a meter, or of the work that the process has done."""

import logging
import math

from edgeclassify.config import GovernorConfig
from edgeclassify.once import Once

log = logging.getLogger(__name__)

MOST_W = 1000.0
LONGEST_SHOWN = 40


class PowerMeter:
    """Used by one thread."""

    def __init__(self, config: GovernorConfig) -> None:
        self._where, self._factor, self._core_w = config.power, config.power_factor, config.core_w
        self._before: tuple[float, float] | None = None
        self._said = Once()

    def by_work(self, now_s: float, worked_s: float) -> float | None:
        """What so many seconds of cores have cost since the last time; None: it is the first."""
        before, self._before = self._before, (now_s, worked_s)
        if before is None or now_s <= before[0]:
            return None
        return self._core_w * max(0.0, worked_s - before[1]) / (now_s - before[0])

    def by_text(self, text: str) -> float | None:
        """What a meter's file says; nonsense is said once, and None."""
        try:
            watts = float(text.strip()) * self._factor
        except (ValueError, OverflowError):
            watts = math.nan
        if not 0 <= watts <= MOST_W:
            found = text.strip()[:LONGEST_SHOWN]
            self.complain(
                f"expected a number that times {self._factor:g} is 0 to {MOST_W:g} watts, found {found!r}"
            )
            return None
        if self._said.is_over():
            log.info("governor: %s tells of the power again: %g W", self._where, watts)
        return watts

    def complain(self, what: str) -> None:
        """Said once."""
        if self._said.is_news():
            log.warning("governor: %s: %s. The power is unknown, and changes nothing.", self._where, what)
