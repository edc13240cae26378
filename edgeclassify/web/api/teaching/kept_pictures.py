"""Pictures of examples and of looks."""

from http import HTTPStatus
from pathlib import Path

from starlette.responses import Response

from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.teaching.looks.faults import MissingLooksError
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.teaching.store.example_files import picture_of
from edgeclassify.web.api.interface import Asked, RefusedError

_HEADERS = {"Cache-Control": "private, max-age=86400, immutable"}
"""What has a number never shows anything else."""


async def example_picture(asked: Asked) -> Response:
    """The small picture of an example."""
    model, example = asked.path["model"], asked.path["example"]
    found = await asked.around.threads.run(lambda: picture_of(resolve_taught(model), example))
    return _jpeg(
        found, f"{model}: expected an example of which a picture is kept, found none by {example[:32]!r}."
    )


async def look_picture(asked: Asked) -> Response:
    """The small picture of a look."""
    look, path = asked.path["look"], asked.around.node.facts.looks
    none = f"look: expected one of which a picture is kept, found {look[:32]!r}."
    if path is None or not (look.isascii() and look.isdigit() and len(look) < 19):
        raise RefusedError(HTTPStatus.NOT_FOUND, none)
    return _jpeg(await asked.around.threads.run(lambda: _of_look(path, int(look))), none)


def _of_look(path: Path, number: int) -> bytes | None:
    try:
        with LookStore.open(path, create=False) as store:
            look = store.look(number)
    except MissingLooksError:  # none has been kept yet
        return None
    return None if look is None else look.jpeg


def _jpeg(content: bytes | None, none: str) -> Response:
    if content is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, none)
    return Response(content, media_type="image/jpeg", headers=_HEADERS)
