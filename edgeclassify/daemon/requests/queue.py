"""Requests that wait for the daemon's main thread, which carries them out."""

from collections import deque
from collections.abc import Callable
from threading import Lock

from edgeclassify.daemon.requests.answers import refuse
from edgeclassify.types import Request

CAPACITY = 32
"""Requests that wait to be carried out; more of them are answered with an error."""
STOPPING = "the daemon stops"


class RequestQueue:
    """`put` may be called from any thread, the rest belongs to the daemon's.

    `on_put` is called after each request that is kept, so that the daemon looks soon. Drop policy: of more than
    CAPACITY the newest is answered with an error.
    """

    def __init__(self, on_put: Callable[[], None]) -> None:
        self._on_put = on_put
        self._waiting: deque[Request] = deque()
        self._closed = False
        self._lock = Lock()

    def put(self, request: Request) -> None:
        """Leave a request."""
        with self._lock:
            closed, full = self._closed, len(self._waiting) >= CAPACITY
            if not (closed or full):
                self._waiting.append(request)
        if closed:
            refuse(request, STOPPING)
        elif full:
            refuse(request, "the daemon is busy: too many requests wait. Ask again later.")
        else:
            self._on_put()

    def take(self) -> Request | None:
        """The one that has waited longest; None: none waits."""
        return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        """The daemon stops: what waits, and what still comes, is answered with an error."""
        with self._lock:
            self._closed = True
        while (request := self.take()) is not None:
            refuse(request, STOPPING)
