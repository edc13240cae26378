"""Threads for what an answer has to wait for."""

import asyncio
import os
import threading

import pytest

from edgeclassify.web.api.interface import RefusedError
from edgeclassify.web.api.threads import NICENESS, Threads
from tests.support.waiting import patient


def test_a_task_runs_in_a_thread_of_its_own_and_gives_way_to_inference() -> None:
    def task() -> tuple[str, int]:
        return threading.current_thread().name, os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = os.getpriority(os.PRIO_PROCESS, 0)
    name, niceness = asyncio.run(Threads().run(task))
    assert name == "page-task"
    assert niceness >= NICENESS
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_what_it_raises_is_raised() -> None:
    def task() -> None:
        raise ValueError("so")

    with pytest.raises(ValueError, match="so"):
        asyncio.run(Threads().run(task))


def test_so_many_at_once_and_others_wait() -> None:
    running, most, lock = 0, 0, threading.Lock()
    both = threading.Barrier(2, timeout=patient(5))

    def task() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait()
        with lock:
            running -= 1

    async def ask() -> None:
        threads = Threads(at_once=2)
        await asyncio.gather(*(threads.run(task) for _ in range(6)))

    asyncio.run(ask())
    assert most == 2


def test_more_than_may_wait_are_refused() -> None:
    go = threading.Event()

    async def ask() -> list[object]:
        threads = Threads(at_once=1, most_waiting=2)
        tasks = [asyncio.ensure_future(threads.run(lambda: go.wait(patient(5)))) for _ in range(4)]
        await asyncio.sleep(0.05)
        go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    *done, last = asyncio.run(ask())
    assert done == [True, True, True]
    assert isinstance(last, RefusedError)
    assert last.status == 503


def test_a_place_is_taken_until_the_task_ends_though_nobody_waits_any_more() -> None:
    begun, go = threading.Event(), threading.Event()

    def task() -> None:
        begun.set()
        go.wait(patient(5))

    async def ask() -> str:
        threads = Threads(at_once=1)
        gone = asyncio.ensure_future(threads.run(task))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        gone.cancel()
        other = asyncio.ensure_future(threads.run(lambda: "ran"))
        await asyncio.sleep(0.05)
        assert not other.done()
        go.set()
        return await other

    assert asyncio.run(ask()) == "ran"


def test_a_task_that_outlives_its_loop_harms_nobody() -> None:
    go = threading.Event()

    async def ask() -> None:
        asyncio.ensure_future(Threads().run(lambda: go.wait(patient(5))))  # noqa: RUF006
        await asyncio.sleep(0.05)

    asyncio.run(ask())
    go.set()


def test_where_the_system_gives_no_thread_the_place_is_free_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def ask() -> str:
        threads = Threads(at_once=1)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            with pytest.raises(RefusedError, match="busy"):
                await threads.run(lambda: "never")
        return await threads.run(lambda: "ran")

    assert asyncio.run(ask()) == "ran"
