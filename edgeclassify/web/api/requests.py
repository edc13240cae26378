"""What may be asked of the node over MQTT, asked over HTTP: one endpoint each, with the bodies of the contract.

The answer is what the contract's answer carries as its `data`; where that is an error, it is a Problem.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from types import UnionType
from typing import Any, Union, get_args, get_origin

from starlette.responses import JSONResponse, Response

from edgeclassify import types
from edgeclassify.contract.channels import CHANNELS
from edgeclassify.contract.refusals import RequestError
from edgeclassify.contract.request_payload import MAX_BYTES, Object, body_of
from edgeclassify.contract.requests import request_of
from edgeclassify.contract.responses import Nothing
from edgeclassify.late_model import LateModel, RootModel
from edgeclassify.types import Asker, Command
from edgeclassify.types.requests import TEACHING
from edgeclassify.web.api.interface import Answer, Around, Asked, Endpoint, RefusedError

WAIT_S = 30.0
"""For an answer: the longest that waits for a frame has 15 s."""
CHANGE_TAUGHT = (
    Command.TEACH_ADD,
    Command.TEACH_CORRECT,
    Command.TEACH_FIT,
    Command.TEACH_MOVE,
    Command.TEACH_REMOVE,
    Command.TEACH_UNDO,
    Command.TEACH_LABEL,
)
"""Their answers name a model that is another one by now."""
WAIT_FOR_TEACHING_S = 600.0
"""As long as a task of teaching may take."""


class _Waiting(Asker):
    """Whoever asked over HTTP: waits in the loop that it is made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.response: asyncio.Future[types.Response] = self._loop.create_future()

    def answer(self, response: types.Response) -> None:
        """From any thread. Where the page is gone nobody waits."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._settle, response)

    def _settle(self, response: types.Response) -> None:
        if not self.response.done():
            self.response.set_result(response)


async def ask(around: Around, command: Command, body: Object) -> dict[str, Any]:
    """What the node answers to a command with this body of the contract. Raises RefusedError."""
    node, waiting = around.node, _Waiting()
    views = [view.name for view in node.facts.views]
    try:
        request = request_of(command, body, views, waiting)
    except RequestError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    node.ask(request)
    wait_s = WAIT_FOR_TEACHING_S if command.family == TEACHING else WAIT_S
    try:
        response = await asyncio.wait_for(waiting.response, wait_s)
    except TimeoutError as error:
        raise RefusedError(
            HTTPStatus.GATEWAY_TIMEOUT, f"{command}: the node has not answered within {wait_s:g} s"
        ) from error
    if response.error is not None:
        raise RefusedError(HTTPStatus.CONFLICT, response.error)
    return response.data


def tell_taught(around: Around, model: str) -> None:
    """Have all who look see that a taught model has changed."""
    around.board.say("teaching", {"model": model}, of=model)


def _answer(command: Command) -> Answer:
    async def answer(asked: Asked) -> Response:
        try:
            body = body_of(asked.body)
        except RequestError as error:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
        data = await ask(asked.around, command, body)
        if command in CHANGE_TAUGHT:
            tell_taught(asked.around, data["model"])
        return JSONResponse(data)

    return answer


def _endpoints() -> Iterator[Endpoint]:
    channels = {channel.address.partition("{node}/")[2]: channel for channel in CHANNELS}
    for command in Command:
        asked, answered = channels[f"request/{command}"], channels[f"response/{command}"]
        assert asked.model is not None, "a request is JSON"
        assert answered.model is not None, "so is its answer"
        yield Endpoint(
            "POST",
            f"/api/requests/{command}",
            _answer(command),
            asked.description,
            "requests",
            body=asked.model,
            judges_body=True,
            most_bytes=MAX_BYTES,
            gives=_carried(answered.model),
        )


def _carried(answer: type[LateModel]) -> type[LateModel]:
    """The class of the data of an answer that is no error."""
    said: Any = answer.model_fields["data"].annotation
    kinds = get_args(said) if get_origin(said) in (Union, UnionType) else (said,)
    kinds = tuple(kind for kind in kinds if kind is not Nothing)
    if len(kinds) == 1:
        found: type[LateModel] = kinds[0]
        return found
    return RootModel[Union[kinds]]  # type: ignore[valid-type] # noqa: UP007


REQUESTS = tuple(_endpoints())
