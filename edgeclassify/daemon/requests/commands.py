"""Requests, carried out in the daemon's main thread.

Whoever hears them leaves them in a bounded queue. What needs a frame is answered when one has come, or with an
error after LOOK_TIMEOUT_S; everything else at once.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from edgeclassify.contract import bodies
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.daemon.options import OptionStore
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import Health
from edgeclassify.model.catalog import load_catalog, model_path
from edgeclassify.pipeline.interface import ViewResult
from edgeclassify.pipeline.view import View
from edgeclassify.publish.snapshots import SnapshotTaker
from edgeclassify.types import Command, NodeInfo, Option, OptionValue, Request, Response

log = logging.getLogger(__name__)

LOOK_TIMEOUT_S = 15.0
"""How long a request waits for a frame."""
QUEUE = 32
"""Requests that wait to be carried out; more of them are answered with an error."""
TOP = 5
"""Labels that classify_now lists."""
STOPPING = "the daemon stops"


class Node(Protocol):
    """What the desk may do with the running daemon."""

    @property
    def views(self) -> tuple[View, ...]:
        """The views, running."""

    @property
    def snapshots(self) -> SnapshotTaker | None:
        """Who takes pictures; None: nobody may."""

    @property
    def no_snapshots_because(self) -> str:
        """What to say where nobody may."""

    def info(self) -> NodeInfo:
        """What runs here."""

    def figures(self) -> Health:
        """Figures of the running daemon."""

    def reload(self, accepted: Callable[[Sequence[str]], None]) -> None:
        """Take over the changed config. Raises EdgeClassifyError where that is refused.

        `accepted` is called with the names of its views when nothing can go wrong any more: after the switch, or
        before it where the topics change.
        """

    def switch(self, view: View, enabled: bool) -> None:
        """Watch a view, or let it rest."""

    def renew_intervals(self) -> None:
        """A view's interval has been changed."""

    def hurry(self, camera: str) -> None:
        """Hand over the camera's next frame at once."""

    def show_option(self, view: str, option: Option, value: OptionValue) -> None:
        """Publish what an option is set to."""

    def configured(self, view: str, option: Option) -> OptionValue:
        """What the config says of an option."""


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A request that needs a frame."""

    request: Request
    view: View
    future: Future[ViewResult]
    until: float


class CommandHandler:
    """`put` may be called from any thread; `work` carries out what has come, in the daemon's thread.

    `on_put` is called after each `put`, so that the daemon looks soon.
    """

    def __init__(self, node: Node, options: OptionStore, on_put: Callable[[], None]) -> None:
        self._node, self._options, self._on_put = node, options, on_put
        self._queue: deque[Request] = deque()
        self._closed = False
        self._lock = Lock()
        self._awaited: list[_Awaited] = []
        self._commands: dict[Command, Callable[[Request], dict[str, Any] | None]] = {
            Command.PING: self._ping,
            Command.INFO: self._info,
            Command.SNAPSHOT: self._await_frame,
            Command.CLASSIFY_NOW: self._await_frame,
            Command.PAUSE: self._pause,
            Command.RESUME: self._resume,
            Command.RELOAD: self._reload,
            Command.MODELS: self._models,
            Command.SET: self._set,
        }

    def put(self, request: Request) -> None:
        """Leave a request. Drop policy: of more than QUEUE the newest is answered with an error."""
        with self._lock:
            closed, full = self._closed, len(self._queue) >= QUEUE
            if not (closed or full):
                self._queue.append(request)
        if closed:
            self._refuse(request, STOPPING)
        elif full:
            self._refuse(request, "the daemon is busy: too many requests wait. Ask again later.")
        else:
            self._on_put()

    def work(self) -> None:
        """Carry out what has come, and answer what has its frame by now."""
        while self._queue:
            self._carry_out(self._queue.popleft())
        awaited, self._awaited = self._awaited, []
        for one in awaited:
            if not self._settle(one):
                self._awaited.append(one)

    def close(self) -> None:
        """The daemon stops: what waits, and what still comes, is answered with an error."""
        with self._lock:
            self._closed = True
        while self._queue:
            self._refuse(self._queue.popleft(), STOPPING)

    def drop_awaited(self, reason: str) -> None:
        """No frame will come for those that wait: the threads are about to be stopped."""
        for one in self._awaited:
            one.future.cancel()
            self._refuse(one.request, reason)
        self._awaited = []

    def _carry_out(self, request: Request) -> None:
        self._answer_with(self._commands[request.command], request)

    def _answer_with(self, carry_out: Callable[[Request], dict[str, Any] | None], request: Request) -> None:
        """Answer with what `carry_out` gives, or with its error; None: the answer is given later."""
        try:
            data = carry_out(request)
        except EdgeClassifyError as error:
            self._refuse(request, str(error))
        except Exception as error:
            # One request must not end a daemon that runs for months.
            log.exception("request %s failed by a fault in edgeclassify", request.command)
            self._refuse(request, f"{type(error).__name__}: {error}")
        else:
            if data is not None:
                request.asker.answer(Response(request.command, request.transaction, data))

    def _refuse(self, request: Request, error: str) -> None:
        request.asker.answer(Response(request.command, request.transaction, {}, error))

    # --- commands --------------------------------------------------------------------------------------

    def _ping(self, _: Request) -> dict[str, Any]:
        return {"ts": rfc3339(time.time())}

    def _info(self, _: Request) -> dict[str, Any]:
        info = self._node.info()
        return {
            "version": info.version,
            "session": info.session,
            "started": rfc3339(info.started),
            "models": {view.name: view.classifier.info.name for view in self._node.views},
            "options": {
                view.name: {str(option): value_of(view, option) for option in Option} for view in self._node.views
            },
            "health": bodies.Figures.of(self._node.figures()).content(),
        }

    def _models(self, _: Request) -> dict[str, Any]:
        used: dict[str, list[str]] = {}
        for view in self._node.views:
            used.setdefault(view.classifier.info.name, []).append(view.name)
        entries = load_catalog().entries.values()
        known = [{"name": entry.name, "installed": model_path(entry) is not None} for entry in entries]
        return {"models": known, "in_use": used}

    def _pause(self, request: Request) -> dict[str, Any]:
        return self._switch(request, enabled=False)

    def _resume(self, request: Request) -> dict[str, Any]:
        return self._switch(request, enabled=True)

    def _switch(self, request: Request, *, enabled: bool) -> dict[str, Any]:
        views = list(self._node.views) if request.view is None else [self._view(request)]
        for view in views:
            self._node.switch(view, enabled)
            self._node.show_option(view.name, Option.ENABLED, enabled)
            if enabled:  # or what was switched off for good would be off again after a restart
                configured = self._node.configured(view.name, Option.ENABLED)
                self._options.set(view.name, Option.ENABLED, configured, configured)
        return {"views": [view.name for view in views], "enabled": enabled}

    def _reload(self, request: Request) -> None:
        """Answered where it was asked: the new config may have another name for this node."""

        def accepted(views: Sequence[str]) -> None:
            request.asker.answer(Response(request.command, request.transaction, {"views": list(views)}))

        self._node.reload(accepted)

    def _set(self, request: Request) -> dict[str, Any]:
        view, option, value = self._view(request), request.option, request.value
        assert option is not None, "a valid request to set names an option"
        assert value is not None, "a valid request to set has a value"
        try:
            self._apply(view, option, value)
        finally:
            # Also after a refusal: whoever asked may show the value that it asked for.
            self._node.show_option(view.name, option, value_of(view, option))
        self._options.set(view.name, option, value, self._node.configured(view.name, option))
        return {"view": view.name, "option": str(option), "value": value_of(view, option)}

    def _apply(self, view: View, option: Option, value: OptionValue) -> None:
        if option is Option.ENABLED:
            self._node.switch(view, bool(value))
        elif option is Option.THRESHOLD:
            view.adopt(lambda rules: rules.with_threshold(float(value)))
        else:
            view.adopt(lambda rules: rules.with_interval(float(value)))
            self._node.renew_intervals()

    # --- what needs a frame ----------------------------------------------------------------------------

    def _await_frame(self, request: Request) -> None:
        if request.command is Command.SNAPSHOT and self._node.snapshots is None:
            raise EdgeClassifyError(self._node.no_snapshots_because)
        view = self._view(request)
        until = time.monotonic() + LOOK_TIMEOUT_S
        self._awaited.append(_Awaited(request, view, view.asks.add(), until))
        self._node.hurry(view.camera)

    def _settle(self, one: _Awaited) -> bool:
        """Answer where there is something to answer; False while it still waits."""
        if one.future.done():
            self._answer_look(one)
        elif time.monotonic() >= one.until:
            one.future.cancel()
            self._refuse(one.request, f"view {one.view.name}: no frame within {LOOK_TIMEOUT_S:g} s")
        else:
            return False
        return True

    def _answer_look(self, one: _Awaited) -> None:
        give = self._shot if one.request.command is Command.SNAPSHOT else self._scores
        self._answer_with(lambda _: give(one, one.future.result()), one.request)

    def _scores(self, one: _Awaited, look: ViewResult) -> dict[str, Any]:
        prediction = look.prediction
        return {
            "view": one.view.name,
            "ts": rfc3339(prediction.captured_at),
            "top": [{"label": row.label, "score": row.score} for row in prediction.top(TOP)],
            "ms": prediction.ms,
        }

    def _shot(self, one: _Awaited, look: ViewResult) -> dict[str, Any]:
        snapshots = self._node.snapshots
        if snapshots is None:
            raise EdgeClassifyError(self._node.no_snapshots_because)
        shot = snapshots.take_now(look.frame, one.view.region, look.state)
        return {
            "view": one.view.name,
            "ts": rfc3339(look.frame.captured_at),
            "bytes": len(shot.jpeg),
            "width": shot.width,
            "height": shot.height,
            "path": None if shot.path is None else str(shot.path),
            "published": shot.published,
        }

    def _view(self, request: Request) -> View:
        """The view that is meant: where there is one only, it need not be named."""
        views = self._node.views
        found = [view for view in views if view.name == request.view] if request.view else list(views)
        if len(found) != 1:
            names = ", ".join(view.name for view in views)
            raise EdgeClassifyError(f"view: expected one of {names}, found {request.view or 'none'}")
        return found[0]


def value_of(view: View, option: Option) -> OptionValue:
    """What an option of a view is set to now."""
    if option is Option.ENABLED:
        return view.enabled
    return view.rules.threshold_enter if option is Option.THRESHOLD else view.rules.pace.interval_s
