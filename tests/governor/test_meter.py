"""Watts: of the work that was done, or of a meter."""

import pytest

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.meter import PowerMeter

METERED = GovernorConfig(enabled=True, energy_wh_per_day=10.0, power="file:/sys/w", power_factor=1e-6)


def test_work_costs_what_a_core_costs() -> None:
    meter = PowerMeter(GovernorConfig(enabled=True, core_w=1.5))
    assert meter.by_work(100.0, 7.0) is None
    assert meter.by_work(110.0, 27.0) == pytest.approx(3.0)
    assert meter.by_work(120.0, 27.0) == 0
    assert meter.by_work(120.0, 28.0) is None


def test_a_meter_tells_watts() -> None:
    assert PowerMeter(METERED).by_text("2750000\n") == pytest.approx(2.75)


@pytest.mark.parametrize("text", ["", "much", "nan", "-1", "1000000001", "1e400"])
def test_nonsense_is_said_once(text: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    meter = PowerMeter(METERED)
    assert [meter.by_text(text), meter.by_text(text)] == [None, None]
    assert meter.by_text("1000000") == pytest.approx(1.0)
    assert caplog.messages == [
        f"governor: file:/sys/w: expected a number that times 1e-06 is 0 to 1000 watts, found {text!r}. The power "
        "is unknown, and changes nothing.",
        "governor: file:/sys/w tells of the power again: 1 W",
    ]
