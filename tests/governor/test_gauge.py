"""What is told of the battery: numbers that can be believed, and what is said of others, once."""

from typing import Any

import pytest

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.gauge import BatteryGauge
from tests.support.clock import Clock

WHERE = "mqtt:solar"


def gauge(clock: Clock | None = None, **keys: Any) -> BatteryGauge:
    config = GovernorConfig(enabled=True, **({"battery": WHERE} | keys))
    return BatteryGauge(config, Clock() if clock is None else clock)


@pytest.mark.parametrize(
    ("keys", "text", "value"),
    [
        ({}, "43", 43.0),
        ({}, " 43.5\n", 43.5),
        ({}, "0", 0.0),
        ({}, "100", 100.0),
        ({"battery_key": "soc"}, '{"soc": 43}', 43.0),
        ({"battery_key": "battery.soc"}, '{"battery": {"soc": "43"}, "v": 1}', 43.0),
        ({"battery_unit": "volts", "battery_factor": 1e-6}, "12345678\n", 12.345678),
        ({"battery_unit": "volts"}, "12.6", 12.6),
    ],
)
def test_a_number_is_taken(keys: dict[str, Any], text: str, value: float) -> None:
    made = gauge(**keys)
    made.tell(text)
    assert made.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("keys", "text", "said"),
    [
        ({}, "full", "expected a number from 0 to 100 percent, found 'full'"),
        ({}, "", "expected a number from 0 to 100 percent, found ''"),
        ({}, "100.1", "found '100.1'"),
        ({}, "-1", "found '-1'"),
        ({}, "nan", "found 'nan'"),
        ({}, "inf", "found 'inf'"),
        ({}, "12 V", "found '12 V'"),
        ({}, '{"soc": 43}', "found '{\"soc\": 43}'"),
        ({}, "x" * 200, f"found '{'x' * 39}…"),
        ({"battery_unit": "volts"}, "1000.1", "from 0 to 1000 volts"),
        (
            {"battery_unit": "volts", "battery_factor": 1e-3}, "1200000.0",
            "expected a number that times 0.001 is 0 to 1000 volts",
        ),
        ({"battery_key": "soc"}, "43", "expected JSON with the key 'soc', found '43'"),
        ({"battery_key": "soc"}, '{"Soc": 43}', "expected JSON with the key 'soc'"),
        ({"battery_key": "a.b"}, '{"a": 1}', "expected JSON with the key 'a.b'"),
        ({"battery_key": "soc"}, '{"soc": true}', "under 'soc' from 0 to 100 percent, found True"),
        ({"battery_key": "soc"}, '{"soc": null}', "found None"),
        ({"battery_key": "soc"}, '{"soc": 1' + "0" * 400 + "}", "expected a number under 'soc'"),
        ({"battery_key": "soc"}, "[" * 100_000, "expected JSON with the key 'soc'"),
        ({}, "\ufffd\x00", "found '\ufffd\\x00'"),
    ],
)  # fmt: skip
def test_nonsense_is_said_once_and_changes_nothing(
    keys: dict[str, Any], text: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = gauge(**keys)
    made.tell(text)
    made.tell(text)
    (message,) = caplog.messages
    assert message.startswith(f"governor: {WHERE}: expected ")
    assert said in message
    assert message.endswith("The battery is unknown, and changes nothing.")
    assert made.value is None


def test_the_last_good_number_counts_for_a_time(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    made = gauge(clock, battery_stale_s=600.0)
    made.tell("43")
    clock.now += 599
    made.tell("low")
    assert made.value == 43
    assert caplog.messages[-1].endswith("found 'low'. Its last good number, 43 percent, counts for 600 s.")
    clock.now += 1
    assert made.value == 43
    clock.now += 0.1
    assert made.value is None
    assert len(caplog.messages) == 1  # that it is unknown by now was to be expected


def test_silence_is_said_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    clock = Clock()
    made = gauge(clock, battery_stale_s=600.0)
    made.tell("43")
    clock.now += 601
    assert [made.value, made.value] == [None, None]
    made.tell("44")
    assert made.value == 44
    assert caplog.messages == [
        "governor: mqtt:solar: nothing for 600 s. The battery is unknown; what was asked for because of it stays "
        "as it was.",
        "governor: mqtt:solar tells of the battery again: 44 percent",
    ]


def test_a_battery_that_never_tells_anything_is_said(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    made = gauge(clock)
    clock.now += 3601
    assert made.value is None
    assert caplog.messages == [
        "governor: mqtt:solar: nothing for 3600 s. The battery is unknown, and changes nothing."
    ]
