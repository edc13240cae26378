"""Faults of [governor] that show between its keys, or beside other sections."""

from collections.abc import Iterator, Mapping
from typing import Any

from edgeclassify.config.governor import LEVELS_PERCENT, TOPIC
from edgeclassify.documents.faults import ConfigFault

_OF_ENERGY = ("power", "power_factor", "core_w")
_OF_BATTERY = ("key", "unit", "factor", "low", "empty", "hysteresis", "stale_s")


def governor_faults(governor: Mapping[str, Any], mqtt: Mapping[str, Any]) -> Iterator[ConfigFault]:
    """Of the tables as they were read, of whatever types their values are."""
    if governor and "enabled" not in governor:
        hint = "Without it no other key of [governor] has an effect."
        yield ConfigFault("governor.enabled", "true or false beside other keys", "nothing", hint)
    if governor.get("energy_wh_per_day") is None:
        for key in _OF_ENERGY:
            if key in governor:
                hint = "Power is looked at for the sake of a budget alone."
                yield ConfigFault(f"governor.{key}", "energy_wh_per_day beside it", "none", hint)
    elif "power_factor" in governor and "power" not in governor:
        yield ConfigFault("governor.power_factor", "power beside it: where that is read", "none")
    battery = governor.get("battery")
    if battery is None:
        for key in (f"battery_{end}" for end in _OF_BATTERY):
            if key in governor:
                yield ConfigFault(f"governor.{key}", "battery beside it: where that is read", "none")
        return
    over_mqtt = isinstance(battery, str) and battery.startswith(f"{TOPIC}:")
    if over_mqtt and mqtt.get("enabled") is False:
        yield ConfigFault("governor.battery", "a file while mqtt.enabled is false", repr(battery))
    if not over_mqtt and "battery_key" in governor:
        yield ConfigFault("governor.battery_key", "this key only with a topic (mqtt:TOPIC)", repr(battery))
    yield from _of_levels(governor)


def _of_levels(governor: Mapping[str, Any]) -> Iterator[ConfigFault]:
    in_volts = governor.get("battery_unit") == "volts"
    levels = dict(zip(("battery_low", "battery_empty"), LEVELS_PERCENT, strict=True))
    if in_volts:
        for key in levels:
            if key not in governor:
                hint = "For a lead battery of 12 V for example 12.4 and 11.8." if key == "battery_low" else ""
                yield ConfigFault(f"governor.{key}", 'volts beside battery_unit = "volts"', "nothing", hint)
                return
    low, empty = (governor.get(key, usual) for key, usual in levels.items())
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (low, empty))
    if numbers and empty >= low:
        yield ConfigFault("governor.battery_empty", f"less than battery_low ({low:g})", f"{empty:g}")
    elif numbers and not in_volts and low > 100:
        yield ConfigFault("governor.battery_low", "at most 100 percent", f"{low:g}")
    elif numbers and not in_volts:
        gain = governor.get("battery_hysteresis", 0.0)
        if isinstance(gain, int | float) and not isinstance(gain, bool) and gain > 100 - low:
            most = f"at most {100 - low:g} percent: what a battery can gain above battery_low ({low:g})"
            yield ConfigFault("governor.battery_hysteresis", most, f"{gain:g}")
