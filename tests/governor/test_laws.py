"""Each law alone: what it asks for, how fast, and when it gives that back."""

import math

import pytest

from edgeclassify.governor.interface import Law, Readings, Reason, Wish
from edgeclassify.governor.laws.battery import BatteryLaw
from edgeclassify.governor.laws.energy import EnergyLaw
from edgeclassify.governor.laws.load import MOST, LoadLaw
from edgeclassify.governor.laws.temperature import TemperatureLaw
from edgeclassify.governor.laws.voltage import CALM_S, VoltageLaw

FAR = 10.0


def asked(
    law: Law, *, times: int = 1, passed_s: float = 10.0, most: float = FAR, **read: float | bool | None
) -> Wish:
    """After so many times of the same readings."""
    wish = Wish(math.nan, Reason.LOAD)
    for _ in range(times):
        wish = law.ask(Readings(0.0, **read), passed_s, most)  # type: ignore[arg-type]
    return wish


# --- temperature -----------------------------------------------------------------------------------------------


def test_heat_asks_for_more_the_longer_it_lasts() -> None:
    law = TemperatureLaw(75.0)
    first = asked(law, temperature_c=80.0).octaves
    later = asked(law, temperature_c=80.0, times=30).octaves
    assert 0 < first < later <= FAR
    assert asked(law, temperature_c=80.0).reason is Reason.TEMPERATURE


def test_what_warms_fast_is_answered_before_the_limit() -> None:
    law = TemperatureLaw(75.0)
    wishes = [asked(law, temperature_c=degrees).octaves for degrees in (60.0, 64.0, 68.0, 71.0, 73.0)]
    assert wishes[0] == 0
    assert wishes[-1] > 0


def test_near_where_it_is_held_nothing_changes() -> None:
    law = TemperatureLaw(75.0)
    asked(law, temperature_c=80.0, times=20)
    settled = asked(law, temperature_c=72.0, times=60).octaves
    assert settled > 0
    assert asked(law, temperature_c=72.0, times=60).octaves == pytest.approx(settled, abs=1e-3)
    warmer = asked(law, temperature_c=73.0, times=60).octaves  # by how much it warms, and no more
    assert asked(law, temperature_c=73.0, times=60).octaves == pytest.approx(warmer, abs=1e-3)
    assert asked(law, temperature_c=74.0, times=60).octaves > warmer + 0.05
    assert asked(law, temperature_c=60.0, times=600).octaves == 0


def test_a_firmware_that_slows_down_is_believed() -> None:
    law = TemperatureLaw(75.0)
    assert asked(law, temperature_c=60.0, times=20).octaves == 0
    wish = asked(law, temperature_c=60.0, slowed_down=True, times=20)
    assert wish.octaves > 0.2
    assert wish.reason is Reason.THROTTLED
    assert asked(TemperatureLaw(75.0), slowed_down=True, times=20).octaves > 0.2


def test_without_a_thermometer_it_asks_for_nothing_more() -> None:
    law = TemperatureLaw(75.0)
    before = asked(law, temperature_c=90.0, times=10).octaves
    assert asked(law, times=10).octaves < before
    assert asked(law, times=3000).octaves == 0


# --- voltage ---------------------------------------------------------------------------------------------------


def test_too_little_voltage_is_answered_at_once_and_with_one_thread() -> None:
    wish = asked(VoltageLaw(), too_little_voltage=True)
    assert wish.octaves >= 1
    assert wish.spare_power


def test_it_asks_for_more_while_it_lasts() -> None:
    law = VoltageLaw()
    assert asked(law, too_little_voltage=True, times=13).octaves == pytest.approx(1 + 12 / 6, abs=0.2)
    assert asked(law, too_little_voltage=True, times=1000, most=3.0).octaves == 3.0


def test_what_it_asked_for_is_given_back_late_and_slowly() -> None:
    law = VoltageLaw()
    began = asked(law, too_little_voltage=True).octaves
    assert asked(law, too_little_voltage=False, times=int(CALM_S / 10)).octaves == began
    assert 0 < asked(law, too_little_voltage=False).octaves < began
    over = asked(law, too_little_voltage=None, times=100)
    assert (over.octaves, over.spare_power) == (0, False)


# --- load ------------------------------------------------------------------------------------------------------


def test_twice_the_load_asks_for_an_octave_in_two_minutes() -> None:
    assert asked(LoadLaw(1.5), load=3.0, times=12).octaves == pytest.approx(1.0)


def test_between_the_limit_and_what_is_quiet_nothing_changes() -> None:
    law = LoadLaw(1.5)
    before = asked(law, load=3.0, times=12).octaves
    assert asked(LoadLaw(1.5), load=1.6).octaves > 0
    assert asked(law, load=1.5, times=50).octaves == before
    assert asked(law, load=1.21, times=50).octaves == before
    assert asked(law, load=1.19, times=50).octaves < before
    assert asked(law, load=0.0, times=100).octaves == 0


def test_somebody_elses_load_is_no_reason_to_stop() -> None:
    assert asked(LoadLaw(1.5), load=50.0, times=1000).octaves == MOST
    assert asked(LoadLaw(1.5), times=1000).octaves == 0


# --- energy ----------------------------------------------------------------------------------------------------


def test_twice_the_budget_asks_for_more_and_half_of_it_gives_back() -> None:
    law = EnergyLaw(24.0)
    spent = asked(law, used_w=2.0, times=60)
    assert spent.octaves > 1
    assert spent.spare_power
    saved = asked(law, used_w=0.5, times=600)
    assert (saved.octaves, saved.spare_power) == (0, False)


def test_what_was_saved_may_be_spent_first() -> None:
    thrifty, new = EnergyLaw(24.0), EnergyLaw(24.0)
    asked(thrifty, used_w=0.1, times=2000)
    assert asked(thrifty, used_w=2.0, times=60).octaves < asked(new, used_w=2.0, times=60).octaves


def test_without_a_meter_nothing_changes() -> None:
    law = EnergyLaw(24.0)
    before = asked(law, used_w=2.0, times=30).octaves
    assert asked(law, times=1000).octaves == before


# --- battery ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("battery", "octaves"), [(100.0, 0.0), (50.0, 0.0), (35.0, 5.0), (20.0, 10.0), (0.0, 10.0)]
)
def test_the_emptier_the_more_it_asks_for(battery: float, octaves: float) -> None:
    assert asked(BatteryLaw(50.0, 20.0, 6.0), battery=battery).octaves == pytest.approx(octaves)


def test_it_must_gain_something_before_anything_is_given_back() -> None:
    law = BatteryLaw(50.0, 20.0, 6.0)
    at_35 = asked(law, battery=35.0).octaves
    assert asked(law, battery=41.0).octaves == at_35
    assert asked(law, battery=42.0).octaves < at_35
    assert asked(law, battery=41.0).octaves == asked(law, battery=38.0).octaves
    assert asked(law, battery=34.0).octaves > at_35
    assert asked(law, battery=56.0).octaves == 0


def test_models_run_with_one_thread_from_a_quarter_of_the_way_on() -> None:
    assert not asked(BatteryLaw(50.0, 20.0, 6.0), battery=43.0).spare_power
    assert asked(BatteryLaw(50.0, 20.0, 6.0), battery=42.5).spare_power


def test_what_is_not_known_changes_nothing() -> None:
    law = BatteryLaw(50.0, 20.0, 6.0)
    assert asked(law).octaves == 0
    before = asked(law, battery=30.0).octaves
    assert asked(law).octaves == before > 0
