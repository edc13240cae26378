"""A thread that only infers, so that another one can prepare and decide meanwhile."""

import threading
from contextlib import suppress
from queue import Empty, SimpleQueue

from edgeclassify.pipeline.turns import Turn


class InferringThread:
    """Infers turns in their order. It begins with the first of them. Used by one thread, which bounds them."""

    def __init__(self, letting_go: threading.Event) -> None:
        """`letting_go`: when it is set no other frame is begun with."""
        self._letting_go = letting_go
        self._at_hand: tuple[str, int] | None = None
        """Camera and number of the frame that was begun last; the frame itself may be lent."""
        self._todo: SimpleQueue[Turn | None] = SimpleQueue()
        self._done: SimpleQueue[None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, turn: Turn) -> None:
        """It is to be inferred, behind those that were given before."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="inferring", daemon=True)
            self._thread.start()
        self._todo.put(turn)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until one more is inferred; False where none was in `timeout_s`, None: however long it takes."""
        try:
            self._done.get(timeout=timeout_s)
        except Empty:
            return False
        return True

    def close(self) -> None:
        """End when the one at hand is inferred; those that have not begun are discarded."""
        with suppress(Empty):
            while (turn := self._todo.get_nowait()) is not None:
                turn.drop()
        if self._thread is not None:
            self._todo.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while self._infer_next():
            pass

    def _infer_next(self) -> bool:
        """Nothing of it is held afterwards: the frame may be lent."""
        turn = self._todo.get()
        if turn is None:
            return False
        frame = turn.frame.camera, turn.frame.sequence
        if self._letting_go.is_set() and frame != self._at_hand:
            turn.drop()
        else:
            self._at_hand = frame
            turn.infer()
        self._done.put(None)
        return True
