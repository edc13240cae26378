"""When what is free is given back: once things have settled, and now and then."""

import pytest

from edgeclassify.daemon.process.memory_care import AGAIN_S, SETTLED_S, MemoryCare
from tests.support.clock import Clock


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.given: list[bool] = []
        self.care = MemoryCare(self.given.append, self.clock)

    def after(self, seconds: float) -> list[bool]:
        """What was given back by then: after much was loaded, or not."""
        self.clock.now += seconds
        self.care.work()
        return self.given


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_nothing_is_given_back_before_anything_was_loaded(bench: Bench) -> None:
    assert bench.after(10 * AGAIN_S) == []


def test_once_when_the_start_has_settled(bench: Bench) -> None:
    bench.care.loaded()

    assert bench.after(SETTLED_S - 0.1) == []
    assert bench.after(0.1) == [True]
    assert bench.after(AGAIN_S - 0.1) == [True]


def test_a_reload_while_the_start_settles_puts_it_off(bench: Bench) -> None:
    bench.care.loaded()
    bench.after(SETTLED_S - 0.1)
    bench.care.loaded()

    assert bench.after(SETTLED_S - 0.1) == []
    assert bench.after(0.1) == [True]


def test_again_each_hour(bench: Bench) -> None:
    bench.care.loaded()
    bench.after(SETTLED_S)

    assert bench.after(AGAIN_S) == [True, False]
    assert bench.after(AGAIN_S) == [True, False, False]
    bench.care.loaded()
    assert bench.after(SETTLED_S) == [True, False, False, True]
