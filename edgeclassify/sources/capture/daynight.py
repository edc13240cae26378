"""Day or night? Which of a camera's two profiles is used, by measured light."""

from dataclasses import dataclass

from edgeclassify.errors import SourceSetupError


@dataclass(frozen=True, slots=True)
class NightRules:
    """It becomes night below one level of light, and day above a higher one, each for `dwell_s` seconds.

    Levels in lux where `in_lux`, else brightness of the picture, 0-1.
    """

    below: float
    above: float
    in_lux: bool
    dwell_s: float


class DayNight:
    """The profile of one camera: day at first."""

    def __init__(self, rules: NightRules) -> None:
        self.night = False
        self._rules = rules
        self._since: float | None = None

    @property
    def in_lux(self) -> bool:
        """Is it judged by lux?"""
        return self._rules.in_lux

    def changes(self, light: float | None, now: float) -> bool:
        """Take one measurement into account; True: `night` has just changed.

        Raises SourceSetupError where the camera does not measure light in that unit.
        """
        if light is None:
            raise SourceSetupError(
                "night.below_lux: expected a camera that reports lux, this one does not. "
                "Use night.below_brightness."
            )
        beyond = light > self._rules.above if self.night else light < self._rules.below
        if not beyond:
            self._since = None
            return False
        self._since = now if self._since is None else self._since
        if now - self._since < self._rules.dwell_s:
            return False
        self.night, self._since = not self.night, None
        return True
