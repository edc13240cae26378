"""Day or night? Which of a camera's two profiles is used, by measured light."""

import logging

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NightRules:
    """It becomes night below one level of light, and day above a higher one, each for `dwell_s` seconds.

    Levels in lux where `in_lux`, else brightness of the frame, 0-1.
    """

    below: float
    above: float
    in_lux: bool
    dwell_s: float


class DayNight:
    """The profile of one camera: day at first."""

    def __init__(self, rules: NightRules, camera: str = "") -> None:
        self.night = False
        self._camera = camera
        self._said = Once()
        self._rules = rules
        self._since: float | None = None

    @property
    def in_lux(self) -> bool:
        """True where it is judged by lux."""
        return self._rules.in_lux

    def changes(self, light: float | None, now: float) -> bool:
        """Take one measurement into account, None: there is none; True: `night` has just changed."""
        if light is None:
            self._say_lux_is_missing()
            return False
        beyond = light > self._rules.above if self.night else light < self._rules.below
        if not beyond:
            self._since = None
            return False
        self._since = now if self._since is None else self._since
        if now - self._since < self._rules.dwell_s:
            return False
        self.night, self._since = not self.night, None
        return True

    def _say_lux_is_missing(self) -> None:
        if self._said.is_news():
            log.warning(
                "camera %s: night.below_lux: expected a camera that reports lux, this one does not: it stays day. "
                "Use night.below_brightness.",
                self._camera,
                extra={"camera": self._camera},
            )
