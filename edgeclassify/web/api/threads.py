"""Threads for what an answer has to wait for: files, pictures, models. The server's loop waits for nothing."""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TypeVar

from edgeclassify.web.api.refused import RefusedError

T = TypeVar("T")

AT_ONCE = 4
"""Threads at a time: a small machine has as many cores, and one card."""
NICENESS = 10
MOST_WAITING = 64
"""Tasks that wait for one; more are refused."""


class Threads:
    """`run` belongs to one loop. A thread that hangs keeps its place, and does not keep the process from its end.

    Drop policy: of more than MOST_WAITING tasks the newest is refused.
    """

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._waiting = 0

    async def run(self, task: Callable[[], T]) -> T:
        """What the task gives, or raises. Raises RefusedError where too many wait."""
        if self._waiting >= self._most_waiting:
            raise _busy()
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        return await self._started(task)

    def _started(self, task: Callable[[], T]) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def settle(give: Callable[[], None]) -> None:
            self._places.release()
            if not outcome.done():  # nobody waits any more
                give()

        def work() -> None:
            _yield_to_inference()
            try:
                result = task()
            except Exception as error:  # noqa: BLE001 - whoever waits gets it
                give = _raising(outcome, error)
            else:

                def give() -> None:
                    outcome.set_result(result)

            with suppress(RuntimeError):  # the loop is closed: the page is gone
                loop.call_soon_threadsafe(settle, give)

        try:
            threading.Thread(target=work, name="page-task", daemon=True).start()
        except RuntimeError as error:  # the system lets the process have no more
            self._places.release()
            raise _busy() from error
        return outcome


def _busy() -> RefusedError:
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the page is busy: ask again in a moment")


def _yield_to_inference() -> None:
    """Who looks at the page may wait; frames don't. On Linux each thread has a niceness of its own."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _raising(outcome: "asyncio.Future[T]", error: Exception) -> Callable[[], None]:
    return lambda: outcome.set_exception(error)
