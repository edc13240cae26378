"""How a request is answered, well or not."""

import logging
from collections.abc import Callable
from typing import Any

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.types import Request, Response

log = logging.getLogger(__name__)

Data = dict[str, Any]
"""What an answer carries."""


def answer(request: Request, data: Data) -> None:
    """It has been carried out."""
    request.asker.answer(Response(request.command, request.transaction, data))


def refuse(request: Request, error: str) -> None:
    """It has not."""
    request.asker.answer(Response(request.command, request.transaction, {}, error))


def answer_with(carry_out: Callable[[], Data | None], request: Request) -> None:
    """Answer with what `carry_out` gives, or with its error; None: the answer is given elsewhere."""
    try:
        data = carry_out()
    except EdgeClassifyError as error:
        refuse(request, str(error))
    except Exception as error:
        # One request must not end a daemon that runs for months.
        log.exception("request %s failed by a fault in edgeclassify", request.command)
        refuse(request, f"{type(error).__name__}: {error}")
    else:
        if data is not None:
            answer(request, data)
