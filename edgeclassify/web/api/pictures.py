"""What a camera shows: a picture, or one after the other."""

from http import HTTPStatus
from typing import Annotated

from starlette.responses import Response, StreamingResponse

from edgeclassify.late_model import Field
from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint, RefusedError
from edgeclassify.web.pictures.mjpeg import CONTENT_TYPE, mjpeg

SUBJECT = "pictures"
PATIENCE_S = 5.0
_FRESH = {"Cache-Control": "no-store"}

Width = Annotated[int, Field(ge=16, le=4096, description="Pixels that are enough; default: the largest there is.")]


class FrameQuery(ApiBody):
    """How large."""

    width: Width | None = None


class StreamQuery(FrameQuery):
    """How large, and how often."""

    fps: float | None = Field(
        None, ge=0.01, le=30, allow_inf_nan=False, description="Pictures per second; default and most: web.fps."
    )
    at: int | None = Field(None, description="Any number: browsers ask anew for an address not seen yet.")


async def frame(asked: Asked) -> Response:
    """What a camera shows now."""
    camera, taker = _camera(asked), asked.around.pictures
    query: FrameQuery = asked.query
    with taker.viewing(camera, taker.size_of(query.width), taker.least_s) as viewer:
        picture = await taker.newest(viewer, 0, PATIENCE_S)
    if picture is None:
        raise RefusedError(
            HTTPStatus.SERVICE_UNAVAILABLE, f"camera {camera} has given no picture for {PATIENCE_S:g} seconds"
        )
    stamp = {"X-Timestamp": f"{picture.taken_at:.3f}"}
    return Response(picture.jpeg, media_type="image/jpeg", headers=_FRESH | stamp)


async def stream(asked: Asked) -> Response:
    """What a camera shows, again and again."""
    camera, taker = _camera(asked), asked.around.pictures
    query: StreamQuery = asked.query
    interval_s = taker.least_s if query.fps is None else 1 / query.fps
    parts = mjpeg(taker, camera, taker.size_of(query.width), interval_s)
    return StreamingResponse(parts, headers=_FRESH, media_type=CONTENT_TYPE)


def _camera(asked: Asked) -> str:
    facts = asked.around.node.facts
    if not facts.shows_pictures:
        raise RefusedError(HTTPStatus.NOT_FOUND, "this node shows no pictures (node.labels_only)")
    name, cameras = asked.path["camera"], [camera.name for camera in facts.config.camera]
    if name not in cameras:
        raise RefusedError(HTTPStatus.NOT_FOUND, f"expected a camera of this node ({', '.join(cameras)})")
    return name


PICTURES: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/api/cameras/{camera}/frame.jpg",
        frame,
        "What a camera shows now, as JPEG",
        SUBJECT,
        query=FrameQuery,
        gives="image/jpeg",
        needs_pictures=True,
    ),
    Endpoint(
        "GET",
        "/api/cameras/{camera}/stream.mjpeg",
        stream,
        "What a camera shows, picture after picture (MJPEG)",
        SUBJECT,
        query=StreamQuery,
        gives="multipart/x-mixed-replace",
        needs_pictures=True,
    ),
)
