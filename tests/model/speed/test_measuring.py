"""A few invokes in turns: what they tell, and how long they may take."""

from pathlib import Path

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.machine import waited_for_processor_s
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.speed.measuring import CALM_RUNS, ROUNDS, WARM_UP, Opened, Timed, measure, open_timed
from tests.model.speed.runs import Machine


def measured(machine: Machine, budget_s: float = 1.0) -> tuple[Timed, dict[int, Interpreter]]:
    most, *others = sorted(machine.ms, reverse=True)
    first = open_timed(lambda: machine.open(most), machine.clocks)
    return measure(first, most, others, machine.open, budget_s=budget_s, clocks=machine.clocks)


def test_each_is_run_in_turns() -> None:
    machine = Machine({1: 4.0, 2: 2.5, 3: 2.0})
    timed, opened = measured(machine)
    assert timed.ms == pytest.approx({1: 4.0, 2: 2.5, 3: 2.0})
    assert timed.is_calm
    assert machine.opened == [3, 2, 1] == list(opened)
    assert machine.runs == [3, 2, 1] * 24  # of 8.5 ms: 0.2 s


def test_a_quick_one_is_run_often() -> None:
    machine = Machine({1: 0.4, 2: 0.2})
    measured(machine)
    assert len(machine.runs) == 2 * (WARM_UP + ROUNDS)


def test_a_disturbed_run_does_not_count() -> None:
    machine = Machine({1: 40.0, 2: 20.0}, disturbed=9)
    timed, _ = measured(machine)
    assert timed.is_calm
    assert timed.ms == pytest.approx({1: 40.0, 2: 20.0})
    # The first turn in which each of both has run in peace is the sixth.
    assert len(machine.runs) == 2 * (5 + CALM_RUNS)


def test_one_run_that_was_lucky_does_not_decide() -> None:
    machine = Machine({1: 40.0, 2: 20.0}, disturbed=10**6, calm=frozenset({17, 18}))
    timed, _ = measured(machine)
    assert not timed.is_calm
    assert machine.now_s > 101.0


@pytest.mark.parametrize(("of_six", "is_calm"), [({1, 2, 3, 4}, True), ({1, 2}, False)])
def test_calm_runs_are_half_of_all_at_least(of_six: set[int], is_calm: bool) -> None:
    """Beside other work one in a few passes for calm though it had to do without a thread."""
    calm = frozenset(number for number in range(10_000) if number % 6 in of_six)
    timed, _ = measured(Machine({1: 4.0, 2: 2.0}, disturbed=10**6, calm=calm))
    assert timed.is_calm is is_calm


def test_the_few_runs_of_a_slow_board_count_where_all_are_calm() -> None:
    machine = Machine({1: 160.0, 2: 90.0}, open_s=0.1)
    timed, _ = measured(machine)
    assert len(machine.runs) == 2 * 4
    assert timed.is_calm
    assert not measured(Machine({1: 160.0, 2: 90.0}, open_s=0.1, disturbed=8))[0].is_calm


def test_where_all_is_disturbed_that_is_said() -> None:
    machine = Machine({1: 4.0, 2: 2.0}, disturbed=10**6)
    timed, _ = measured(machine)
    assert not timed.is_calm
    assert timed.ms == pytest.approx({1: 8.0, 2: 4.0})
    assert machine.now_s == pytest.approx(101.0, abs=0.05)


def test_where_the_kernel_does_not_tell_of_waiting_all_counts() -> None:
    machine = Machine({1: 4.0, 2: 2.0}, disturbed=3, tells_waiting=False)
    timed, _ = measured(machine)
    assert timed.is_calm
    assert timed.ms == pytest.approx({1: 4.0, 2: 2.0})


def test_a_slow_board_is_not_held_up() -> None:
    machine = Machine({1: 300.0, 2: 160.0, 3: 120.0}, open_s=0.2)
    timed, opened = measured(machine)
    assert machine.now_s - 100.2 < 1.0 + 0.6
    assert set(timed.ms) == set(opened)
    assert len(opened) >= 2


def test_no_other_is_opened_when_half_the_time_is_over() -> None:
    machine = Machine(dict.fromkeys((1, 2, 3, 4, 5), 1.0), open_s=0.24)
    timed, _ = measured(machine)
    assert machine.opened == [5, 4, 3, 2]
    assert set(timed.ms) == {5, 4, 3, 2}


def test_what_is_too_slow_is_not_measured() -> None:
    machine = Machine({1: 3000.0, 2: 2000.0}, open_s=2.5)
    timed, opened = measured(machine)
    assert (timed.ms, list(opened), machine.runs) == ({}, [2], [])
    assert machine.now_s == 102.5


def test_an_interpreter_that_can_not_be_had() -> None:
    machine = Machine({1: 4.0, 2: 2.0})

    def none(_: int) -> Interpreter:
        raise ModelError("no memory")

    first = Opened(machine.open(2), 0.01)
    timed, opened = measure(first, 2, [1], none, clocks=machine.clocks)
    assert (timed.ms, list(opened)) == ({}, [2])


def test_how_long_threads_have_waited(tmp_path: Path) -> None:
    assert waited_for_processor_s(tmp_path / "gone") is None
    for thread, content in (("1", "900 1500000000 7"), ("2", "100 250000000 1"), ("3", ""), ("4", "x y z")):
        (tmp_path / thread).mkdir()
        (tmp_path / thread / "schedstat").write_text(content)
    (tmp_path / "5").mkdir()  # it ended meanwhile
    assert waited_for_processor_s(tmp_path) == 1.75
    here = waited_for_processor_s()
    assert here is None or here >= 0
