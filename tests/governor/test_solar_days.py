"""A battery that the sun charges, over days, by the model of a Zero 2."""

import itertools

import pytest

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import Reason
from tests.governor.closed_loop import Moment, run, turns
from tests.governor.plant import ZERO_2, Plant, Weather, summer_air, under_clouds

WEATHER = Weather(summer_air, under_clouds(1.0, 0.15, 0.15, 0.5, 1.0))
ON_BATTERY = GovernorConfig(enabled=True, battery="file:/unused")


def plant() -> Plant:
    return Plant(ZERO_2, WEATHER, battery_wh=50.0, panel_w=10.0)


def of_day(moments: list[Moment], day: int) -> list[Moment]:
    return [one for one in moments if day <= one.at_h / 24 < day + 1]


def test_without_a_governor_it_is_dead_for_a_day() -> None:
    left_alone = plant()
    run(left_alone, None, 120)
    assert left_alone.dead_s > 20 * 3600


def test_it_lives_through_dark_days() -> None:
    governed = plant()
    moments = run(governed, ON_BATTERY, 120)
    assert governed.dead_s == 0
    assert min(one.percent for one in moments) > 15
    # A clear day is worked through, a dark one hardly, and the sun brings all of it back.
    frames = [day[-1].frames - day[0].frames for day in (of_day(moments, number) for number in range(5))]
    assert frames[2] < 0.05 * frames[0]
    assert frames[4] > 0.4 * frames[0]
    assert {reason for one in of_day(moments, 2) for reason in one.verdict.reasons} == {Reason.BATTERY}


def test_it_does_not_follow_each_cloud() -> None:
    flickers = Weather(summer_air, lambda at_s: 0.35 if at_s % 600 < 300 else 0.0)
    moments = run(Plant(ZERO_2, flickers, battery_wh=50.0, panel_w=10.0, percent=40.0), ON_BATTERY, 24)
    assert turns(moments) <= 2


def test_power_is_spared_while_the_battery_is_low() -> None:
    moments = run(plant(), ON_BATTERY, 120)
    switched = [one for one, other in itertools.pairwise(moments)
                if one.verdict.one_thread is not other.verdict.one_thread]  # fmt: skip
    assert any(one.verdict.one_thread for one in of_day(moments, 2))
    assert len(switched) <= 6
    own = GovernorConfig(enabled=True, battery="file:/unused", one_thread=False)
    assert not any(one.verdict.one_thread for one in run(plant(), own, 72))


@pytest.mark.parametrize("budget_wh", [24.0, 30.0, 40.0])
def test_a_days_budget_lasts_for_a_day(budget_wh: float) -> None:
    """The board needs 18 Wh a day by itself, and 66 at full speed."""
    budgeted = Plant(ZERO_2, Weather(lambda _: 15.0, lambda _: 0.0), interval_s=ZERO_2.invoke_s)
    config = GovernorConfig(enabled=True, energy_wh_per_day=budget_wh, power="file:/unused")
    moments = run(budgeted, config, 24)
    used_wh = sum(one.power_w for one in moments) * 24 / len(moments)
    assert 0.9 * budget_wh < used_wh <= 1.02 * budget_wh
    assert Reason.ENERGY in moments[-1].verdict.reasons
    assert budgeted.slowed_s == 0
