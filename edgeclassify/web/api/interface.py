"""What an answer over HTTP is made of: an endpoint, what was asked of it, and what it may refuse.

The routes and the OpenAPI document are made of the same endpoints (`endpoints`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.web.interface import PageNode
from edgeclassify.web.live.board import Board
from edgeclassify.web.pictures.onlookers import PictureTaker


class ApiBody(BaseModel):
    """What is said in JSON, either way: unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(ApiBody):
    """What was wrong, in one sentence for people."""

    error: str


class RefusedError(EdgeClassifyError):
    """Asked for what can't be answered. `status`: of HTTP."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Around:
    """What endpoints work with."""

    node: PageNode
    board: Board
    pictures: PictureTaker


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of an endpoint, checked. `path`: the parameters in its path; `query` and `body`: of the
    classes that the endpoint declares; None: it declares none."""

    around: Around
    request: Request
    path: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None


Answer = Callable[[Asked], Awaitable[Response | BaseModel | None]]
"""In the server's loop: what blocks goes to a thread. A body is sent as JSON, None as 204. Raises
EdgeClassifyError where it refuses."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path, as in "/api/cameras/{camera}/frame.jpg".

    `subject`: by which the document groups them. `query`, `body`: classes that what comes is checked by; `takes`:
    the content type of a body that is no JSON, at most `most_bytes` of it. `gives`: the class of the answer, or
    its content type; None: nothing.
    """

    method: str
    path: str
    answer: Answer
    summary: str
    subject: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    takes: str | None = None
    most_bytes: int = 100_000
    gives: type[BaseModel] | str | None = None
    is_open: bool = False
    """True where nobody need log in for it."""
    needs_pictures: bool = False
    """True where it is not there on a node that shows no pictures."""
