"""The governor: the strongest law holds, steps are bounded, and what wavers is not followed."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


class Bench:
    def __init__(self, *laws: Scripted, factor: float = 1.0, **keys: object) -> None:
        self.laws = laws or (Scripted(),)
        self.governor = Governor(GovernorConfig(enabled=True, **keys), factor, self.laws)  # type: ignore[arg-type]
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


def test_another_config_begins_where_the_one_before_was() -> None:
    assert Bench(factor=16.0).judge(0.0).factor == 16
    assert 8 < Bench(factor=16.0).judge(0.0, times=2).factor < 16


def test_the_number_of_threads_changes_rarely() -> None:
    bench = Bench()
    (law,) = bench.laws
    law.spare_power = True
    assert bench.judge(0.0) == Verdict(1.0, 60.0, (), one_thread=True)
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
