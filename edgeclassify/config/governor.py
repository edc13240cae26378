"""The section on the governor: what makes the node work less often, and how far that may go."""

import math
import re
from typing import Annotated, Literal

from edgeclassify.config.base import PositiveSeconds, Section, Text, about
from edgeclassify.documents.values import plain
from edgeclassify.late_model import AfterValidator, Field

FILE, TOPIC = "file", "mqtt"
LEVELS_PERCENT = (50.0, 20.0)
"""The usual battery_low and battery_empty of a battery in percent; of volts nobody knows them."""
HYSTERESIS_SHARE = 0.2
"""Of the way from battery_empty to battery_low."""

_Level = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
_WHERE = "file:/PATH or mqtt:TOPIC (a topic without wildcards)"


def _where(value: str) -> str:
    """Raises ValueError where it names neither a file nor a topic."""
    kind, _, target = plain(value).partition(":")
    is_file = kind == FILE and target.startswith("/") and target.strip("/") != ""
    is_topic = kind == TOPIC and re.fullmatch(r"[^+#$\s][^+#]*", target) is not None
    if not (is_file or is_topic):
        raise ValueError(_WHERE)
    return value


def _file(value: str) -> str:
    """Raises ValueError where it names no file."""
    if not _where_is_file(value):
        raise ValueError("file:/PATH, of a meter that tells watts")
    return value


def _where_is_file(value: str) -> bool:
    return plain(value).startswith(f"{FILE}:/") and value.strip("/") != f"{FILE}:"


def _factor(value: float) -> float:
    if value == 0:
        raise ValueError("a factor other than 0, as 0.000001 for microvolts")
    return value


Where = Annotated[str, Field(min_length=1), AfterValidator(_where)]
"""Where a figure is read: a file, or a topic of the broker."""
_Factor = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_factor)]


class GovernorConfig(Section):
    """[governor]: frames come further apart where heat, load, energy or the battery ask for it."""

    enabled: bool = about(
        False, "Let frames come further apart, as the keys below say; else nothing but interval_s decides."
    )
    interval_max_s: PositiveSeconds = about(
        60.0, "However hot, busy or empty it is: no further apart than this (a longer interval_s stays as it is)."
    )
    temperature_max_c: Annotated[float, Field(ge=30, le=110, allow_inf_nan=False)] = about(
        75.0, "Degrees Celsius of the processor that are not to be passed; a Pi is slowed down from 80 on."
    )
    load_max: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = about(
        1.5, "Load average of a minute for each core that is not to be passed, whoever makes it."
    )
    one_thread: bool = about(
        True,
        "Run models with one thread while power is short (voltage too low, battery low, energy spent): a frame "
        "takes longer, and less energy.",
    )
    energy_wh_per_day: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] | None = about(
        None, "Energy budget of a day in watt-hours: what is used is `power`, or core_w for the daemon's own work."
    )
    power: Annotated[str, Field(min_length=1), AfterValidator(_file)] | None = about(
        None,
        "Where the power of the whole board is read, file:/PATH of a meter; default: core_w is reckoned with.",
    )
    power_factor: _Factor = about(1.0, "What is read there times this is watts: 0.000001 for microwatts.")
    core_w: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = about(
        1.0, "Without `power`: watts that one busy core costs."
    )
    battery: Where | None = about(
        None, f"Where the battery is read, {_WHERE}: a number, or JSON with it under battery_key."
    )
    battery_key: Text | None = about(
        None, "Of a topic with JSON: the key of the number; with dots for one within: sensor.voltage."
    )
    battery_unit: Literal["percent", "volts"] = about("percent", "What the number stands for.")
    battery_factor: _Factor = about(
        1.0, "What is read times this is percent or volts: 0.000001 for the kernel's microvolts."
    )
    battery_low: _Level | None = about(
        None, "Below this frames come further apart, the more the emptier; default: 50 percent; of volts none."
    )
    battery_empty: _Level | None = about(
        None, "At this they are interval_max_s apart; default: 20 percent; of volts none."
    )
    battery_hysteresis: _Level | None = about(
        None,
        "So much the battery must gain before frames come closer together again; default: a fifth of the way from "
        "battery_empty to battery_low.",
    )
    battery_stale_s: PositiveSeconds = about(
        3600.0, "So long the last good number counts where none comes any more; then the battery is unknown."
    )

    @property
    def battery_levels(self) -> tuple[float, float]:
        """Low and empty, in the battery's unit."""
        usual = LEVELS_PERCENT if self.battery_unit == "percent" else (math.nan, math.nan)
        low = usual[0] if self.battery_low is None else self.battery_low
        return low, usual[1] if self.battery_empty is None else self.battery_empty

    @property
    def battery_gain(self) -> float:
        """battery_hysteresis, or its default."""
        low, empty = self.battery_levels
        return HYSTERESIS_SHARE * (low - empty) if self.battery_hysteresis is None else self.battery_hysteresis

    @property
    def battery_topic(self) -> str | None:
        """The topic that tells of the battery; None: none does."""
        return _after(TOPIC, self.battery)

    @property
    def battery_file(self) -> str | None:
        """The path of the file that does."""
        return _after(FILE, self.battery)

    @property
    def power_file(self) -> str | None:
        """The path of the meter's file."""
        return _after(FILE, self.power)


def _after(kind: str, where: str | None) -> str | None:
    return where.partition(":")[2] if where is not None and where.startswith(f"{kind}:") else None
