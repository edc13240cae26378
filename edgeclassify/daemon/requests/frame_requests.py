"""Requests that need a frame: answered when one has come, or with an error after LOOK_TIMEOUT_S."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from edgeclassify.contract import responses
from edgeclassify.contract.bodies import Body
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.daemon.node import Node
from edgeclassify.daemon.requests.answers import answer_with, refuse
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.pipeline.interface import ViewResult
from edgeclassify.pipeline.view import View
from edgeclassify.types import Command, Request

LOOK_TIMEOUT_S = 15.0
"""How long a request waits for a frame."""


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A request, and the view's result that it waits for until then (monotonic seconds)."""

    request: Request
    view: View
    future: Future[ViewResult]
    until: float


class FrameRequests:
    """Used by the daemon's thread. `clock`: monotonic seconds."""

    def __init__(self, node: Node, clock: Callable[[], float] = time.monotonic) -> None:
        self._node, self._clock = node, clock
        self._awaited: list[_Awaited] = []

    def begin(self, request: Request) -> None:
        """Await a frame of the request's view. Raises EdgeClassifyError where there is nothing to wait for."""
        if request.command is Command.SNAPSHOT and self._node.snapshots is None:
            raise EdgeClassifyError(self._node.no_snapshots_because)
        view = self._node.view(request.view)
        self._awaited.append(_Awaited(request, view, view.asks.add(), self._clock() + LOOK_TIMEOUT_S))
        self._node.hurry(view.camera)

    def settle(self) -> None:
        """Answer what has its frame by now, and what has waited too long."""
        awaited, self._awaited = self._awaited, []
        self._awaited += [one for one in awaited if not self._settle(one)]

    def drop(self, reason: str) -> None:
        """No frame will come for those that wait: the threads have been stopped."""
        for one in self._awaited:
            one.future.cancel()
            refuse(one.request, reason)
        self._awaited = []

    def _settle(self, one: _Awaited) -> bool:
        """Answer where there is something to answer; False while it still waits."""
        if one.future.done():
            give = self._shot if one.request.command is Command.SNAPSHOT else _scores
            answer_with(lambda: give(one, one.future.result()), one.request)
        elif self._clock() >= one.until:
            one.future.cancel()
            refuse(one.request, f"view {one.view.name}: no frame within {LOOK_TIMEOUT_S:g} s")
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
