"""Pictures of events: the snapshot that was kept, else the small picture of what the model saw then."""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.responses import Response

from edgeclassify.errors import StorageError
from edgeclassify.files import read_plain_file
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.types import Command
from edgeclassify.web.api.interface import Asked, RefusedError
from edgeclassify.web.api.requests import ask
from edgeclassify.web.interface import NodeFacts

MOST_BYTES = 32 << 20
"""Of a snapshot: larger ones are none of ours."""
_HEADERS = {"Cache-Control": "private, max-age=86400, immutable"}
"""What has a number never shows anything else."""


def pictured_of(events: Sequence[dict[str, Any]], facts: NodeFacts) -> set[int]:
    """The numbers of those of which there is a picture."""
    if not facts.shows_pictures:
        return set()
    found = {one["seq"] for one in events if "picture" in one}
    others = {one["id"] for one in events if "picture" not in one}
    if others and facts.looks is not None:
        looks = _looks(facts.looks, sorted(others))
        found |= {one["seq"] for one in events if one["id"] in looks}
    return found


async def event_picture(asked: Asked) -> Response:
    """The picture of one, by its number."""
    number, facts = asked.path["seq"], asked.around.node.facts
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise _none(number)
    body = {"before_seq": int(number) + 1, "limit": 1}
    events = (await ask(asked.around, Command.HISTORY, body))["events"]
    if not events or events[0]["seq"] != int(number):
        raise _none(number)
    content = await asked.around.threads.run(lambda: _picture(events[0], facts))
    if content is None:
        raise _none(number)
    return Response(content, media_type="image/jpeg", headers=_HEADERS)


def _none(number: str) -> RefusedError:
    return RefusedError(
        HTTPStatus.NOT_FOUND, f"seq: expected the number of an event with a picture, found {number[:32]!a}"
    )


def _picture(event: dict[str, Any], facts: NodeFacts) -> bytes | None:
    if "picture" in event:
        try:
            return read_plain_file(Path(event["picture"]), MOST_BYTES)
        except OSError:
            """It has made room for others since."""
    if facts.looks is None:
        return None
    try:
        with LookStore.open(facts.looks, create=False) as store:
            look = store.of_event(event["id"])
    except StorageError:
        return None
    return None if look is None else look.jpeg


def _looks(path: Path, ids: Sequence[str]) -> frozenset[str]:
    """None where they can't be read now: events are shown without."""
    try:
        with LookStore.open(path, create=False) as store:
            return store.pictured(ids)
    except StorageError:
        return frozenset()
