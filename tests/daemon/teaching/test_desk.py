"""The thread that teaches: one task after the other, each request with one answer, whatever happens."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from edgeclassify.contract.bodies import Body
from edgeclassify.contract.responses import Ping
from edgeclassify.daemon.requests.queue import STOPPING
from edgeclassify.daemon.teaching.desk import BUSY, CAPACITY, TASK_LIMIT_S, TeachingDesk
from edgeclassify.errors import ModelError
from edgeclassify.types import Command, Request, Response
from tests.support.waiting import patient, wait_for


@dataclass
class Bench:
    """A desk, who asks there, and what its thread has called."""

    desk: TeachingDesk = field(default_factory=TeachingDesk)
    heard: list[Response] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def open(self, idle_s: float = 60.0) -> TeachingDesk:
        self.desk = TeachingDesk(
            rest=lambda: self.calls.append("rest"), on_done=lambda: self.calls.append("done"), idle_s=idle_s
        )
        return self.desk

    def answer(self, response: Response) -> None:
        self.heard.append(response)

    def put(self, number: int, task: Callable[[], Body] = lambda: Ping.of(0.0)) -> None:
        self.desk.put(Request(Command.TEACH_FIT, number, asker=self), task)

    @property
    def answers(self) -> list[tuple[object, str | None]]:
        return [(one.transaction, one.error) for one in self.heard]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    made.open()
    yield made
    made.desk.close(2.0)


class Slow:
    """A task that takes until it may end."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self) -> Body:
        self.begun.set()
        assert self.may_end.wait(patient(10))
        return Ping.of(0.0)


def test_no_thread_before_the_first_task(bench: Bench) -> None:
    before = threading.active_count()
    bench.open()
    assert threading.active_count() == before
    bench.desk.close(2.0)
    assert bench.calls == []


def test_in_order_and_beside_who_asks(bench: Bench) -> None:
    slow, threads = Slow(), list[str]()

    def task() -> Body:
        threads.append(threading.current_thread().name)
        return Ping.of(0.0)

    bench.put(0, slow)
    for number in (1, 2, 3):
        bench.put(number, task)
    assert slow.begun.wait(patient(10))
    assert bench.heard == []
    slow.may_end.set()
    wait_for(lambda: len(bench.calls) == 4)
    assert bench.answers == [(number, None) for number in range(4)]
    assert set(threads) == {"teaching"}


def test_an_error_is_the_answer_and_the_next_is_carried_out(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def refused() -> Body:
        raise ModelError("it is damaged")

    def broken() -> Body:
        raise KeyError("x")

    bench.put(0, refused)
    bench.put(1, broken)
    bench.put(2)
    wait_for(lambda: len(bench.heard) == 3)
    assert bench.answers == [(0, "it is damaged"), (1, "KeyError: 'x'"), (2, None)]
    assert "failed by a fault in edgeclassify" in caplog.text


def test_of_too_many_the_newest_is_refused(bench: Bench) -> None:
    slow = Slow()
    bench.put(0, slow)
    assert slow.begun.wait(patient(10))
    for number in range(1, CAPACITY + 2):
        bench.put(number)
    assert bench.answers == [(CAPACITY + 1, BUSY)]
    slow.may_end.set()
    wait_for(lambda: len(bench.heard) == CAPACITY + 2)


def test_at_the_end_what_waits_is_refused_and_what_is_at_work_may_end(bench: Bench) -> None:
    slow = Slow()
    bench.put(0, slow)
    bench.put(1)
    assert slow.begun.wait(patient(10))
    closing = threading.Thread(target=bench.desk.close, args=[10.0])
    closing.start()
    wait_for(lambda: bench.answers == [(1, STOPPING)])
    slow.may_end.set()
    closing.join(patient(10))
    assert bench.answers == [(1, STOPPING), (0, None)]
    assert bench.calls == ["done", "rest"]
    bench.put(2)
    assert bench.answers[-1] == (2, STOPPING)


def test_a_task_that_does_not_end_is_left_behind(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    slow = Slow()
    bench.put(0, slow)
    assert slow.begun.wait(patient(10))
    bench.desk.close(0.01)
    assert "did not end in time" in caplog.text
    slow.may_end.set()
    wait_for(lambda: bench.calls == ["done", "rest"])


def test_what_was_opened_is_let_go_of_when_nobody_asks(bench: Bench) -> None:
    bench.open(idle_s=0.05)
    bench.put(0)
    wait_for(lambda: bench.calls == ["done", "rest"])
    bench.put(1)
    wait_for(lambda: bench.calls == ["done", "rest", "done", "rest"])
    assert bench.answers == [(0, None), (1, None)]


def test_a_task_that_takes_too_long_is_seen(bench: Bench) -> None:
    beats = list[float]()
    beat = bench.desk.pulse.beat
    bench.desk.pulse.beat = lambda within_s: (beats.append(within_s), beat(-1.0))[1]  # type: ignore[method-assign,func-returns-value]
    slow = Slow()
    bench.put(0, slow)
    assert slow.begun.wait(patient(10))
    assert bench.desk.hangs
    slow.may_end.set()
    wait_for(lambda: not bench.desk.hangs)
    assert beats == [TASK_LIMIT_S]
