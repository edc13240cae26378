"""Endpoints as routes: what comes is checked, what is refused is told in one sentence, with a fitting status."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from edgeclassify.contract.bodies import Body
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.late_model import LateModel
from edgeclassify.redaction import scrubbed
from edgeclassify.web.api.incoming import JSON, asked_of
from edgeclassify.web.api.interface import Around, Asked, Endpoint, Problem, RefusedError
from edgeclassify.web.api.refused import status_of
from edgeclassify.web.safety.refusals import RefusedAtDoorError

log = logging.getLogger(__name__)

LARGE_BYTES = 1_000_000
LARGE_AT_ONCE = 2
"""Answers to bodies that may be larger than LARGE_BYTES: they are held in memory; the others wait."""


def routes_of(endpoints: Sequence[Endpoint], around: Around) -> list[Route]:
    """A route for each path, in the order of the endpoints; below /api there is nothing else."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    large = asyncio.Semaphore(LARGE_AT_ONCE)
    routes = [Route(path, _Path(methods, around, large)) for path, methods in paths.items()]
    return [*routes, Route("/api/{rest:path}", _Nothing())]


def problem(status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """What is wrong, in one sentence; nothing that is known to be secret stands in it."""
    # A lone surrogate, as in a file name that is no UTF-8, has no JSON in UTF-8.
    text = scrubbed(message).encode("utf-8", "replace").decode()
    return JSONResponse(Problem(error=text).model_dump(), status, headers)


class _Nothing:
    """An ASGI app, where no endpoint is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await problem(HTTPStatus.NOT_FOUND, "there is nothing at this address")(scope, receive, send)


class _Path:
    """An ASGI app: the endpoints at one path, by their method."""

    def __init__(self, endpoints: Mapping[str, Endpoint], around: Around, large: asyncio.Semaphore) -> None:
        """`large`: places for answers to large bodies, which are held in memory."""
        self._endpoints, self._around, self._large = dict(endpoints), around, large
        asked = endpoints.get("GET")
        if asked is not None and not asked.is_endless:
            self._endpoints["HEAD"] = asked  # the server leaves the body out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._response(request)
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        endpoint = self._endpoints.get(request.method)
        if endpoint is None:
            allowed = ", ".join(self._endpoints)
            found = f"expected {allowed} here, found {request.method[:20]}"
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, found, {"Allow": allowed})
        try:
            return await self._answer(endpoint, request)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except (HTTPException, RefusedAtDoorError):
            raise  # what guards the page answers these
        except EdgeClassifyError as error:
            return _refusal(error)
        except Exception:
            # One answer must not end a server that runs for months.
            log.exception("%s %s failed by a fault in edgeclassify", endpoint.method, endpoint.path)
            return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault in edgeclassify: its log tells more")

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        if endpoint.needs_pictures and not self._around.node.facts.shows_pictures:
            raise RefusedError(HTTPStatus.NOT_FOUND, "this node shows labels only: node.labels_only")
        async with self._large if endpoint.most_bytes > LARGE_BYTES else nullcontext():
            asked: Asked = await asked_of(endpoint, self._around, request, request.path_params)
            return _response_of(await endpoint.answer(asked), endpoint.status)


def _refusal(error: EdgeClassifyError) -> Response:
    status = status_of(error)
    # What is left of a body that is too large is not read.
    headers = {"Connection": "close"} if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else None
    return problem(status, str(error), headers)


def _response_of(given: Response | LateModel | None, status: HTTPStatus) -> Response:
    if given is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if isinstance(given, Response):
        return given
    content = given.encode() if isinstance(given, Body) else given.model_dump_json().encode()
    return Response(content, status, media_type=JSON)
