"""What the page has the daemon's thread do: bounded, each with its outcome."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from edgeclassify.errors import EdgeClassifyError

log = logging.getLogger(__name__)

T = TypeVar("T")

CAPACITY = 8
"""Tasks that wait; more are refused."""


class Tasks:
    """`put` from any thread, `work` and `close` by the daemon's. `on_put` wakes that one.

    Drop policy: of more than CAPACITY tasks the newest is refused.
    """

    def __init__(self, on_put: Callable[[], None]) -> None:
        self._on_put = on_put
        self._waiting: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._closed = False
        self._lock = threading.Lock()

    def put(self, task: Callable[[], T]) -> "Future[T]":
        """Its outcome, which is an EdgeClassifyError where it is refused."""
        future: Future[T] = Future()
        with self._lock:
            refused = "the daemon is stopping" if self._closed else ""
            if not refused and len(self._waiting) >= CAPACITY:
                refused = "the daemon is busy: too many changes wait. Try again in a moment."
            if not refused:
                self._waiting.append((task, future))
        if refused:
            future.set_exception(EdgeClassifyError(refused))
        else:
            self._on_put()
        return future

    def work(self) -> None:
        """Do what waits."""
        while (found := self._next()) is not None:
            task, future = found
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task())
            except EdgeClassifyError as error:
                future.set_exception(error)
            except Exception as error:  # noqa: BLE001 - who asked is told; it must not end the daemon
                log.error("what the page asked for failed by a fault in edgeclassify", exc_info=error)
                future.set_exception(EdgeClassifyError("a fault in edgeclassify: its log tells more"))

    def close(self) -> None:
        """The daemon stops: what waits is refused."""
        with self._lock:
            self._closed = True
        while (found := self._next()) is not None:
            if found[1].set_running_or_notify_cancel():
                found[1].set_exception(EdgeClassifyError("the daemon is stopping"))

    def _next(self) -> tuple[Callable[[], Any], "Future[Any]"] | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None
