"""What the governor is told of the machine, what each law asks for, and what comes of it.

How much further apart frames come is counted in octaves: 1 is twice as far, 2 four times. Heat, load and energy go
with the share of time that is worked, so a step of the same size does the same wherever the node stands.
"""

from abc import ABC, abstractmethod
from enum import StrEnum

from edgeclassify.config import GovernorConfig
from edgeclassify.lazy_dataclass import dataclass


class Reason(StrEnum):
    """Why frames come further apart than the config's intervals say."""

    TEMPERATURE = "temperature"  # the processor is about to pass temperature_max_c
    THROTTLED = "throttled"  # its firmware slows it down
    VOLTAGE = "voltage"  # the power supply gives too little
    LOAD = "load"  # more is to be done than the cores can do
    ENERGY = "energy"  # the day's budget would not last
    BATTERY = "battery"  # it is below battery_low


@dataclass(frozen=True, slots=True)
class Readings:
    """The machine at one time; None where it does not tell, or is not asked.

    `at_s`: monotonic seconds. `temperature_c`: of the processor. `too_little_voltage`, `slowed_down`: now, by its
    firmware. `load`: the load average of a minute for each core. `used_w`: watts since the readings before.
    `battery`: in the unit of the config.
    """

    at_s: float
    temperature_c: float | None = None
    too_little_voltage: bool | None = None
    slowed_down: bool | None = None
    load: float | None = None
    used_w: float | None = None
    battery: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What one law asks for. `octaves`: 0 or more. `reason`: what for. `spare_power`: with one thread."""

    octaves: float
    reason: Reason
    spare_power: bool = False


class Law(ABC):
    """One reason to work less often. Used by one thread."""

    @abstractmethod
    def ask(self, readings: Readings, passed_s: float, most: float) -> Wish:
        """What it asks for now. `passed_s`: since it was asked last. `most`: more octaves have no effect."""

    @abstractmethod
    def adopt(self, config: GovernorConfig) -> None:
        """Have the limits of another config from now on: what was learned of the node still holds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the node is to work. `factor`: frames come so many times as far apart, 1 or more. `most_s`: but no
    further than this. `reasons`: what asks for it, the strongest first. `one_thread`: models run with one.
    """

    factor: float = 1.0
    most_s: float = 0.0
    reasons: tuple[Reason, ...] = ()
    one_thread: bool = False

    def least_s(self, interval_s: float, usual_s: float) -> float:
        """How far apart frames are at least that are to come every `interval_s`; 0: as they come.

        `usual_s`: how far apart those come at best that come as fast as it goes.
        """
        if self.factor <= 1:
            return 0.0
        return min(max(interval_s, usual_s) * self.factor, self.most_s)


AT_WILL = Verdict()
"""Nothing is held back."""
