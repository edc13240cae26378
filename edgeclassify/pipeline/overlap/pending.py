"""What is not concluded yet, in its order: results are decided on as they would be one after the other."""

import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from edgeclassify.pipeline.overlap.inferring import InferringThread
from edgeclassify.pipeline.turns import Turn
from edgeclassify.pipeline.view import View
from edgeclassify.types import Frame


class _Step(NamedTuple):
    conclude: Callable[[], None]
    turn: Turn | None
    """What must be inferred before; None: nothing."""
    of: Turn | None
    """The turn that is concluded by it, inferred or not."""


class Pending:
    """Steps that conclude, each in its turn. The first of them waits for the inferring thread, or there is none.

    Used by the inference thread.
    """

    def __init__(self, letting_go: threading.Event) -> None:
        """`letting_go`: when it is set a frame with which nobody has begun is dropped, with what is behind it."""
        self._inferring = InferringThread(letting_go)
        self._steps: deque[_Step] = deque()
        self.inferences = 0
        """How many are to be inferred."""
        self.ended = False
        """True: a frame was dropped. Nothing behind it is inferred or concluded."""

    def __bool__(self) -> bool:
        return bool(self._steps)

    @property
    def first(self) -> Turn | None:
        """The turn that is being inferred; None: none is."""
        return self._steps[0].turn if self._steps else None

    def unfinished(self, view: View) -> list[Frame]:
        """The frames at which turns of a view are not concluded."""
        return [step.of.frame for step in self._steps if step.of is not None and step.of.view is view]

    def add(self, conclude: Callable[[], None], of: Turn | None = None) -> None:
        """What needs no inference: at once, or behind what is pending."""
        if self.ended:
            return
        if self._steps:
            self._steps.append(_Step(conclude, None, of))
        else:
            conclude()

    def infer(self, turn: Turn, conclude: Callable[[], None]) -> None:
        """Have it inferred by the other thread, and concluded behind what is pending."""
        self._steps.append(_Step(conclude, turn, turn))
        self.inferences += 1
        self._inferring.submit(turn)

    def conclude_next(self, timeout_s: float | None = None) -> bool:
        """Conclude the first inference and what follows it, up to the next one; False where it was not done in
        `timeout_s` (None: however long it takes), or there is none. Raises what concluding raises."""
        if not self._steps or not self._inferring.wait(timeout_s):
            return False
        step = self._steps.popleft()
        self.inferences -= 1
        if step.turn is not None and step.turn.is_dropped:
            self._end()
            return True
        step.conclude()
        while self._steps and self._steps[0].turn is None:
            self._steps.popleft().conclude()
        return True

    def conclude_all(self) -> None:
        """However long it takes. Raises what concluding raises."""
        while self.conclude_next():
            pass

    def conclude_those_of(self, view: View) -> None:
        """All up to the last turn of a view."""
        while self.unfinished(view):
            self.conclude_next()

    def _end(self) -> None:
        """Nothing that is pending is concluded. The other thread has dropped all of it when this returns."""
        self.ended = True
        while self._steps:
            if self._steps.popleft().turn is not None:
                self._inferring.wait()
        self.inferences = 0

    def close(self) -> None:
        """End the thread; what is pending is not concluded."""
        self._inferring.close()
        self._steps.clear()
        self.inferences = 0
