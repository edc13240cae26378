"""What comes with a request: its query and its body, bounded and checked."""

from collections.abc import AsyncIterator, Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from edgeclassify.late_model import LateModel, ValidationError
from edgeclassify.web.api.faults import first_fault
from edgeclassify.web.api.interface import Around, Asked, Endpoint, RefusedError

JSON = "application/json"


async def asked_of(endpoint: Endpoint, around: Around, request: Request, path: Mapping[str, str]) -> Asked:
    """What a request asks of an endpoint. Raises RefusedError."""
    query = None if endpoint.query is None else _query(request, endpoint.query)
    return Asked(around, request, path, query, await _body(endpoint, request))


async def pieces(request: Request, most_bytes: int) -> AsyncIterator[bytes]:
    """The body as it comes, for an answer that has none declared. Raises RefusedError where it is too large."""
    said = request.headers.get("content-length", "")
    _check_size(int(said) if said.isdecimal() else 0, most_bytes)
    size = 0
    async for piece in request.stream():
        size += len(piece)
        _check_size(size, most_bytes)
        yield piece


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body: expected at most {most} bytes, found {size} or more"
        )


def _query(request: Request, kind: type[LateModel]) -> LateModel:
    given: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        if key in given:
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"{key!a}: expected once, found twice in the query"
            )
        given[key] = value
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise _refused(error, kind, "the query") from error


async def _body(endpoint: Endpoint, request: Request) -> Any:
    if endpoint.takes is None and endpoint.body is None:
        return None
    body = b"".join([piece async for piece in pieces(request, endpoint.most_bytes)])
    if endpoint.takes is not None:
        if not body:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"the body: expected {endpoint.takes}, found nothing")
        _check_type(request, endpoint.takes)
        return body
    if body:
        _check_type(request, JSON)
    if endpoint.judges_body or endpoint.body is None:
        return body
    try:
        return endpoint.body.model_validate_json(body or b"{}", strict=True)
    except ValidationError as error:
        raise _refused(error, endpoint.body, "the body") from error


def _check_type(request: Request, expected: str) -> None:
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not fnmatchcase(found, expected):
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: expected {expected}, found {found[:60]!a}"
        )


def _refused(error: ValidationError, kind: type[LateModel], whole: str) -> RefusedError:
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, first_fault(error, kind, whole))
