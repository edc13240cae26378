"""Those who wait for a view's next frame, and are answered with what is seen there."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.pipeline.interface import ViewResult


class FrameWaiters:
    """Asked from any thread, answered by the inference thread."""

    def __init__(self) -> None:
        self._waiting: deque[Future[ViewResult]] = deque()

    def __bool__(self) -> bool:
        """True while somebody waits."""
        return bool(self._waiting)

    def add(self) -> Future[ViewResult]:
        """Somebody asks, and may cancel."""
        future: Future[ViewResult] = Future()
        self._waiting.append(future)
        return future

    def answer(self, result: ViewResult) -> None:
        """Give those who asked what they asked for."""
        for future in self._taken():
            future.set_result(result)

    def refuse(self, error: EdgeClassifyError) -> None:
        """Tell those who asked why there is nothing to be seen."""
        for future in self._taken():
            future.set_exception(error)

    def _taken(self) -> Iterator[Future[ViewResult]]:
        while self._waiting:
            future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                yield future
