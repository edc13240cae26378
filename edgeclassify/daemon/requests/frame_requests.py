"""Requests that need a frame: answered when one has come, or with an error when it takes too long."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from edgeclassify.contract import responses
from edgeclassify.contract.bodies import Body
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.daemon.requests.answers import answer_with, refuse
from edgeclassify.daemon.requests.queue import STOPPING
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pipeline.interface import ViewResult
from edgeclassify.pipeline.view import View
from edgeclassify.types import Command, Request

if TYPE_CHECKING:
    from edgeclassify.publish.snapshots import SnapshotTaker

LOOK_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A request, and the view's result that it waits for until then (monotonic seconds)."""

    request: Request
    view: View
    future: Future[ViewResult]
    until: float


Teach = Callable[[Request, View, ViewResult], None]
_Give = Callable[[_Awaited, ViewResult], Body | None]


class AskedNode(Protocol):
    """The node, as far as a frame is asked of it."""

    @property
    def snapshots(self) -> "SnapshotTaker | None":
        """What takes snapshots; None: none may be taken."""

    @property
    def no_snapshots_because(self) -> str:
        """What to say where nobody may."""

    def view(self, name: str | None) -> View:
        """The view that is meant. Raises EdgeClassifyError."""

    def hurry(self, camera: str) -> None:
        """Hand over the camera's next frame at once."""


class FrameRequests:
    """Used by the daemon's thread. `timeout_s`: how long a request waits. `teach`: who makes an example of a frame
    and answers. `clock`: monotonic seconds."""

    def __init__(
        self,
        node: AskedNode,
        timeout_s: float = LOOK_TIMEOUT_S,
        clock: Callable[[], float] = time.monotonic,
        teach: Teach | None = None,
    ) -> None:
        self._node, self._timeout_s, self._clock = node, timeout_s, clock
        self._give: dict[Command, _Give] = {Command.SNAPSHOT: self._shot, Command.CLASSIFY_NOW: _scores}
        if teach is not None:
            self._give[Command.TEACH_ADD] = lambda one, look: teach(one.request, one.view, look)
        self._awaited: list[_Awaited] = []

    def begin(self, request: Request) -> None:
        """Await a frame of the request's view. Raises EdgeClassifyError where there is nothing to wait for."""
        if request.command is Command.SNAPSHOT and self._node.snapshots is None:
            raise EdgeClassifyError(self._node.no_snapshots_because)
        view = self._node.view(request.view)
        self._awaited.append(_Awaited(request, view, view.waiters.add(), self._clock() + self._timeout_s))
        self._node.hurry(view.camera)

    def settle(self) -> None:
        """Answer what has its frame by now, and what has waited too long."""
        awaited, self._awaited = self._awaited, []
        self._awaited += [one for one in awaited if not self._settle(one)]

    def drop(self) -> None:
        """The daemon stops: no frame will come for those that wait."""
        for one in self._awaited:
            one.future.cancel()
            refuse(one.request, STOPPING)
        self._awaited = []

    def move(self) -> None:
        """Other views may have taken the place of those there were: who waits, waits for a frame of those."""
        self.settle()
        awaited, self._awaited = self._awaited, []
        for one in awaited:
            one.future.cancel()
            try:
                view = self._node.view(one.view.name)
            except EdgeClassifyError as error:
                refuse(one.request, str(error))
                continue
            self._awaited.append(replace(one, view=view, future=view.waiters.add()))
            self._node.hurry(view.camera)

    def _settle(self, one: _Awaited) -> bool:
        """Answer where there is something to answer; False while it still waits."""
        if one.future.done():
            give = self._give[one.request.command]
            answer_with(lambda: give(one, one.future.result()), one.request)
        elif self._clock() >= one.until:
            one.future.cancel()
            refuse(one.request, f"view {one.view.name}: no frame within {self._timeout_s:g} s")
        else:
            return False
        return True

    def _shot(self, one: _Awaited, look: ViewResult) -> Body:
        snapshots = self._node.snapshots
        if snapshots is None:
            raise EdgeClassifyError(self._node.no_snapshots_because)
        shot = snapshots.take_now(look.frame, one.view.region, look.state)
        return responses.Shot.made(
            view=one.view.name,
            ts=rfc3339(look.frame.captured_at),
            bytes=len(shot.jpeg),
            width=shot.width,
            height=shot.height,
            path=None if shot.path is None else str(shot.path),
            published=shot.published,
        )


def _scores(one: _Awaited, look: ViewResult) -> Body:
    return responses.Scores.of(one.view.name, look.prediction)
