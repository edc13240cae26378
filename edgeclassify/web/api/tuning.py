"""What would have happened by other rules, over HTTP."""

import asyncio
import threading
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from edgeclassify.errors import ConfigError, EdgeClassifyError
from edgeclassify.late_model import Field
from edgeclassify.web.api.incoming import JSON
from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint, RefusedError
from edgeclassify.web.interface import WhatIf

MOST_HOURS = 24.0
LOOK_S = 0.2
"""How often it is looked whether anybody still waits."""


class WhatIfAsked(ApiBody):
    """`rules`: keys of the view with the values that are to be tried, as in a [[view]] of the config; null: the
    key's default. `hours`: so far back, as far as is recorded."""

    rules: dict[str, Any] = Field(default_factory=dict, max_length=50)
    hours: float = Field(3.0, gt=0, le=MOST_HOURS)


class Recorded(ApiBody):
    """What there is to be decided on again. Times: seconds since the epoch; null: nothing is."""

    since: float | None = Field(alias="from")
    to: float | None
    frames: int


class Band(ApiBody):
    """A label was in the view. `to` null: it still is."""

    label: str
    since: float = Field(alias="from")
    to: float | None


class ToldEvent(ApiBody):
    """An event that came, or would have. `type`: start, update, lasting, end."""

    ts: float
    type: str
    label: str
    score: float
    reason: str | None = None


class Told(ApiBody):
    """What was told. `starts`: how many; `events`: the newest, at most some hundred."""

    starts: int
    bands: tuple[Band, ...]
    events: tuple[ToldEvent, ...]


class Series(ApiBody):
    """The scores that thresholds are compared with, by the tried rules: of each label the highest of each span."""

    t: tuple[float, ...]
    labels: tuple[str, ...]
    scores: tuple[tuple[float | None, ...], ...]


class WhatIfFound(ApiBody):
    """`now`: by the rules that hold; `then`: by those that are tried; `gone` and `new`: stays of labels that are
    in the one and not in the other."""

    recorded: Recorded
    now: Told
    then: Told
    gone: tuple[Band, ...]
    new: tuple[Band, ...]
    series: Series


async def what_if(asked: Asked) -> Response:
    """In a thread of its own: it may take seconds."""
    body: WhatIfAsked = asked.body
    given_up = threading.Event()
    question = WhatIf(asked.path["view"], body.rules, body.hours, given_up.is_set)
    watching = asyncio.ensure_future(_watch(asked, given_up))
    try:
        found = await asked.around.threads.run(lambda: asked.around.node.what_if(question))
    except ConfigError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    except EdgeClassifyError as error:
        raise RefusedError(HTTPStatus.CONFLICT, str(error)) from error
    finally:
        given_up.set()
        watching.cancel()
    return Response(WhatIfFound.model_validate(found).model_dump_json(by_alias=True), media_type=JSON)


async def _watch(asked: Asked, given_up: threading.Event) -> None:
    """A slider that moves on leaves its question behind: who asked is gone."""
    while not await asked.request.is_disconnected():
        await asyncio.sleep(LOOK_S)
    given_up.set()


TUNING = (
    Endpoint(
        "POST", "/api/views/{view}/what-if", what_if,
        "What a view would have told in the last hours by other rules. 422: the rules are wrong; 409: nothing is "
        "recorded.", "views",
        body=WhatIfAsked, gives=WhatIfFound,
    ),
)  # fmt: skip
