"""What a view is shown, as a picture to teach by: what was on the screen when somebody said what it is."""

import asyncio
from http import HTTPStatus

from starlette.responses import Response

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.taught.places import find_taught
from edgeclassify.pictures.jpeg import image_jpeg
from edgeclassify.teaching.interface import Picture
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.types.teaching import class_of
from edgeclassify.web.api.interface import Asked, RefusedError
from edgeclassify.web.api.requests import tell_taught
from edgeclassify.web.api.teaching import bodies, orders
from edgeclassify.web.api.teaching.models_taught import WAIT_S
from edgeclassify.web.api.teaching.uploads import added_said, base_for
from edgeclassify.web.interface import NodeFacts, PageNode, ViewFacts
from edgeclassify.web.pictures.stills import Still

PATIENT_S = 2.0
"""A view that looks so rarely is hurried: each look of a slow camera costs power, and a folder's pictures pass."""
LONGEST_S = 15.0
_QUALITY = 85
_HEADERS = {"Cache-Control": "private, no-store"}


async def next_still(asked: Asked) -> bodies.StillSaid:
    """The next look of the view; its picture can be had by its number for a moment."""
    view = view_of(asked.path["view"], asked.around.node.facts)
    still = await _next(asked, view)
    height, width = (await asked.around.threads.run(still.pixels)).shape[:2]
    return bodies.StillSaid(still=still.number, ts=rfc3339(still.captured_at), width=width, height=height)


async def still_picture(asked: Asked) -> Response:
    """Its picture."""
    number = asked.path["still"]
    still = _kept(asked, int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0)
    jpeg = await asked.around.threads.run(lambda: image_jpeg(still.pixels()[:, :, ::-1], _QUALITY, b""))
    return Response(jpeg.data, media_type="image/jpeg", headers=_HEADERS)


async def add_shown(asked: Asked) -> bodies.Uploaded:
    """What was on the screen becomes an example; the first one makes the model."""
    model, facts, threads = asked.path["model"], asked.around.node.facts, asked.around.threads
    still = _kept(asked, asked.body.still) if asked.body.still is not None else await _newest(asked, facts)
    said = await threads.run(lambda: _added(model, asked.body, still, facts))
    tell_taught(asked.around, model)
    return said


async def _newest(asked: Asked, facts: NodeFacts) -> Still:
    """Who has just opened the page can be quicker than the camera: then it is the first picture that comes."""
    view = view_of(asked.body.view or "", facts)
    return asked.around.stills.newest(view.name) or await _next(asked, view)


async def _next(asked: Asked, view: ViewFacts) -> Still:
    future = asked.around.stills.next_of(view.name)
    try:
        return await _in_time(asyncio.wrap_future(future), asked.around.node, view)
    finally:
        future.cancel()


def view_of(name: str, facts: NodeFacts) -> ViewFacts:
    """A view of the node. Raises RefusedError."""
    found = next((one for one in facts.views if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in facts.views)
        raise RefusedError(HTTPStatus.NOT_FOUND, f"view: expected one of {known}, found {name[:64]!r}.")
    return found


async def _in_time(coming: "asyncio.Future[Still]", node: PageNode, view: ViewFacts) -> Still:
    done, _ = await asyncio.wait([coming], timeout=PATIENT_S)
    if not done:
        node.hurry(view.camera)
        done, _ = await asyncio.wait([coming], timeout=LONGEST_S - PATIENT_S)
    if not done:
        raise RefusedError(
            HTTPStatus.GATEWAY_TIMEOUT,
            f"view {view.name}: has not looked within {LONGEST_S:g} s. Is it switched on?",
        )
    return coming.result()


def _kept(asked: Asked, number: int) -> Still:
    still = asked.around.stills.still(number)
    if still is None:
        raise RefusedError(
            HTTPStatus.NOT_FOUND,
            "still: expected one of the last few that were shown: this one is gone. Try again.",
        )
    return still


def _added(model: str, asked: orders.ShownAsked, still: Still, facts: NodeFacts) -> bodies.Uploaded:
    source = f"view {still.view}" if still.origin is None else still.origin
    picture = Picture(still.pixels(), source, still.captured_at, still.view)
    is_new = find_taught(model) is None
    with Teacher(model, keep_pictures=facts.shows_pictures, wait_s=WAIT_S) as teacher:
        added = teacher.add(class_of(asked.label), [picture], base=base_for(model, still.view, facts))
        said = added_said(added, is_new=is_new)
        return said.model_copy(update=_fitted(teacher)) if asked.fit else said


def _fitted(teacher: Teacher) -> dict[str, object]:
    """What is another with a head; the example stays where none can be fitted."""
    try:
        return {"version": teacher.fit().manifest.version}
    except EdgeClassifyError as error:
        return {"not_fitted": str(error)}
