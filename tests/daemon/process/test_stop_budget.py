"""The time to stop is shared: what one part takes is missing for the next."""

from edgeclassify.daemon.process.stop_budget import STOP_BUDGET_S, StopBudget


def test_one_budget_for_all() -> None:
    now = 100.0
    budget = StopBudget(lambda: now)
    assert budget.deadline() == 100.0 + STOP_BUDGET_S  # not begun: as if it did now
    budget.begin()
    now = 101.0
    assert budget.deadline() == 100.0 + STOP_BUDGET_S
    assert budget.deadline(0.5) == 100.0 + STOP_BUDGET_S / 2
    assert budget.left_s(0.1) == 100.0 + STOP_BUDGET_S - 101.0
    now = 102.0
    assert budget.left_s(0.1) == 0.1
