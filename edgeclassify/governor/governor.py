"""The governor: asks every law, follows the strongest, in steps that nobody has to follow all the time."""

import math
from collections.abc import Sequence

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import AT_WILL, Law, Readings, Reason, Verdict, Wish
from edgeclassify.governor.laws.battery import BatteryLaw
from edgeclassify.governor.laws.energy import EnergyLaw
from edgeclassify.governor.laws.load import LoadLaw
from edgeclassify.governor.laws.temperature import TemperatureLaw
from edgeclassify.governor.laws.voltage import VoltageLaw

STEP = 0.125
"""Octaves in which what is asked for is followed: each is 9 % further apart."""
HYSTERESIS = 0.75
"""Of a step: what is asked for may waver by so much."""
UP_PER_S, DOWN_PER_S = 0.2, 0.05
"""Octaves a second at most. Down is slow: a view whose frames are to come closer together at once would take the
time that it has waited for a gap."""
LONGEST_PASSED_S = 20.0
"""A machine that slept has not been hot all the while; and no more is given back at once than a gap allows."""
THREADS_S = 600.0
"""The number of threads changes no more often: each time the models are opened anew."""


class Governor:
    """Used by one thread. `laws`: None: those of the config."""

    def __init__(self, config: GovernorConfig, laws: Sequence[Law] | None = None) -> None:
        self._config = config
        self._laws = laws_of(config) if laws is None else tuple(laws)
        self._most_s, self._may_spare = config.interval_max_s, config.one_thread
        self._followed = 0.0
        """Octaves, not in steps."""
        self._step = 0
        self._at_s: float | None = None
        self._one_thread = False
        self._reasons: tuple[Reason, ...] = ()
        self._threads_at_s = -math.inf

    def adopt(self, config: GovernorConfig) -> None:
        """Go on under another config: what the laws have learned of the node and its place still holds."""
        kept = {type(law): law for law in self._laws}
        if _battery_of(config) != _battery_of(self._config):  # its figure stands for something else
            kept.pop(BatteryLaw, None)
        self._laws = tuple(kept.get(type(law), law) for law in laws_of(config))
        for law in self._laws:
            law.adopt(config)
        self._config = config
        self._most_s, self._may_spare = config.interval_max_s, config.one_thread
        self._one_thread = self._one_thread and config.one_thread

    def judge(self, readings: Readings, shortest_s: float) -> Verdict:
        """What follows from the readings. `shortest_s`: between two frames of the camera that has the most."""
        passed_s = 0.0 if self._at_s is None else min(max(0.0, readings.at_s - self._at_s), LONGEST_PASSED_S)
        self._at_s = readings.at_s
        most = max(0.0, math.log2(self._most_s / shortest_s))
        wishes = [law.ask(readings, passed_s, most) for law in self._laws]
        self._follow(max((wish.octaves for wish in wishes), default=0.0), passed_s, most)
        self._spare(wishes, readings.at_s)
        if self._step == 0 and not self._one_thread:
            return AT_WILL
        self._reasons = self._asking(wishes) or self._reasons  # also while it returns from there
        factor = max(1.0, min(2 ** (self._step * STEP), self._most_s / shortest_s))
        return Verdict(factor, self._most_s, self._reasons, self._one_thread)

    def _follow(self, wanted: float, passed_s: float, most: float) -> None:
        """In bounded steps; one is taken when it is due by more than half of the next one, or is the last."""
        up, down = UP_PER_S * passed_s, DOWN_PER_S * passed_s
        self._followed = min(max(wanted, self._followed - down), self._followed + up, most)
        steps = self._followed / STEP
        if self._followed in (0.0, most) or abs(steps - self._step) >= HYSTERESIS:
            self._step = math.ceil(steps) if self._followed == most else round(steps)

    def _asking(self, wishes: Sequence[Wish]) -> tuple[Reason, ...]:
        asking = [wish for wish in wishes if wish.octaves >= STEP / 2 or (self._one_thread and wish.spare_power)]
        return tuple(wish.reason for wish in sorted(asking, key=lambda wish: -wish.octaves))

    def _spare(self, wishes: Sequence[Wish], now_s: float) -> None:
        wanted = self._may_spare and any(wish.spare_power for wish in wishes)
        if wanted is not self._one_thread and now_s - self._threads_at_s >= THREADS_S:
            self._one_thread, self._threads_at_s = wanted, now_s


def laws_of(config: GovernorConfig) -> tuple[Law, ...]:
    """Those that have something to go by."""
    laws: list[Law] = [TemperatureLaw(config.temperature_max_c), VoltageLaw(), LoadLaw(config.load_max)]
    if config.energy_wh_per_day is not None:
        laws.append(EnergyLaw(config.energy_wh_per_day))
    if config.battery is not None:
        laws.append(BatteryLaw(*config.battery_levels, config.battery_gain))
    return tuple(laws)


def _battery_of(config: GovernorConfig) -> tuple[object, ...]:
    return config.battery, config.battery_key, config.battery_unit, config.battery_factor
