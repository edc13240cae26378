"""Where taught models are worked on: a thread of its own, one task after the other, so that no frame waits."""

import logging
import threading
from collections import deque
from collections.abc import Callable

from edgeclassify.contract.bodies import Body
from edgeclassify.daemon.requests.answers import answer_with, refuse
from edgeclassify.daemon.requests.queue import STOPPING
from edgeclassify.pulse import Pulse
from edgeclassify.types import Request

log = logging.getLogger(__name__)

CAPACITY = 16
"""Tasks that wait; more are answered with an error."""
TASK_LIMIT_S = 600.0
"""For one task: a fit of thousands of examples, on the slowest node there is."""
IDLE_S = 60.0
"""How long the network below the heads is kept open for the next task."""
BUSY = f"{CAPACITY} requests of taught models wait already. Ask again later."

Task = Callable[[], Body]
"""Does what a request asks for, and gives the answer. Raises EdgeClassifyError where it can't."""


class TeachingDesk:
    """The thread begins with the first task. `rest` is called in it after `idle_s` seconds without one, and at its
    end: it lets go of what tasks have opened. `on_done` is called in it after each task.

    Drop policy: of more than CAPACITY tasks the newest is answered with an error.
    """

    def __init__(
        self,
        *,
        rest: Callable[[], None] = lambda: None,
        on_done: Callable[[], None] = lambda: None,
        idle_s: float = IDLE_S,
    ) -> None:
        self._rest, self._on_done, self._idle_s = rest, on_done, idle_s
        self._tasks: deque[tuple[Request, Task]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self.pulse = Pulse()

    @property
    def hangs(self) -> bool:
        """True while a task takes longer than any may."""
        return self.pulse.late

    def put(self, request: Request, task: Task) -> None:
        """The request is answered when the task is done. Returns at once; called by one thread."""
        with self._changed:
            closed, full = self._closed, len(self._tasks) >= CAPACITY
            if not (closed or full):
                self._tasks.append((request, task))
                self._changed.notify()
        if closed or full:
            refuse(request, STOPPING if closed else BUSY)
        elif self._thread is None:
            self._thread = threading.Thread(target=self._run, name="teaching", daemon=True)
            self._thread.start()

    def close(self, timeout_s: float) -> None:
        """What waits is answered with an error; the task at hand has so many seconds to end."""
        with self._changed:
            self._closed = True
            waiting = list(self._tasks)
            self._tasks.clear()
            self._changed.notify()
        for request, _ in waiting:
            refuse(request, STOPPING)
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                log.warning("teaching: what was begun did not end in time; nothing of it is kept")

    def _run(self) -> None:
        while (task := self._next()) is not None:
            self.pulse.beat(TASK_LIMIT_S)
            request, carry_out = task
            answer_with(carry_out, request)
            self.pulse.rest()
            self._on_done()
        self._rest()

    def _next(self) -> tuple[Request, Task] | None:
        """The one that has waited longest; None: no more come."""
        with self._changed:
            idle = not self._changed.wait_for(self._has_news, self._idle_s)
        if idle:
            self._rest()
        with self._changed:
            self._changed.wait_for(self._has_news)
            return None if self._closed else self._tasks.popleft()

    def _has_news(self) -> bool:
        return self._closed or bool(self._tasks)
