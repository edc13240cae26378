"""Each command, carried out on the running node in the daemon's thread: at once, or when a frame has come."""

import time
from collections.abc import Callable, Sequence

from edgeclassify.contract import responses
from edgeclassify.contract.bodies import Body
from edgeclassify.daemon.kept.options import value_of
from edgeclassify.daemon.node import Node
from edgeclassify.daemon.requests.answers import answer, answer_with
from edgeclassify.daemon.requests.frame_requests import FrameRequests
from edgeclassify.daemon.requests.queue import RequestQueue
from edgeclassify.daemon.teaching.requests import TeachingRequests
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.history.answers import body_of
from edgeclassify.model.catalog import load_catalog, model_path
from edgeclassify.pipeline.view import View
from edgeclassify.publish.history.desk import HistoryDesk, Question
from edgeclassify.types import Command, Option, Request
from edgeclassify.types.requests import TEACHING
from edgeclassify.types.teaching import AddExample

Reload = Callable[[Callable[[Sequence[str]], None]], None]
"""Takes over the changed config. Raises EdgeClassifyError where that is refused.

What it is given is called with the names of the config's views when nothing can go wrong any more: after the
switch, or before it where the topics change.
"""


class CommandHandler:
    """Used by the daemon's thread."""

    def __init__(
        self,
        node: Node,
        frame_requests: FrameRequests,
        reload: Reload,
        history: HistoryDesk | None = None,
        teaching: TeachingRequests | None = None,
    ) -> None:
        self._node, self._frame_requests, self._reload_config = node, frame_requests, reload
        self._history, self._teaching = history or HistoryDesk(), teaching
        self._commands: dict[Command, Callable[[Request], Body | None]] = {
            Command.PING: self._ping,
            Command.INFO: self._info,
            Command.SNAPSHOT: self._frame_requests.begin,
            Command.CLASSIFY_NOW: self._frame_requests.begin,
            Command.PAUSE: self._pause,
            Command.RESUME: self._resume,
            Command.RELOAD: self._reload,
            Command.MODELS: self._models,
            Command.SET: self._set,
            Command.HISTORY: self._ask_history,
            Command.PROFILE: self._choose_profile,
            Command.ANNOUNCE: self._announce,
            **dict.fromkeys((one for one in Command if one.family == TEACHING), self._teach),
        }

    def work(self, queue: RequestQueue) -> None:
        """Carry out what has come, and answer what has its frame by now."""
        while (request := queue.take()) is not None:
            self._carry_out(request)
        self._frame_requests.settle()

    def _carry_out(self, request: Request) -> None:
        command = self._commands[request.command]
        answer_with(lambda: command(request), request)

    def _ping(self, _: Request) -> Body:
        return responses.Ping.of(time.time())

    def _info(self, _: Request) -> Body:
        models = {view.name: view.classifier.info.name for view in self._node.views}
        options = {
            view.name: responses.Options.made(**{str(option): value_of(view, option) for option in Option})
            for view in self._node.views
        }
        return responses.Running.of(self._node.info(), models, options, self._node.figures())

    def _models(self, _: Request) -> Body:
        used: dict[str, list[str]] = {}
        for view in self._node.views:
            used.setdefault(view.classifier.info.name, []).append(view.name)
        known = [
            responses.KnownModel.made(name=one.name, installed=model_path(one) is not None)
            for one in load_catalog().entries.values()
        ]
        return responses.Models.made(models=known, in_use=used)

    def _pause(self, request: Request) -> Body:
        if request.seconds is None:
            return self._switch(request, enabled=False)
        views, until = self._asked_for(request), None
        for view in views:
            until = self._node.snooze(view, request.seconds)
        return responses.Switched.of([view.name for view in views], enabled=False, until=until)

    def _resume(self, request: Request) -> Body:
        return self._switch(request, enabled=True)

    def _switch(self, request: Request, *, enabled: bool) -> Body:
        views = self._asked_for(request)
        for view in views:
            self._node.switch(view, enabled)
        return responses.Switched.of([view.name for view in views], enabled=enabled)

    def _asked_for(self, request: Request) -> Sequence[View]:
        return self._node.views if request.view is None else (self._node.view(request.view),)

    def _choose_profile(self, request: Request) -> Body:
        return responses.ProfileChosen.of(*self._node.profiles.choose(request.profile))

    def _announce(self, _: Request) -> Body:
        return responses.Announced.made(topics=self._node.announce())

    def _reload(self, request: Request) -> None:
        """Answered where it was asked: the new config may have another name for this node."""
        made = responses.Reloaded.made  # imported before anything is switched
        self._reload_config(lambda views: answer(request, made(views=list(views))))

    def _ask_history(self, request: Request) -> None:
        """Answered by the history's own thread: it may have to look through a large file."""
        assert request.query is not None, "a valid request of the history says what is wanted"
        self._history.ask(Question(request.query, lambda give: answer_with(lambda: body_of(give()), request)))

    def _teach(self, request: Request) -> None:
        """Answered by the thread that teaches: it may take seconds. What a view shows now must be seen first."""
        order = request.teaching
        if self._teaching is None:
            raise EdgeClassifyError("nothing is taught on this node")
        if isinstance(order, AddExample) and order.event_id is None:
            self._frame_requests.begin(request)
        else:
            self._teaching.begin(request)

    def _set(self, request: Request) -> Body:
        view, option, value = self._node.view(request.view), request.option, request.value
        assert option is not None, "a valid request to set names an option"
        assert value is not None, "a valid request to set has a value"
        self._node.set_option(view, option, value)
        return responses.OptionSet.made(view=view.name, option=str(option), value=value_of(view, option))
