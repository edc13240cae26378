"""What the page has the daemon's thread do."""

import threading
from concurrent.futures import CancelledError

import pytest

from edgeclassify.daemon.page.tasks import CAPACITY, Tasks
from edgeclassify.errors import ConfigError, EdgeClassifyError


class Woken:
    def __init__(self) -> None:
        self.times = 0
        self.tasks = Tasks(self.wake)

    def wake(self) -> None:
        self.times += 1


def test_a_task_is_done_by_who_works_and_its_outcome_is_told() -> None:
    woken = Woken()
    outcome = woken.tasks.put(threading.get_ident)
    assert (woken.times, outcome.done()) == (1, False)
    worker = threading.Thread(target=woken.tasks.work)
    worker.start()
    worker.join()
    assert outcome.result(0) == worker.ident


def test_tasks_are_done_in_their_order() -> None:
    woken, done = Woken(), list[int]()
    for number in range(3):
        woken.tasks.put(lambda number=number: done.append(number))  # type: ignore[misc]
    woken.tasks.work()
    assert done == [0, 1, 2]


def test_what_refuses_is_told_and_the_next_one_is_done() -> None:
    def refuse() -> None:
        raise ConfigError("view.gate: no such camera")

    woken = Woken()
    refused, done = woken.tasks.put(refuse), woken.tasks.put(lambda: 5)
    woken.tasks.work()
    with pytest.raises(ConfigError, match=r"view\.gate: no such camera"):
        refused.result(0)
    assert done.result(0) == 5


def test_more_than_can_wait_are_refused() -> None:
    woken = Woken()
    outcomes = [woken.tasks.put(lambda: 1) for _ in range(CAPACITY + 1)]
    with pytest.raises(EdgeClassifyError, match="too many changes wait"):
        outcomes[-1].result(0)
    woken.tasks.work()
    assert [one.result(0) for one in outcomes[:-1]] == [1] * CAPACITY
    assert woken.times == CAPACITY


def test_what_nobody_waits_for_any_more_is_left_out() -> None:
    woken, done = Woken(), list[int]()
    given_up = woken.tasks.put(lambda: done.append(1))
    given_up.cancel()
    woken.tasks.work()
    assert done == []
    with pytest.raises(CancelledError):
        given_up.result(0)


def test_a_daemon_that_stops_refuses_what_waits_and_what_comes() -> None:
    woken = Woken()
    waiting = woken.tasks.put(lambda: 1)
    woken.tasks.close()
    for outcome in (waiting, woken.tasks.put(lambda: 1)):
        with pytest.raises(EdgeClassifyError, match="the daemon is stopping"):
            outcome.result(0)


def test_a_fault_in_a_task_is_told_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def break_down() -> None:
        raise TypeError("unhashable")

    woken = Woken()
    broken, done = woken.tasks.put(break_down), woken.tasks.put(lambda: 5)
    woken.tasks.work()
    with pytest.raises(EdgeClassifyError, match="a fault in edgeclassify"):
        broken.result(0)
    assert done.result(0) == 5
    assert "unhashable" in caplog.text


def test_what_nobody_waits_for_keeps_no_daemon_from_stopping() -> None:
    woken = Woken()
    woken.tasks.put(lambda: 1).cancel()
    waiting = woken.tasks.put(lambda: 1)
    woken.tasks.close()
    with pytest.raises(EdgeClassifyError, match="the daemon is stopping"):
        waiting.result(0)
