"""What an answer over HTTP is made of: an endpoint, what was asked of it, and what it may refuse.

The routes and the OpenAPI document are made of the same endpoints (`endpoints`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from edgeclassify.late_model import ConfigDict, LateModel
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.web.api.refused import RefusedError
from edgeclassify.web.api.threads import Threads
from edgeclassify.web.interface import PageNode
from edgeclassify.web.jobs.checkup import Checkup
from edgeclassify.web.jobs.jobs import Jobs
from edgeclassify.web.live.board import Board
from edgeclassify.web.live.log_lines import LogLines
from edgeclassify.web.pictures.onlookers import PictureTaker
from edgeclassify.web.pictures.stills import Stills

__all__ = ["Answer", "ApiBody", "Around", "Asked", "Endpoint", "Problem", "RefusedError"]


class ApiBody(LateModel):
    """What is said in JSON, either way: unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(ApiBody):
    """What was wrong, in one sentence for people."""

    error: str


@dataclass(frozen=True, slots=True)
class Around:
    """What endpoints work with. `threads`: for what blocks."""

    node: PageNode
    board: Board
    pictures: PictureTaker
    stills: Stills = field(default_factory=Stills)
    threads: Threads = field(default_factory=Threads)
    log: LogLines = field(default_factory=LogLines)
    jobs: Jobs = field(default_factory=Jobs)
    checkup: Checkup = field(default_factory=Checkup)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of an endpoint, checked. `path`: the parameters in its path; `query` and `body`: of the
    classes that the endpoint declares; a body that it judges itself is bytes; None: it declares none."""

    around: Around
    request: Request
    path: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None


Answer = Callable[[Asked], Awaitable[Response | LateModel | None]]
"""In the server's loop: what blocks goes to a thread. A body is sent as JSON, None as 204. Raises
EdgeClassifyError where it refuses."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path, as in "/api/cameras/{camera}/frame.jpg".

    `subject`: by which the document groups them. `query`, `body`: classes that what comes is checked by; `takes`:
    the content type of a body that is no JSON, as in "image/*": it comes as bytes, at most `most_bytes` of them.
    `gives`: the class of the answer, or its content type; None: nothing.
    """

    method: str
    path: str
    answer: Answer
    summary: str
    subject: str
    query: type[LateModel] | None = None
    body: type[LateModel] | None = None
    takes: str | None = None
    most_bytes: int = 100_000
    gives: type[LateModel] | str | None = None
    status: HTTPStatus = HTTPStatus.OK
    """Of an answer that is a body."""
    judges_body: bool = False
    """True where the answer gets the bytes of a JSON body and judges them: `body` describes it only."""
    is_open: bool = False
    """True where nobody need log in for it."""
    needs_pictures: bool = False
    """True where it is not there on a node that shows no pictures."""

    @property
    def is_endless(self) -> bool:
        """True where the answer goes on until the asker leaves."""
        return isinstance(self.gives, str) and self.gives.startswith(("text/event-stream", "multipart/"))
