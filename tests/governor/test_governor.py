"""The governor: the strongest law holds, steps are bounded, and what wavers is not followed."""

import itertools
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.governor import (
    DOWN_PER_S,
    LONGEST_PASSED_S,
    STEP,
    THREADS_S,
    UP_PER_S,
    Governor,
    laws_of,
)
from edgeclassify.governor.interface import AT_WILL, Law, Readings, Reason, Verdict, Wish
from edgeclassify.postprocess.pace import LATE

INTERVAL_S = 0.5


class Scripted(Law):
    """Asks for what a test has set."""

    def __init__(self, reason: Reason = Reason.TEMPERATURE) -> None:
        self.octaves, self.spare_power, self._reason = 0.0, False, reason
        self.asked: list[tuple[float, float]] = []

    def ask(self, readings: Readings, passed_s: float, most: float) -> Wish:
        self.asked.append((passed_s, most))
        return Wish(self.octaves, self._reason, self.spare_power)

    def adopt(self, config: GovernorConfig) -> None:
        """It has no limits."""


class Bench:
    def __init__(self, *laws: Scripted, **keys: object) -> None:
        self.laws = laws or (Scripted(),)
        self.governor = Governor(GovernorConfig(enabled=True, **keys), self.laws)  # type: ignore[arg-type]
        self.now = 0.0

    def judge(self, octaves: float | None = None, after_s: float = 10.0, times: int = 1) -> Verdict:
        verdict = AT_WILL
        for _ in range(times):
            if octaves is not None:
                self.laws[0].octaves = octaves
            verdict = self.governor.judge(Readings(self.now), INTERVAL_S)
            self.now += after_s
        return verdict


def test_where_nothing_asks_frames_come_at_will() -> None:
    assert Bench().judge(0.0, times=5) == AT_WILL


def test_the_strongest_law_holds_and_all_that_ask_are_named() -> None:
    heat, load, voltage = Scripted(), Scripted(Reason.LOAD), Scripted(Reason.VOLTAGE)
    heat.octaves, load.octaves = 1.0, 3.0
    verdict = Bench(heat, load, voltage).judge(times=10)
    assert verdict.factor == 8
    assert verdict.reasons == (Reason.LOAD, Reason.TEMPERATURE)


def test_a_reason_is_named_until_frames_come_at_will_again() -> None:
    bench = Bench()
    bench.judge(3.0, times=5)
    returning = bench.judge(0.0)
    assert returning.factor > 1
    assert returning.reasons == (Reason.TEMPERATURE,)
    assert bench.judge(0.0, times=20) == AT_WILL


def test_it_goes_no_further_than_interval_max_s() -> None:
    bench = Bench(interval_max_s=20.0)
    verdict = bench.judge(99.0, times=20)
    assert verdict.factor == pytest.approx(40.0)
    assert verdict.least_s(INTERVAL_S, 0.05) == pytest.approx(20.0)
    assert verdict.least_s(30.0, 0.05) == 20.0  # no more than that; the interval itself is longer
    assert bench.laws[0].asked[-1] == (10.0, math.log2(40.0))


def test_an_interval_beyond_interval_max_s_is_as_it_is() -> None:
    assert Bench(interval_max_s=0.2).judge(5.0, times=5).factor == 1


def test_frames_that_come_as_fast_as_it_goes_count_by_how_fast_that_is() -> None:
    verdict = Bench().judge(3.0, times=5)
    assert verdict.least_s(0.0, 0.1) == pytest.approx(0.8)
    assert AT_WILL.least_s(0.0, 0.1) == 0


def test_what_wavers_is_not_followed() -> None:
    bench = Bench()
    factors = {bench.judge(1.0 + 0.7 * STEP * (i % 2), times=2).factor for i in range(40)}
    assert len(factors - {1.0}) == 1


@pytest.mark.parametrize("after_s", [1.0, 10.0, LONGEST_PASSED_S, 3600.0])
def test_steps_are_bounded(after_s: float) -> None:
    bench, counted_s = Bench(), min(after_s, LONGEST_PASSED_S)
    bench.judge(0.0, after_s)
    assert math.log2(bench.judge(7.0, after_s).factor) <= UP_PER_S * counted_s + STEP
    bench.judge(6.0, 30.0, times=10)
    before = bench.judge(6.0, after_s).factor
    assert math.log2(before / bench.judge(0.0, after_s).factor) <= DOWN_PER_S * counted_s + STEP


@given(st.lists(st.tuples(st.floats(0, 12), st.floats(0.1, 600)), min_size=2, max_size=40))
def test_frames_never_come_so_much_closer_at_once_that_it_would_be_a_gap(asked: list[tuple[float, float]]) -> None:
    bench = Bench()
    apart = [bench.judge(octaves, after_s).least_s(INTERVAL_S, 0.05) for octaves, after_s in asked]
    for before, after in itertools.pairwise(max(INTERVAL_S, one) for one in apart):
        assert before <= LATE * after


def config_of(**keys: Any) -> GovernorConfig:
    return GovernorConfig(enabled=True, battery="mqtt:solar", energy_wh_per_day=10.0, **keys)


HOT = Readings(0.0, temperature_c=90.0, too_little_voltage=True, load=9.0, used_w=50.0, battery=10.0)
UNKNOWN = Readings(0.0)


@pytest.mark.parametrize("told", ["temperature_c", "too_little_voltage", "load", "used_w", "battery"])
def test_another_config_forgets_nothing(told: str) -> None:
    """Each law goes on asking for what it did, and not for what it would from the start."""
    governor, at_s = Governor(config_of()), 0.0
    hot = replace(UNKNOWN, **{told: getattr(HOT, told)})
    for _ in range(30):
        before = governor.judge(replace(hot, at_s=at_s), INTERVAL_S)
        at_s += 10
    assert before.factor > 3
    governor.adopt(config_of(load_max=1.6, temperature_max_c=74.0, battery_low=51.0))
    for _ in range(3):
        after = governor.judge(replace(hot, at_s=at_s), INTERVAL_S)
        at_s += 10
        assert after.factor >= before.factor
        assert after.one_thread is before.one_thread


def test_limits_are_those_of_the_config_that_holds() -> None:
    governor = Governor(config_of())
    warm = replace(UNKNOWN, temperature_c=65.0, load=1.0, used_w=0.0, battery=60.0)
    for at_s in range(0, 600, 10):
        assert governor.judge(replace(warm, at_s=float(at_s)), INTERVAL_S) == AT_WILL
    strict = {"temperature_max_c": 50.0, "load_max": 0.5, "battery_low": 90.0, "battery_empty": 30.0}
    governor.adopt(config_of(**strict, interval_max_s=30.0))
    for at_s in range(600, 1200, 10):
        verdict = governor.judge(replace(warm, at_s=float(at_s)), INTERVAL_S)
    assert {*verdict.reasons} == {Reason.TEMPERATURE, Reason.LOAD, Reason.BATTERY}
    assert verdict.most_s == 30.0
    assert verdict.one_thread
    governor.adopt(config_of(**strict, one_thread=False))
    assert not governor.judge(replace(warm, at_s=1210.0), INTERVAL_S).one_thread


def test_another_budget_holds_at_once() -> None:
    governor, at_s = Governor(config_of()), 0.0
    for budget in (10.0, 1000.0):
        governor.adopt(GovernorConfig(enabled=True, energy_wh_per_day=budget))
        for _ in range(700):
            verdict = governor.judge(replace(UNKNOWN, at_s=at_s, used_w=2.0), INTERVAL_S)
            at_s += 10
        assert (verdict.factor > 2) is (budget == 10.0)


def test_of_another_battery_nothing_is_known() -> None:
    governor = Governor(config_of())
    empty = replace(UNKNOWN, battery=20.0)
    governor.judge(empty, INTERVAL_S)
    governor.adopt(GovernorConfig(enabled=True, battery="mqtt:garden"))
    for at_s in range(10, 400, 10):
        verdict = governor.judge(replace(UNKNOWN, at_s=float(at_s)), INTERVAL_S)
    assert verdict.factor == 1


def test_the_number_of_threads_changes_rarely() -> None:
    bench = Bench()
    (law,) = bench.laws
    law.spare_power = True
    assert bench.judge(0.0) == Verdict(1.0, 60.0, (Reason.TEMPERATURE,), one_thread=True)
    law.spare_power = False
    assert bench.judge(0.0, times=int(THREADS_S / 10) - 1).one_thread
    assert not bench.judge(0.0).one_thread
    law.spare_power = True
    assert not bench.judge(0.0).one_thread


def test_threads_are_left_alone_where_they_are_to_be() -> None:
    bench = Bench(one_thread=False)
    bench.laws[0].spare_power = True
    assert not bench.judge(2.0, times=5).one_thread


def test_laws_are_those_that_have_something_to_go_by() -> None:
    def names(**keys: object) -> list[str]:
        return [type(law).__name__ for law in laws_of(GovernorConfig(enabled=True, **keys))]  # type: ignore[arg-type]

    usual = ["TemperatureLaw", "VoltageLaw", "LoadLaw"]
    assert names() == usual
    assert names(energy_wh_per_day=10.0) == [*usual, "EnergyLaw"]
    assert names(battery="file:/a") == [*usual, "BatteryLaw"]
