"""How a request is answered, well or not."""

import logging
from collections.abc import Callable

from edgeclassify.contract.bodies import Body
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.types import Request, Response

log = logging.getLogger(__name__)


def answer(request: Request, body: Body) -> None:
    """It has been carried out. Raises PublishError for a body that has no JSON form."""
    request.asker.answer(Response(request.command, request.transaction, body.content()))


def refuse(request: Request, error: str) -> None:
    """It has not."""
    request.asker.answer(Response(request.command, request.transaction, {}, error))


def answer_with(carry_out: Callable[[], Body | None], request: Request) -> None:
    """Answer with what `carry_out` gives, or with its error; None: the answer is given elsewhere."""
    try:
        body = carry_out()
        if body is not None:
            answer(request, body)
    except EdgeClassifyError as error:
        refuse(request, str(error))
    except Exception as error:
        # One request must not end a daemon that runs for months.
        log.exception("request %s failed by a fault in edgeclassify", request.command)
        refuse(request, f"{type(error).__name__}: {error}")
