"""Many items in order: bounded, side by side, errors in their turn, nothing left over."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.library.prefetch import in_order, usual_workers
from tests.support.waiting import patient, wait_for


def same(item: int) -> int:
    return item


@settings(max_examples=30)
@given(st.lists(st.integers(), max_size=40), st.integers(1, 5), st.integers(1, 12))
def test_order_is_kept(items: list[int], workers: int, ahead: int) -> None:
    assert list(in_order(items, same, lambda item: item * 2, workers=workers, ahead=ahead)) == [
        2 * i for i in items
    ]


def test_no_more_are_taken_than_may_be_held() -> None:
    taken: list[int] = []
    gate = threading.Event()

    def work(item: int) -> int:
        gate.wait(patient(10))
        return item

    def take(item: int) -> int:
        taken.append(item)
        if len(taken) == 4:
            gate.set()
        return item

    def endless() -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    with closing(in_order(endless(), take, work, workers=2, ahead=4)) as done:
        for expected in range(50):
            assert next(done) == expected
            assert len(taken) <= expected + 5


def test_workers_work_side_by_side() -> None:
    both = threading.Barrier(2, timeout=patient(10))
    assert len(list(in_order([1, 2], same, lambda _: both.wait(), workers=2, ahead=4))) == 2


def test_items_are_asked_for_and_taken_in_the_callers_thread() -> None:
    seen: set[threading.Thread] = set()

    def items() -> Iterator[int]:
        for number in range(5):
            seen.add(threading.current_thread())
            yield number

    def take(item: int) -> int:
        seen.add(threading.current_thread())
        return item

    workers = set(in_order(items(), take, lambda _: threading.current_thread(), workers=2, ahead=4))
    assert seen == {threading.current_thread()}
    assert not workers & seen


def test_what_is_done_does_not_wait_for_more_items() -> None:
    asked: list[int] = []

    def slow() -> Iterator[int]:
        for number in range(1000):
            time.sleep(0.005)
            asked.append(number)
            yield number

    with closing(in_order(slow(), same, same, workers=1, ahead=1000)) as done:
        assert next(done) == 0
    assert len(asked) < 1000


def test_an_error_comes_in_its_turn() -> None:
    def work(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    done = in_order(range(10), same, work, workers=2, ahead=4)
    assert list(islice(done, 3)) == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(done)


def test_an_error_of_the_items_comes_after_what_was_before_it() -> None:
    def items() -> Iterator[int]:
        yield 0
        yield 1
        raise OSError("no more")

    done = in_order(items(), same, same, workers=2, ahead=10)
    assert list(islice(done, 2)) == [0, 1]
    with pytest.raises(OSError, match="no more"):
        next(done)


def test_who_stops_early_leaves_no_thread_and_begins_nothing_more() -> None:
    before = set(threading.enumerate())
    started, gate = [], threading.Event()

    def work(item: int) -> int:
        started.append(item)
        if item:
            gate.wait(patient(10))
        return item

    done = in_order(range(100), same, work, workers=1, ahead=8)
    assert next(done) == 0
    threading.Timer(0.05, gate.set).start()
    done.close()
    wait_for(lambda: set(threading.enumerate()) == before)
    assert len(started) <= 2


@pytest.mark.parametrize(("cores", "workers"), [(1, 2), (2, 2), (3, 3), (4, 4), (64, 4)])
def test_as_many_workers_as_cores_within_bounds(monkeypatch: pytest.MonkeyPatch, cores: int, workers: int) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)))
    assert usual_workers() == workers
