"""What is now, what is told from now on, and what was of late."""

from http import HTTPStatus

from starlette.responses import JSONResponse, Response, StreamingResponse

from edgeclassify.contract import bodies
from edgeclassify.late_model import Field
from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint, RefusedError
from edgeclassify.web.live.event_stream import CONTENT_TYPE
from edgeclassify.web.live.timeline import MOST_MINUTES

SUBJECT = "live"
_FRESH = {"Cache-Control": "no-store"}


class StateOfView(bodies.State):
    """What a view shows. `known` False: nobody can tell."""

    view: str
    known: bool


class ConditionOfView(bodies.Problems):
    """Whether the picture of a view's camera is what the view was set up for."""

    view: str


class EventOfView(bodies.Event):
    """What happened in a view. `at`: when it was told, in seconds since the epoch by the clock of now."""

    view: str
    at: float


class LookAtFrame(ApiBody):
    """What the model made of a frame: its own labels. `region`: left edge, top edge, width and height of the part
    that it looked at, as fractions of the frame; null on a node that shows no pictures."""

    view: str
    ts: str
    region: tuple[float, float, float, float] | None
    top: list[bodies.LabelScore]
    ms: float


class ViewNow(ApiBody):
    """A view now. `snooze`: until when it is left alone; null: it is not."""

    state: StateOfView | None
    online: bool
    condition: ConditionOfView | None
    options: dict[str, bool | float]
    snooze: str | None
    look: LookAtFrame | None


class Now(ApiBody):
    """All that is now."""

    views: dict[str, ViewNow]
    health: bodies.Health | None
    info: bodies.Info
    profile: str | None


class StreamQuery(ApiBody):
    """Where to go on."""

    after: str = Field("", max_length=64, description="The id of the last message before; as Last-Event-ID.")


class TimelineQuery(ApiBody):
    """How far back."""

    minutes: float = Field(10.0, gt=0, le=MOST_MINUTES, allow_inf_nan=False, description="So far back.")


class BandOfLabel(ApiBody):
    """A label over time, in seconds since the epoch. `label` null: nobody could tell; `to` null: still there."""

    label: str | None
    from_: float = Field(alias="from")
    to: float | None


class TimelineOfView(ApiBody):
    """What was of late in a view. `t`: seconds since the epoch; `scores`: for each of `labels` a list over `t`,
    null where it was not among the best."""

    from_: float = Field(alias="from")
    to: float
    t: list[float]
    labels: list[str]
    scores: list[list[float | None]]
    bands: list[BandOfLabel]
    events: list[EventOfView]


async def now(asked: Asked) -> Response:
    """All that is now."""
    return JSONResponse(asked.around.board.now(), headers=_FRESH)


async def stream(asked: Asked) -> Response:
    """What is told from now on."""
    query: StreamQuery = asked.query
    after = query.after or asked.request.headers.get("last-event-id", "")
    # Nginx keeps what it passes on until it has enough of it, unless it is told not to.
    headers = _FRESH | {"X-Accel-Buffering": "no"}
    return StreamingResponse(asked.around.board.listen(after), headers=headers, media_type=CONTENT_TYPE)


async def timeline(asked: Asked) -> Response:
    """What was of late."""
    query: TimelineQuery = asked.query
    view, views = asked.path["view"], [view.name for view in asked.around.node.facts.views]
    if view not in views:
        raise RefusedError(HTTPStatus.NOT_FOUND, f"expected a view of this node ({', '.join(views)})")
    return JSONResponse(asked.around.board.timelines.over(view, query.minutes), headers=_FRESH)


LIVE: tuple[Endpoint, ...] = (
    Endpoint("GET", "/api/now", now, "All that is now", SUBJECT, gives=Now),
    Endpoint(
        "GET",
        "/api/stream",
        stream,
        "What is told from now on, as Server-Sent Events",
        SUBJECT,
        query=StreamQuery,
        gives=CONTENT_TYPE,
    ),
    Endpoint(
        "GET",
        "/api/views/{view}/timeline",
        timeline,
        "What was of late in a view",
        SUBJECT,
        query=TimelineQuery,
        gives=TimelineOfView,
    ),
)
