"""[governor]: what makes the node work less often."""

import math
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, GovernorConfig, parse_config
from edgeclassify.errors import ConfigError

TOPIC, FILE = "mqtt:solar/battery", "file:/sys/class/power_supply/battery/capacity"


def config_of(mqtt: dict[str, Any] | None = None, **governor: Any) -> Config:
    document = {"camera": [{"name": "front", "source": "synthetic:"}], "governor": governor, "mqtt": mqtt or {}}
    if mqtt is not None:
        document["history"] = {"enabled": True}
    return parse_config(document, "test.toml", Path("/etc/edgeclassify"))


def governor_of(**keys: Any) -> GovernorConfig:
    return config_of(enabled=True, **keys).governor


def fault_of(**keys: Any) -> str:
    with pytest.raises(ConfigError) as error:
        config_of(**keys)
    return str(error.value)


def test_it_is_off_unless_it_is_asked_for() -> None:
    assert config_of().governor == GovernorConfig()
    assert not GovernorConfig().enabled


def test_keys_beside_it_say_whether_it_is_on() -> None:
    assert "governor.enabled: expected true or false beside other keys, found nothing" in fault_of(load_max=2.0)
    assert config_of(enabled=False, load_max=2.0).governor.load_max == 2.0


@pytest.mark.parametrize("where", [FILE, TOPIC, "mqtt:a b/c", "file:/a"])
def test_a_battery_is_read_from_a_file_or_a_topic(where: str) -> None:
    governor = governor_of(battery=where)
    kind, _, target = where.partition(":")
    assert (governor.battery_file, governor.battery_topic) == (
        (target, None) if kind == "file" else (None, target)
    )


@pytest.mark.parametrize(
    "where",
    ["", "file:", "file:/", "file:relative", "mqtt:", "mqtt:a/#", "mqtt:+/b", "mqtt:$SYS/x", "/sys/x", "a"],
)
def test_another_place_is_none(where: str) -> None:
    assert "governor.battery" in fault_of(enabled=True, battery=where)


@pytest.mark.parametrize("where", ["mqtt:a", "file:/", "file:a", "/sys/x"])
def test_a_meter_is_a_file(where: str) -> None:
    assert "governor.power: expected file:/PATH" in fault_of(enabled=True, power=where)
    assert governor_of(power="file:/sys/x", energy_wh_per_day=9.0).power_file == "/sys/x"


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"power": "file:/sys/x"}, "governor.power: expected energy_wh_per_day beside it, found none"),
        ({"power_factor": 1e-6}, "governor.power_factor: expected energy_wh_per_day beside it, found none"),
        ({"core_w": 2.0}, "governor.core_w: expected energy_wh_per_day beside it, found none"),
        ({"power_factor": 1e-6, "energy_wh_per_day": 9.0}, "governor.power_factor: expected power beside it"),
    ],
)
def test_keys_of_power_have_an_effect(keys: dict[str, Any], fault: str) -> None:
    assert fault in fault_of(enabled=True, **keys)
    assert governor_of(power="file:/sys/x", power_factor=1e-6, energy_wh_per_day=9.0).power_factor == 1e-6


def test_a_battery_in_percent_has_levels_one_in_volts_needs_them() -> None:
    assert governor_of(battery=FILE).battery_levels == (50.0, 20.0)
    assert governor_of(battery=FILE, battery_low=60.0).battery_levels == (60.0, 20.0)
    assert 'governor.battery_low: expected volts beside battery_unit = "volts"' in fault_of(
        enabled=True, battery=TOPIC, battery_unit="volts"
    )
    assert "governor.battery_empty: expected volts" in fault_of(
        enabled=True, battery=TOPIC, battery_unit="volts", battery_low=12.4
    )
    levels = {"battery_unit": "volts", "battery_low": 12.4, "battery_empty": 11.8}
    assert governor_of(battery=TOPIC, **levels).battery_levels == (12.4, 11.8)


def test_what_the_battery_must_gain_has_a_default() -> None:
    assert math.isclose(governor_of(battery=FILE).battery_gain, 6.0)
    assert governor_of(battery=FILE, battery_hysteresis=1.5).battery_gain == 1.5
    assert governor_of(battery=FILE, battery_hysteresis=50).battery_gain == 50
    volts = {"battery_unit": "volts", "battery_low": 12.4, "battery_empty": 11.8, "battery_hysteresis": 99.0}
    assert governor_of(battery=FILE, **volts).battery_gain == 99


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"battery_empty": 50.0}, "governor.battery_empty: expected less than battery_low (50), found 50"),
        ({"battery_low": 20.0}, "governor.battery_empty: expected less than battery_low (20), found 20"),
        ({"battery_low": 100.5}, "governor.battery_low: expected at most 100 percent, found 100.5"),
        (
            {"battery_hysteresis": 50.5},
            "governor.battery_hysteresis: expected at most 50 percent: what a battery can gain above battery_low "
            "(50), found 50.5",
        ),
        ({"battery_key": "a.b"}, "governor.battery_key: expected this key only with a topic (mqtt:TOPIC)"),
        ({"battery_factor": 0.0}, "governor.battery_factor: expected a factor other than 0"),
        ({"battery_unit": "V"}, "governor.battery_unit: expected"),
    ],
)
def test_keys_of_a_battery_fit_together(keys: dict[str, Any], fault: str) -> None:
    assert fault in fault_of(enabled=True, battery=FILE, **keys)


@pytest.mark.parametrize("key", ["key", "unit", "factor", "low", "empty", "hysteresis", "stale_s"])
def test_keys_of_a_battery_need_one(key: str) -> None:
    value = {"key": "a", "unit": "percent"}.get(key, 1.0)
    assert f"governor.battery_{key}: expected battery beside it" in fault_of(
        enabled=True, **{f"battery_{key}": value}
    )


def test_a_topic_needs_the_broker() -> None:
    assert "governor.battery: expected a file while mqtt.enabled is false" in fault_of(
        mqtt={"enabled": False}, enabled=True, battery=TOPIC
    )
    assert config_of(mqtt={"enabled": False}, enabled=True, battery=FILE).governor.battery == FILE


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("temperature_max_c", (30.0, 110.0), (29.9, 110.1)),
        ("load_max", (0.01, 1000.0), (0.0, 1000.1)),
        ("core_w", (0.01, 100.0), (0.0, 100.1)),
        ("energy_wh_per_day", (0.1, 100_000.0), (0.0, 100_001.0)),
        ("interval_max_s", (0.01, 604_800.0), (0.0, 604_801.0)),
    ],
)
def test_numbers_have_bounds(key: str, good: tuple[float, float], bad: tuple[float, float]) -> None:
    beside = {"energy_wh_per_day": 9.0} if key == "core_w" else {}
    for value in good:
        assert getattr(governor_of(**beside, **{key: value}), key) == value
    for value in (*bad, math.nan):
        assert f"governor.{key}" in fault_of(enabled=True, **{key: value})
